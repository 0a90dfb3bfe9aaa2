#include "websocket.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LENGTH_IN_16_BITS 126
#define LENGTH_IN_64_BITS 127

static size_t length_bytes(unsigned short_length)
{
    if (short_length == LENGTH_IN_16_BITS)
        return 2;
    return short_length == LENGTH_IN_64_BITS ? 8 : 0;
}

static size_t read_length(const unsigned char *header)
{
    uint16_t length16;
    uint64_t length64;
    switch (length_bytes(header[1] & 0x7F)) {
    case 2:
        memcpy(&length16, header + 2, sizeof length16);
        return be16toh(length16);
    case 8:
        memcpy(&length64, header + 2, sizeof length64);
        return be64toh(length64);
    default:
        return header[1] & 0x7F;
    }
}

bool websocket_parse(const char *bytes, size_t available, struct websocket_frame *frame)
{
    const unsigned char *header = (const unsigned char *)bytes;
    if (available < 2)
        return false;
    bool is_masked = header[1] & 0x80;
    size_t unmasked_header = 2 + length_bytes(header[1] & 0x7F);
    size_t header_size = unmasked_header + (is_masked ? 4 : 0);
    if (available < header_size)
        return false;
    frame->opcode = header[0] & 0x0F;
    frame->is_final = header[0] & 0x80;
    frame->mask = is_masked ? header + unmasked_header : NULL;
    frame->payload = bytes + header_size;
    frame->length = read_length(header);
    frame->size = header_size + frame->length;
    return available >= frame->size;
}

static size_t write_length(unsigned char *header, size_t length)
{
    if (length < LENGTH_IN_16_BITS) {
        header[1] = 0x80 | (unsigned char)length;
        return 2;
    }
    if (length <= UINT16_MAX) {
        uint16_t length16 = htobe16((uint16_t)length);
        header[1] = 0x80 | LENGTH_IN_16_BITS;
        memcpy(header + 2, &length16, sizeof length16);
        return 4;
    }
    uint64_t length64 = htobe64(length);
    header[1] = 0x80 | LENGTH_IN_64_BITS;
    memcpy(header + 2, &length64, sizeof length64);
    return 10;
}

size_t websocket_client_frame(char *out, enum websocket_opcode opcode, const char *payload,
                              size_t length)
{
    static const unsigned char mask[4] = {0x5A, 0x17, 0xC3, 0x88};
    unsigned char *header = (unsigned char *)out;
    header[0] = (unsigned char)(0x80 | opcode);
    size_t size = write_length(header, length);
    memcpy(out + size, mask, sizeof mask);
    size += sizeof mask;
    for (size_t i = 0; i < length; i++)
        out[size + i] = (char)(payload[i] ^ mask[i % sizeof mask]);
    return size + length;
}

size_t websocket_request(char *out, size_t room, const char *host, int port, const char *path)
{
    return (size_t)snprintf(out, room,
                            "GET %s HTTP/1.1\r\n"
                            "Host: %s:%d\r\n"
                            "Upgrade: websocket\r\n"
                            "Connection: Upgrade\r\n"
                            "Sec-WebSocket-Key: " WEBSOCKET_KEY "\r\n"
                            "Sec-WebSocket-Version: 13\r\n\r\n",
                            path, host, port);
}
