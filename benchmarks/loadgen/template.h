/*
 * Text with placeholders, from which every connection's frames are made.
 *
 *   %d  the connection's number            %n  the message's number
 *   %t  its line of the token file         %m  the message's number as a marker
 *   %c  its line of the channel file       %%  a percent sign
 *
 * A marker is "@@", twelve digits, "@@": always 16 bytes, so that messages have one length, and
 * found again in any frame of any protocol without knowing its JSON. Nothing else that a server
 * sends may hold "@@".
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <stddef.h>

#define MARKER_DIGITS 12
#define NO_MARKER (-1L)

struct template_values {
    int connection;
    const char *token;
    const char *channel;
    long message;
};

/* Writes the filled template, without a final zero, to `out`. Returns its length. */
size_t template_fill(char *out, size_t room, const char *text,
                     const struct template_values *values);

/*
 * Where a pattern ends in a text, or NULL when it is not there. The pattern is plain text; "^"
 * before it means that the text must begin with it.
 */
const char *text_after(const char *text, size_t length, const char *pattern);

/* The number in the first marker of a payload, or NO_MARKER. */
long marker_find(const char *payload, size_t length);

#endif
