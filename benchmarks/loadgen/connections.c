#define _GNU_SOURCE
#include "connections.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "connection_parts.h"
#include "fail.h"

#define EVENTS_AT_ONCE 256
#define STDIN_EVENT UINT32_MAX
#define SPIN_NS 20000000

/*
 * Every read goes into this one buffer, which stays in the processor's cache; a connection owns
 * memory only while half a frame waits for its other half.
 */
static char read_buffer[MAX_RECEIVED_FRAME];

void pool_create(struct pool *pool, const struct options *options, text_handler *on_text,
                 void *context)
{
    memset(pool, 0, sizeof *pool);
    pool->options = options;
    pool->on_text = on_text;
    pool->context = context;
    pool->connections = calloc((size_t)options->connections, sizeof *pool->connections);
    pool->epoll = epoll_create1(0);
}

/* ---- kept bytes ---- */

static void bytes_append(struct bytes *bytes, const char *more, size_t length)
{
    bytes->start = realloc(bytes->start, bytes->length + length);
    memcpy(bytes->start + bytes->length, more, length);
    bytes->length += length;
}

static void bytes_drop(struct bytes *bytes, size_t length)
{
    bytes->length -= length;
    memmove(bytes->start, bytes->start + length, bytes->length);
    if (bytes->length == 0) {
        free(bytes->start);
        bytes->start = NULL;
    }
}

/* ---- closing ---- */

void connection_close(struct pool *pool, struct connection *connection, const char *why,
                             const char *detail, size_t detail_length)
{
    char text[sizeof pool->why_closed];
    snprintf(text, sizeof text, "connection %d: %s %.*s", connection->index, why,
             (int)detail_length, detail);
    if (connection->stage != CONNECTION_READY)
        fail("%s", text);
    if (pool->closed++ == 0)
        memcpy(pool->why_closed, text, sizeof text);
    close(connection->socket);
    connection->stage = CONNECTION_CLOSED;
}

static void close_for_errno(struct pool *pool, struct connection *connection)
{
    const char *reason = strerror(errno);
    connection_close(pool, connection, "socket error:", reason, strlen(reason));
}

/* ---- writing ---- */

void connection_watch(struct pool *pool, struct connection *connection, int action, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u32 = (uint32_t)connection->index};
    epoll_ctl(pool->epoll, action, connection->socket, &event);
}

/* Returns how many bytes the kernel took: fewer than `length` when its buffer is full. */
static size_t write_some(struct pool *pool, struct connection *connection, const char *start,
                         size_t length)
{
    ssize_t written = send(connection->socket, start, length, MSG_NOSIGNAL);
    if (written >= 0)
        return (size_t)written;
    if (errno != EAGAIN)
        close_for_errno(pool, connection);
    return 0;
}

