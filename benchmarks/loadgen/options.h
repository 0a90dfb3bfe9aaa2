/* What the command line says. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#define MAX_STEPS 16

/* The lines of a file; line(i) goes round, so that 1,000 tokens serve 10,000 connections. */
struct lines {
    char **texts;
    int count;
};

enum step_kind { STEP_SEND, STEP_AWAIT };

/* One step of the talk that makes a connection ready: send this, or wait for a frame with this. */
struct step {
    enum step_kind kind;
    const char *text;
};

struct options {
    const char *host;
    int port;
    const char *path;
    int connections;
    int handshakes; /* connections that may be between connect() and ready at one time */
    struct step steps[MAX_STEPS];
    int step_count;
    struct lines tokens;
    struct lines channels;

    const char *send; /* template of a message; NULL: nothing is sent */
    int senders;      /* connections 0 … senders-1 take turns */
    int receivers;    /* deliveries that finish a message; 0: one for each connection */
    int window;       /* closed loop: messages in flight */
    double rate;      /* open loop: messages offered per second; 0: closed loop */
    long messages;    /* stop after this many; 0: stop when the time is over */
    double warm_up;   /* seconds before the measurement, with the same load */
    double seconds;   /* seconds of measurement, when `messages` is 0 */

    const char *ack;     /* a frame without marker that holds this is an ack */
    const char *ack_id;  /* the message's number stands right after this in it */
    const char *refusal; /* a frame without marker that holds this says no */

    const char *heartbeat;
    double heartbeat_every;
    double timeout; /* seconds for opening, and again for the last messages to arrive */
    double quiet;   /* when nothing has come for so long, what the opening set off is over */
    bool hold_until_stdin_ends;
};

/* Reads the command line; exits with an explanation when it is wrong. */
struct options options_read(int count, char **arguments);

/* The line for connection `index`, or "" when there is no such file. */
const char *lines_at(const struct lines *lines, int index);

#endif
