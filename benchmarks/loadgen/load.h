/*
 * The messages: when each is sent, who has it, how long that took.
 *
 * Closed loop (--window): a new message is sent when an old one has reached all its receivers and
 * its ack has come. Open loop (--rate): messages are sent at random times of that mean rate,
 * whatever the server does, and a message's age counts from the time when it was due; otherwise a
 * server that stalls would also stall the clock that measures it (coordinated omission).
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "connections.h"
#include "histogram.h"
#include "options.h"

struct message {
    int64_t due_ns;
    int undelivered;
    bool is_acked;
    bool is_measured;
};

struct load {
    const struct options *options;
    struct pool *pool;

    struct message *messages;
    long room;
    long sent;
    long finished;
    int next_sender;
    bool is_sending;
    int64_t next_due_ns; /* open loop */
    uint64_t random;

    int64_t next_heartbeat_ns;
    int next_heart;

    int64_t measured_from_ns;
    int64_t measured_until_ns;
    double generator_cpu_seconds;

    /* Counted between measured_from_ns and measured_until_ns. */
    long measured_sent;
    long deliveries;
    long delivered_bytes;
    long acks;
    long refusals;
    struct histogram delivery_ns;
    struct histogram ack_ns;

    /* What a correct server never does. */
    long duplicates;
    char first_refusal[200];
};

void load_create(struct load *load, const struct options *options, struct pool *pool);

/* The pool's text_handler. */
void load_on_text(void *load, const char *text, size_t length, int64_t read_ns);

/* Lets what the opening set off (presence, for example) come to rest. */
void load_settle(struct load *load);

/* Warms up, measures, and waits for the last messages. */
void load_run(struct load *load);

/* Keeps the connections alive until stdin ends. */
void load_hold(struct load *load);

/* Deliveries that have not come, of all messages sent. */
long load_missing(const struct load *load);

#endif
