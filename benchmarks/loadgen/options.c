#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

enum option_kind {
    OPTION_TEXT,
    OPTION_INT,
    OPTION_LONG,
    OPTION_REAL,
    OPTION_FLAG,
    OPTION_FILE,
    OPTION_STEP_SEND,
    OPTION_STEP_AWAIT,
};

struct option_row {
    const char *name;
    enum option_kind kind;
    size_t offset;
    const char *help;
};

#define AT(field) offsetof(struct options, field)

static const struct option_row ROWS[] = {
    {"--host", OPTION_TEXT, AT(host), "address of the server (127.0.0.1)"},
    {"--port", OPTION_INT, AT(port), "its port"},
    {"--path", OPTION_TEXT, AT(path), "path of the WebSocket (/)"},
    {"--connections", OPTION_INT, AT(connections), "connections to open (1)"},
    {"--handshakes", OPTION_INT, AT(handshakes), "how many may be opening at one time (256)"},
    {"--start", OPTION_STEP_SEND, 0, "opening talk, in order: send this frame …"},
    {"--await", OPTION_STEP_AWAIT, 0, "… or wait for a frame that holds this"},
    {"--tokens", OPTION_FILE, AT(tokens), "file of %t, one a line"},
    {"--channels", OPTION_FILE, AT(channels), "file of %c, one a line"},
    {"--send", OPTION_TEXT, AT(send), "template of a message, with %m in it"},
    {"--senders", OPTION_INT, AT(senders), "connections that take turns sending (1)"},
    {"--receivers", OPTION_INT, AT(receivers), "deliveries per message (one per connection)"},
    {"--window", OPTION_INT, AT(window), "closed loop: messages in flight (1)"},
    {"--rate", OPTION_REAL, AT(rate), "open loop: messages offered per second"},
    {"--messages", OPTION_LONG, AT(messages), "measure this many messages"},
    {"--warm-up", OPTION_REAL, AT(warm_up), "seconds of load before the measurement"},
    {"--seconds", OPTION_REAL, AT(seconds), "seconds of measurement"},
    {"--ack", OPTION_TEXT, AT(ack), "what tells an ack from other frames"},
    {"--ack-id", OPTION_TEXT, AT(ack_id), "what stands before the message's number in it"},
    {"--refusal", OPTION_TEXT, AT(refusal), "what tells a refusal from other frames"},
    {"--heartbeat", OPTION_TEXT, AT(heartbeat), "frame that every connection sends …"},
    {"--heartbeat-every", OPTION_REAL, AT(heartbeat_every), "… in so many seconds (30)"},
    {"--timeout", OPTION_REAL, AT(timeout), "seconds to open, and to finish (30)"},
    {"--quiet", OPTION_REAL, AT(quiet), "seconds of silence that start the load (0.25)"},
    {"--hold", OPTION_FLAG, AT(hold_until_stdin_ends), "keep connections until stdin ends"},
};

#define ROW_COUNT (sizeof ROWS / sizeof ROWS[0])

const char *lines_at(const struct lines *lines, int index)
{
    return lines->count ? lines->texts[index % lines->count] : "";
}

static struct lines read_lines(const char *name)
{
    struct lines lines = {0};
    FILE *file = fopen(name, "r");
    if (!file)
        fail("cannot read %s", name);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        lines.texts = realloc(lines.texts, (size_t)(lines.count + 1) * sizeof *lines.texts);
        lines.texts[lines.count++] = strdup(line);
    }
    free(line);
    fclose(file);
    return lines;
}

static void add_step(struct options *options, enum step_kind kind, const char *text)
{
    if (options->step_count == MAX_STEPS)
        fail("more than %d steps", MAX_STEPS);
    options->steps[options->step_count++] = (struct step){kind, text};
}

static void set_option(struct options *options, const struct option_row *row, const char *value)
{
    void *field = (char *)options + row->offset;
    switch (row->kind) {
    case OPTION_TEXT:
        *(const char **)field = value;
        break;
    case OPTION_INT:
        *(int *)field = atoi(value);
        break;
    case OPTION_LONG:
        *(long *)field = atol(value);
        break;
    case OPTION_REAL:
        *(double *)field = atof(value);
        break;
    case OPTION_FLAG:
        *(bool *)field = true;
        break;
    case OPTION_FILE:
        *(struct lines *)field = read_lines(value);
        break;
    case OPTION_STEP_SEND:
        add_step(options, STEP_SEND, value);
        break;
    case OPTION_STEP_AWAIT:
        add_step(options, STEP_AWAIT, value);
        break;
    }
}

static _Noreturn void print_help(void)
{
    puts("Opens WebSockets, sends messages over them and counts what every connection gets.");
    puts("\"^\" before the text of --await, --ack, --ack-id, --refusal: at the frame's start.\n");
    for (size_t i = 0; i < ROW_COUNT; i++)
        printf("  %-18s %s\n", ROWS[i].name, ROWS[i].help);
    exit(0);
}

static const struct option_row *find_row(const char *name)
{
    if (!strcmp(name, "--help"))
        print_help();
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (!strcmp(name, ROWS[i].name))
            return &ROWS[i];
    fail("unknown option %s (--help lists them)", name);
}

static void check(struct options *options)
{
    if (options->receivers == 0)
        options->receivers = options->connections;
    if (options->port <= 0 || options->connections <= 0 || options->handshakes <= 0)
        fail("--port, --connections and --handshakes must be greater than 0");
    if (options->senders <= 0 || options->senders > options->connections)
        fail("--senders must be between 1 and --connections");
    if (options->ack && !options->ack_id)
        options->ack_id = options->ack;
}

struct options options_read(int count, char **arguments)
{
    struct options options = {
        .host = "127.0.0.1",
        .path = "/",
        .connections = 1,
        .handshakes = 256,
        .senders = 1,
        .window = 1,
        .heartbeat_every = 30,
        .timeout = 30,
        .quiet = 0.25,
    };
    for (int i = 1; i < count; i++) {
        const struct option_row *row = find_row(arguments[i]);
        if (row->kind != OPTION_FLAG && i + 1 == count)
            fail("%s needs a value", row->name);
        set_option(&options, row, row->kind == OPTION_FLAG ? "" : arguments[++i]);
    }
    check(&options);
    return options;
}