void connection_write(struct pool *pool, struct connection *connection, const char *start,
                      size_t length)
{
    size_t written = 0;
    if (connection->unsent.length == 0)
        written = write_some(pool, connection, start, length);
    if (written == length || connection->stage == CONNECTION_CLOSED)
        return;
    bytes_append(&connection->unsent, start + written, length - written);
    connection_watch(pool, connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void write_unsent(struct pool *pool, struct connection *connection)
{
    struct bytes *unsent = &connection->unsent;
    bytes_drop(unsent, write_some(pool, connection, unsent->start, unsent->length));
    if (unsent->length == 0 && connection->stage != CONNECTION_CLOSED)
        connection_watch(pool, connection, EPOLL_CTL_MOD, EPOLLIN);
}

void connection_send(struct pool *pool, struct connection *connection,
                       enum websocket_opcode opcode, const char *payload, size_t length)
{
    char frame[WEBSOCKET_MAX_HEADER + MAX_SENT_TEXT];
    size_t size = websocket_client_frame(frame, opcode, payload, length);
    connection_write(pool, connection, frame, size);
}

size_t connection_fill(struct pool *pool, char *out, size_t room, int index, const char *text,
                   long message)
{
    struct template_values values = {
        .connection = index,
        .token = lines_at(&pool->options->tokens, index),
        .channel = lines_at(&pool->options->channels, index),
        .message = message,
    };
    return template_fill(out, room, text, &values);
}

void pool_send(struct pool *pool, int index, const char *text, long message)
{
    char payload[MAX_SENT_TEXT];
    struct connection *connection = &pool->connections[index];
    if (connection->stage == CONNECTION_CLOSED)
        return;
    size_t length = connection_fill(pool, payload, sizeof payload, index, text, message);
    connection_send(pool, connection, WEBSOCKET_TEXT, payload, length);
}

/* ---- reading ---- */

static void on_text(struct pool *pool, struct connection *connection, const char *text,
                    size_t length, int64_t read_ns)
{
    if (length == 1 && text[0] == '2') /* Engine.IO's ping; its pong is "3" */
        connection_send(pool, connection, WEBSOCKET_TEXT, "3", 1);
    else if (connection->stage == CONNECTION_READY)
        pool->on_text(pool->context, text, length, read_ns);
    else
        opening_on_text(pool, connection, text, length);
}

static void on_close_frame(struct pool *pool, struct connection *connection,
                           const struct websocket_frame *frame)
{
    const unsigned char *payload = (const unsigned char *)frame->payload;
    char why[40] = "closed by the server";
    if (frame->length < 2) {
        connection_close(pool, connection, why, "", 0);
        return;
    }
    snprintf(why, sizeof why, "closed by the server: %d", payload[0] << 8 | payload[1]);
    connection_close(pool, connection, why, frame->payload + 2, frame->length - 2);
}

static void on_frame(struct pool *pool, struct connection *connection,
                     const struct websocket_frame *frame, int64_t read_ns)
{
    if (!frame->is_final)
        fail("a fragmented frame: none of the servers should send one");
    switch (frame->opcode) {
    case WEBSOCKET_TEXT:
        on_text(pool, connection, frame->payload, frame->length, read_ns);
        break;
    case WEBSOCKET_PING:
        connection_send(pool, connection, WEBSOCKET_PONG, frame->payload, frame->length);
        break;
    case WEBSOCKET_CLOSE:
        on_close_frame(pool, connection, frame);
        break;
    default:
        break;
    }
}

/* Handles every whole frame in the bytes. Returns how many bytes these were. */
static size_t handle_bytes(struct pool *pool, struct connection *connection, const char *bytes,
                           size_t length, int64_t read_ns)
{
    struct websocket_frame frame;
    size_t done = 0;
    if (connection->stage == CONNECTION_UPGRADING)
        done = opening_on_response(pool, connection, bytes, length);
    if (connection->stage == CONNECTION_UPGRADING)
        return 0;
    while (websocket_parse(bytes + done, length - done, &frame)) {
        on_frame(pool, connection, &frame, read_ns);
        done += frame.size;
        if (connection->stage == CONNECTION_CLOSED)
            return length;
    }
    return done;
}

/* Moves what was kept of the last read to the start of the buffer. */
static size_t take_unread(struct connection *connection)
{
    size_t length = connection->unread.length;
    if (length == 0)
        return 0;
    memcpy(read_buffer, connection->unread.start, length);
    bytes_drop(&connection->unread, length);
    return length;
}

static void on_readable(struct pool *pool, struct connection *connection)
{
    size_t length = take_unread(connection);
    if (length == sizeof read_buffer)
        fail("a frame longer than %zu bytes", sizeof read_buffer);
    ssize_t got = recv(connection->socket, read_buffer + length, sizeof read_buffer - length, 0);
    if (got == 0) {
        connection_close(pool, connection, "closed without a close frame", "", 0);
        return;
    }
    if (got < 0) {
        close_for_errno(pool, connection);
        return;
    }
    length += (size_t)got;
    pool->last_read_ns = now_ns();
    size_t done = handle_bytes(pool, connection, read_buffer, length, pool->last_read_ns);
    if (done < length)
        bytes_append(&connection->unread, read_buffer + done, length - done);
}

static void on_event(struct pool *pool, const struct epoll_event *event)
{
    if (event->data.u32 == STDIN_EVENT) {
        char ignored[64];
        pool->stdin_ended = read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
        return;
    }
    struct connection *connection = &pool->connections[event->data.u32];
    if (connection->stage == CONNECTION_CONNECTING) {
        opening_on_connected(pool, connection);
        return;
    }
    if (event->events & EPOLLOUT)
        write_unsent(pool, connection);
    if (event->events & ~(uint32_t)EPOLLOUT && connection->stage != CONNECTION_CLOSED)
        on_readable(pool, connection);
}

/* Returns at once what there is, or sleeps until there is something. */
static int take_events(struct pool *pool, struct epoll_event *events, int64_t sleep_ns)
{
    struct timespec timeout = {sleep_ns / NS_PER_SECOND, sleep_ns % NS_PER_SECOND};
    return epoll_pwait2(pool->epoll, events, EVENTS_AT_ONCE, &timeout, NULL);
}

/*
 * Who sleeps has to be woken, and the kernel charges that to whoever writes: 2 us of the server's core
 * for a delivery, a fifth of it, which a server on a real network does not pay. So this does not sleep
 * as long as something came in the last 20 ms.
 */
static int spin(struct pool *pool, struct epoll_event *events, int64_t until_ns)
{
    int64_t turn_ns = now_ns();
    int count = take_events(pool, events, 0);
    while (count == 0 && turn_ns < until_ns && turn_ns < pool->last_read_ns + SPIN_NS) {
        count = take_events(pool, events, 0);
        int64_t now = now_ns();
        pool->spun_ns += now - turn_ns;
        turn_ns = now;
    }
    return count;
}

void pool_wait(struct pool *pool, int64_t until_ns)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = spin(pool, events, until_ns);
    int64_t left_ns = until_ns - now_ns();
    if (count == 0 && left_ns > 0)
        count = take_events(pool, events, left_ns);
    for (int i = 0; i < count; i++)
        on_event(pool, &events[i]);
}

/*
 * Linux answers what a mere listener reads with an ACK at once, what a talker reads a little later.
 * On loopback the ACK's whole way costs the generator's core as much as the read itself. A silence
 * of 40 ms undoes the setting.
 */
void pool_delay_acks(struct pool *pool)
{
    int no = 0;
    for (int i = 0; i < pool->opened; i++)
        setsockopt(pool->connections[i].socket, IPPROTO_TCP, TCP_QUICKACK, &no, sizeof no);
}

void pool_watch_stdin(struct pool *pool)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = STDIN_EVENT};
    if (epoll_ctl(pool->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0)
        pool->stdin_ended = true; /* a file or /dev/null: there is nobody to wait for */
}
