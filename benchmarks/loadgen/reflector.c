/*
 * reflector: the least a chat server can do, to show what the load generator can take.
 *
 * It reads what has come, answers each message with "ack <number>", joins the messages of one turn
 * and writes them to every connection. No JSON, no rooms, no storage. What `loadgen` measures here
 * is the limit of the two of them and of the kernel's loopback between them: a server whose figures
 * come near it has been measured wrongly.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "websocket.h"

#define MAX_SOCKETS 65536
#define EVENTS_AT_ONCE 256
#define UPGRADED                                                                                   \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"            \
    "Sec-WebSocket-Accept: " WEBSOCKET_ACCEPT "\r\n\r\n"

enum client_stage { CLIENT_ABSENT, CLIENT_UPGRADING, CLIENT_GREETING, CLIENT_READY };

static enum client_stage stages[MAX_SOCKETS];
static int epoll;
static int highest_socket;
static char joined[1 << 20];
static size_t joined_length;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* Blocks when the receiver is slow: then it is the generator that is measured, as it should be. */
static void write_all(int socket, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = send(socket, bytes, length, MSG_NOSIGNAL);
        if (written <= 0)
            return;
        bytes += written;
        length -= (size_t)written;
    }
}

/* A server's frame: like a client's, without the mask. Returns its size. */
static size_t server_frame(char *out, const char *payload, size_t length)
{
    size_t header = length < 126 ? 2 : 4;
    out[0] = (char)0x81;
    out[1] = (char)(length < 126 ? length : 126);
    if (header == 4) {
        out[2] = (char)(length >> 8);
        out[3] = (char)length;
    }
    memcpy(out + header, payload, length);
    return header + length;
}

static void send_text(int socket, const char *text, size_t length)
{
    char frame[4096];
    write_all(socket, frame, server_frame(frame, text, length));
}

static void flush_joined(void)
{
    for (int socket = 0; socket <= highest_socket && joined_length > 0; socket++)
        if (stages[socket] == CLIENT_READY)
            write_all(socket, joined, joined_length);
    joined_length = 0;
}

/* A message is its number, a space, its content. */
static void on_message(int socket, const char *text, size_t length)
{
    char ack[128];
    int digits = (int)strspn(text, "0123456789");
    int size = snprintf(ack, sizeof ack, "ack %.*s", digits, text);
    send_text(socket, ack, (size_t)size);
    if (joined_length + length + WEBSOCKET_MAX_HEADER > sizeof joined)
        flush_joined();
    joined_length += server_frame(joined + joined_length, text, length);
}

static void on_frame(int socket, const struct websocket_frame *frame)
{
    static char text[1 << 16];
    if (frame->opcode != WEBSOCKET_TEXT || frame->length >= sizeof text)
        return;
    for (size_t i = 0; i < frame->length; i++)
        text[i] = (char)(frame->payload[i] ^ frame->mask[i % 4]);
    text[frame->length] = 0;
    if (stages[socket] == CLIENT_READY) {
        on_message(socket, text, frame->length);
        return;
    }
    send_text(socket, "ready", 5);
    stages[socket] = CLIENT_READY;
}

/* The harness asks GET /health until there is an answer. */
static enum client_stage answer_request(int socket, const char *request, size_t length)
{
    static const char healthy[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    if (!memmem(request, length, "websocket", 9)) {
        write_all(socket, healthy, sizeof healthy - 1);
        return CLIENT_UPGRADING;
    }
    write_all(socket, UPGRADED, sizeof UPGRADED - 1);
    return CLIENT_GREETING;
}

static void forget(int socket)
{
    stages[socket] = CLIENT_ABSENT;
    close(socket);
}

/* What loadgen writes at one time is read at one time here: it is small, and loopback. */
static void on_readable(int socket)
{
    static char bytes[1 << 18];
    struct websocket_frame frame;
    ssize_t length = recv(socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (length <= 0) {
        forget(socket);
        return;
    }
    if (stages[socket] == CLIENT_UPGRADING) {
        stages[socket] = answer_request(socket, bytes, (size_t)length);
        return;
    }
    size_t done = 0;
    for (; websocket_parse(bytes + done, (size_t)length - done, &frame); done += frame.size)
        on_frame(socket, &frame);
}

static void watch(int socket)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
    epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

static void on_connection(int listener)
{
    int yes = 1;
    int socket = accept(listener, NULL, NULL);
    if (socket < 0 || socket >= MAX_SOCKETS)
        die("accept");
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    stages[socket] = CLIENT_UPGRADING;
    if (socket > highest_socket)
        highest_socket = socket;
    watch(socket);
}

static int listen_on(int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int yes = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0)
        die("bind");
    listen(listener, 4096);
    return listener;
}

int main(int count, char **arguments)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int listener = listen_on(count > 1 ? atoi(arguments[1]) : 0);
    epoll = epoll_create1(0);
    watch(listener);
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS_AT_ONCE, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listener)
                on_connection(listener);
            else
                on_readable(events[i].data.fd);
        }
        flush_joined();
    }
}
