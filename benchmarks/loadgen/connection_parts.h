/* What connections.c and opening.c use of each other. */
#ifndef CONNECTION_PARTS_H
#define CONNECTION_PARTS_H

#include "connections.h"
#include "websocket.h"

/* ---- connections.c ---- */

/* Before a connection is ready this ends the program: without it there is no run. */
void connection_close(struct pool *pool, struct connection *connection, const char *why,
                      const char *detail, size_t detail_length);

/* Tells epoll (EPOLL_CTL_ADD or _MOD) what to wait for on this connection. */
void connection_watch(struct pool *pool, struct connection *connection, int action,
                      uint32_t events);

/* Writes raw bytes; what the kernel has no room for is kept and written later. */
void connection_write(struct pool *pool, struct connection *connection, const char *start,
                      size_t length);

/* Fills a template with this connection's values. Returns the length. */
size_t connection_fill(struct pool *pool, char *out, size_t room, int index, const char *text,
                       long message);

/* ---- opening.c ---- */

void opening_on_connected(struct pool *pool, struct connection *connection);

/* Returns how many bytes the HTTP response took; 0 when its end has not come yet. */
size_t opening_on_response(struct pool *pool, struct connection *connection, const char *response,
                           size_t length);

void opening_on_text(struct pool *pool, struct connection *connection, const char *text,
                     size_t length);

#endif
