/* The bytes of RFC 6455 that a client needs; no input or output here. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The key and its answer from RFC 6455, section 1.3. One key for all connections: it protects
 * against caches, of which there are none here, and so the answer can be checked without SHA-1.
 */
#define WEBSOCKET_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define WEBSOCKET_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* A client's frame header at its longest: 2 bytes, 8 of length, 4 of mask. */
#define WEBSOCKET_MAX_HEADER 14

enum websocket_opcode {
    WEBSOCKET_CONTINUATION = 0x0,
    WEBSOCKET_TEXT = 0x1,
    WEBSOCKET_BINARY = 0x2,
    WEBSOCKET_CLOSE = 0x8,
    WEBSOCKET_PING = 0x9,
    WEBSOCKET_PONG = 0xA,
};

struct websocket_frame {
    enum websocket_opcode opcode;
    bool is_final;
    const unsigned char *mask; /* NULL in what a server sends */
    const char *payload;
    size_t length;
    size_t size; /* header and payload */
};

/* Reads the frame at the start of `bytes`. False: it is not all there yet. */
bool websocket_parse(const char *bytes, size_t available, struct websocket_frame *frame);

/* Writes a final, masked frame to `out` and returns its size; `out` has room for the header. */
size_t websocket_client_frame(char *out, enum websocket_opcode opcode, const char *payload,
                              size_t length);

/* Writes the request line and headers that open a WebSocket. Returns their size. */
size_t websocket_request(char *out, size_t room, const char *host, int port, const char *path);

#endif
