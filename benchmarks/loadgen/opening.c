#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "clock.h"
#include "connection_parts.h"
#include "connections.h"
#include "fail.h"
#include "websocket.h"

/* One address has some 28,000 ports to connect from; the next 20,000 take the next address. */
#define CONNECTIONS_PER_ADDRESS 20000

static void bind_source(const struct pool *pool, int socket, int index)
{
    struct sockaddr_in source = {.sin_family = AF_INET};
    int yes = 1;
    if (pool->options->connections <= CONNECTIONS_PER_ADDRESS)
        return;
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(index / CONNECTIONS_PER_ADDRESS));
    setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(socket, (struct sockaddr *)&source, sizeof source) < 0)
        fail("bind: %s", strerror(errno));
}

static void start_connecting(struct pool *pool, struct connection *connection)
{
    struct sockaddr_in server = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)pool->options->port),
    };
    if (inet_pton(AF_INET, pool->options->host, &server.sin_addr) != 1)
        fail("--host must be an IPv4 address");
    int result = connect(connection->socket, (struct sockaddr *)&server, sizeof server);
    if (result < 0 && errno != EINPROGRESS)
        fail("connect: %s", strerror(errno));
}

static void open_connection(struct pool *pool, int index)
{
    struct connection *connection = &pool->connections[index];
    int yes = 1;
    connection->index = index;
    connection->opened_ns = now_ns();
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->socket < 0)
        fail("socket: %s", strerror(errno));
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    bind_source(pool, connection->socket, index);
    start_connecting(pool, connection);
    connection_watch(pool, connection, EPOLL_CTL_ADD, EPOLLOUT);
}

void opening_on_connected(struct pool *pool, struct connection *connection)
{
    char path[4096], request[8192];
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error)
        fail("connect: %s", strerror(error));
    const struct options *options = pool->options;
    path[connection_fill(pool, path, sizeof path, connection->index, options->path, 0)] = 0;
    size_t length =
        websocket_request(request, sizeof request, options->host, options->port, path);
    connection->stage = CONNECTION_UPGRADING;
    connection_watch(pool, connection, EPOLL_CTL_MOD, EPOLLIN);
    connection_write(pool, connection, request, length);
}

static void become_ready(struct pool *pool, struct connection *connection)
{
    connection->stage = CONNECTION_READY;
    pool->ready++;
    histogram_add(&pool->handshake_ns, now_ns() - connection->opened_ns);
}

/* Sends up to the next --await; past the last step the connection is ready. */
static void go_through_steps(struct pool *pool, struct connection *connection)
{
    const struct options *options = pool->options;
    while (connection->next_step < options->step_count) {
        const struct step *step = &options->steps[connection->next_step];
        if (step->kind == STEP_AWAIT)
            return;
        connection->next_step++;
        pool_send(pool, connection->index, step->text, 0);
    }
    become_ready(pool, connection);
}

void opening_on_text(struct pool *pool, struct connection *connection, const char *text,
                            size_t length)
{
    const char *awaited = pool->options->steps[connection->next_step].text;
    const char *refusal = pool->options->refusal;
    if (refusal && text_after(text, length, refusal))
        connection_close(pool, connection, "refused:", text, length);
    if (!text_after(text, length, awaited))
        return;
    connection->next_step++;
    go_through_steps(pool, connection);
}

size_t opening_on_response(struct pool *pool, struct connection *connection,
                                  const char *response, size_t length)
{
    const char *end = memmem(response, length, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t size = (size_t)(end - response) + 4;
    bool is_switching = size > 12 && !memcmp(response, "HTTP/1.1 101", 12);
    if (!is_switching || !memmem(response, size, WEBSOCKET_ACCEPT, strlen(WEBSOCKET_ACCEPT)))
        connection_close(pool, connection, "no WebSocket:", response, length);
    connection->stage = CONNECTION_TALKING;
    go_through_steps(pool, connection);
    return size;
}

void pool_open_all(struct pool *pool)
{
    const struct options *options = pool->options;
    int64_t deadline_ns = now_ns() + seconds_to_ns(options->timeout);
    while (pool->ready < options->connections) {
        while (pool->opened < options->connections &&
               pool->opened - pool->ready < options->handshakes)
            open_connection(pool, pool->opened++);
        pool_wait(pool, deadline_ns);
        if (now_ns() >= deadline_ns)
            fail("only %d of %d connections were ready in time", pool->ready,
                 options->connections);
    }
}
