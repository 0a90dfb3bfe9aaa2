#include "load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "clock.h"
#include "phase.h"

#define NEVER INT64_MAX

void load_create(struct load *load, const struct options *options, struct pool *pool)
{
    memset(load, 0, sizeof *load);
    load->options = options;
    load->pool = pool;
    load->measured_from_ns = NEVER;
    load->measured_until_ns = NEVER;
    load->random = 0x9E3779B97F4A7C15ULL; /* the same run every time */
    load->next_heartbeat_ns = NEVER; /* until load_run: their answers would look like unrest */
}

/* ---- counting what comes ---- */

static bool is_measured_time(const struct load *load, int64_t time_ns)
{
    return time_ns >= load->measured_from_ns && time_ns < load->measured_until_ns;
}

static void finish_if_complete(struct load *load, const struct message *message)
{
    bool is_acked = message->is_acked || !load->options->ack;
    if (is_acked && message->undelivered == 0)
        load->finished++;
}

static void count_delivery(struct load *load, long number, size_t length, int64_t read_ns)
{
    if (number >= load->sent || load->messages[number].undelivered == 0) {
        load->duplicates++;
        return;
    }
    struct message *message = &load->messages[number];
    if (is_measured_time(load, read_ns)) {
        load->deliveries++;
        load->delivered_bytes += (long)length;
    }
    if (message->is_measured)
        histogram_add(&load->delivery_ns, read_ns - message->due_ns);
    if (--message->undelivered == 0)
        finish_if_complete(load, message);
}

static void count_ack(struct load *load, long number, int64_t read_ns)
{
    if (number < 0 || number >= load->sent || load->messages[number].is_acked) {
        load->duplicates++;
        return;
    }
    struct message *message = &load->messages[number];
    message->is_acked = true;
    if (is_measured_time(load, read_ns))
        load->acks++;
    if (message->is_measured)
        histogram_add(&load->ack_ns, read_ns - message->due_ns);
    finish_if_complete(load, message);
}

/* Frames end without a zero, so strtol could run on into whatever is behind them. */
static long number_after(const char *text, size_t length, const char *prefix)
{
    const char *end = text + length;
    const char *at = text_after(text, length, prefix);
    if (!at)
        return -1;
    long number = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    return number;
}

static void count_refusal(struct load *load, const char *text, size_t length)
{
    if (load->refusals++ == 0)
        snprintf(load->first_refusal, sizeof load->first_refusal, "%.*s", (int)length, text);
}

static bool has(const char *text, size_t length, const char *part)
{
    return part && text_after(text, length, part);
}

void load_on_text(void *context, const char *text, size_t length, int64_t read_ns)
{
    struct load *load = context;
    const struct options *options = load->options;
    long number = marker_find(text, length);
    if (number != NO_MARKER)
        count_delivery(load, number, length, read_ns);
    else if (has(text, length, options->refusal))
        count_refusal(load, text, length);
    else if (has(text, length, options->ack))
        count_ack(load, number_after(text, length, options->ack_id), read_ns);
}

long load_missing(const struct load *load)
{
    long missing = 0;
    for (long i = 0; i < load->sent; i++)
        missing += load->messages[i].undelivered;
    return missing;
}

/* ---- sending ---- */

static struct message *new_message(struct load *load)
{
    if (load->sent == load->room) {
        load->room = load->room ? load->room * 2 : 65536;
        load->messages = realloc(load->messages, (size_t)load->room * sizeof *load->messages);
    }
    return &load->messages[load->sent++];
}

static void send_message(struct load *load, int64_t due_ns)
{
    bool is_measured = is_measured_time(load, due_ns);
    long number = load->sent;
    *new_message(load) = (struct message){
        .due_ns = due_ns,
        .undelivered = load->options->receivers,
        .is_measured = is_measured,
    };
    load->measured_sent += is_measured;
    pool_send(load->pool, load->next_sender, load->options->send, number);
    load->next_sender = (load->next_sender + 1) % load->options->senders;
}

/* xorshift64*: uniform in (0, 1]. */
static double random_share(struct load *load)
{
    load->random ^= load->random >> 12;
    load->random ^= load->random << 25;
    load->random ^= load->random >> 27;
    return (double)((load->random * 0x2545F4914F6CDD1DULL >> 11) + 1) / (double)(1ULL << 53);
}

