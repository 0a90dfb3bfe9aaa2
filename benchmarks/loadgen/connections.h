/* The WebSocket connections: opening, reading, writing. What the frames mean is not known here. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "options.h"
#include "template.h"

/* The longest text frame that is sent or, with its header, received. */
#define MAX_SENT_TEXT (64 * 1024)
#define MAX_RECEIVED_FRAME (1024 * 1024)

enum connection_stage {
    CONNECTION_CONNECTING, /* TCP */
    CONNECTION_UPGRADING,  /* HTTP: waiting for status 101 */
    CONNECTION_TALKING,    /* going through the steps of --start and --await */
    CONNECTION_READY,
    CONNECTION_CLOSED,
};

struct bytes {
    char *start;
    size_t length;
};

struct connection {
    int socket;
    int index;
    enum connection_stage stage;
    int next_step;
    int64_t opened_ns;
    struct bytes unread; /* the part of a frame whose rest has not come yet */
    struct bytes unsent; /* what the kernel had no room for */
};

/* Called for every text frame on a connection that is ready; read_ns: when it left the kernel. */
typedef void text_handler(void *context, const char *text, size_t length, int64_t read_ns);

struct pool {
    const struct options *options;
    struct connection *connections;
    int epoll;
    int opened;
    int ready;
    int closed;
    char why_closed[200]; /* of the first that was */
    bool stdin_ended;
    int64_t last_read_ns;
    int64_t spun_ns; /* processor time spent on waiting */
    struct histogram handshake_ns; /* connect() to ready */
    text_handler *on_text;
    void *context;
};

void pool_create(struct pool *pool, const struct options *options, text_handler *on_text,
                 void *context);

/* Opens every connection and takes it to CONNECTION_READY; exits when that cannot be done. */
void pool_open_all(struct pool *pool);

/* Handles what the sockets have; waits for it until `until_ns` at the longest. */
void pool_wait(struct pool *pool, int64_t until_ns);

/* Fills the template for this connection and sends it as one text frame. */
void pool_send(struct pool *pool, int index, const char *text, long message);

/* Has the kernel acknowledge what comes a little later, and so less often. */
void pool_delay_acks(struct pool *pool);

/* From now on pool->stdin_ended says whether stdin has ended. */
void pool_watch_stdin(struct pool *pool);

#endif