/* People do not send in step: the gaps between their messages are exponential. */
static int64_t random_gap_ns(struct load *load)
{
    return seconds_to_ns(-log(random_share(load)) / load->options->rate);
}

static bool all_messages_sent(const struct load *load)
{
    return load->options->messages > 0 && load->measured_sent >= load->options->messages;
}

static bool may_send(const struct load *load)
{
    return load->options->send && load->is_sending && !all_messages_sent(load);
}

static void send_open_loop(struct load *load, int64_t now)
{
    while (may_send(load) && load->next_due_ns <= now) {
        send_message(load, load->next_due_ns);
        load->next_due_ns += random_gap_ns(load);
    }
}

static void send_closed_loop(struct load *load)
{
    while (may_send(load) && load->sent - load->finished < load->options->window)
        send_message(load, now_ns());
}

static void send_heartbeats(struct load *load, int64_t now)
{
    const struct options *options = load->options;
    while (load->next_heartbeat_ns <= now) {
        pool_send(load->pool, load->next_heart, options->heartbeat, 0);
        load->next_heart = (load->next_heart + 1) % options->connections;
        load->next_heartbeat_ns += seconds_to_ns(options->heartbeat_every / options->connections);
    }
}

/* ---- the run ---- */

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static void turn(struct load *load, int64_t until_ns)
{
    int64_t wake_ns = earlier(until_ns, load->next_heartbeat_ns);
    if (load->options->rate > 0) {
        send_open_loop(load, now_ns());
        if (may_send(load))
            wake_ns = earlier(wake_ns, load->next_due_ns);
    } else {
        send_closed_loop(load);
    }
    send_heartbeats(load, now_ns());
    pool_wait(load->pool, wake_ns);
}

static bool is_finished(const struct load *load)
{
    return load->finished == load->sent && !may_send(load);
}

/* A server that closes a connection has failed the run: there is nothing to wait for. */
static void turn_until(struct load *load, int64_t until_ns)
{
    while (now_ns() < until_ns && load->pool->closed == 0)
        turn(load, until_ns);
}

static void turn_until_finished(struct load *load)
{
    int64_t until_ns = now_ns() + seconds_to_ns(load->options->timeout);
    while (!is_finished(load) && now_ns() < until_ns && load->pool->closed == 0)
        turn(load, until_ns);
}

void load_settle(struct load *load)
{
    int64_t deadline_ns = now_ns() + seconds_to_ns(load->options->timeout);
    int64_t quiet_ns = seconds_to_ns(load->options->quiet);
    while (now_ns() < earlier(load->pool->last_read_ns + quiet_ns, deadline_ns))
        turn(load, earlier(load->pool->last_read_ns + quiet_ns, deadline_ns));
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void measure_messages(struct load *load)
{
    turn_until_finished(load);
    load->measured_until_ns = now_ns();
}

static void measure_time(struct load *load)
{
    load->measured_until_ns = load->measured_from_ns + seconds_to_ns(load->options->seconds);
    turn_until(load, load->measured_until_ns);
    load->measured_until_ns = earlier(load->measured_until_ns, now_ns());
    load->is_sending = false;
}

static void measure(struct load *load)
{
    double cpu_before = cpu_seconds() - load->pool->spun_ns / 1e9;
    load->measured_from_ns = now_ns();
    if (load->options->messages > 0)
        measure_messages(load);
    else
        measure_time(load);
    load->generator_cpu_seconds = cpu_seconds() - load->pool->spun_ns / 1e9 - cpu_before;
}

void load_run(struct load *load)
{
    load->is_sending = true;
    load->next_heartbeat_ns = load->options->heartbeat ? now_ns() : NEVER;
    load->next_due_ns = now_ns();
    pool_delay_acks(load->pool);
    phase_announce("warming up");
    turn_until(load, now_ns() + seconds_to_ns(load->options->warm_up));
    phase_announce("measuring");
    measure(load);
    phase_announce("measured");
    turn_until_finished(load);
}

void load_hold(struct load *load)
{
    phase_announce("holding");
    pool_watch_stdin(load->pool);
    while (!load->pool->stdin_ended && load->pool->closed == 0)
        turn(load, NEVER);
}
