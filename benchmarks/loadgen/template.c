#define _GNU_SOURCE
#include "template.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

#define MARKER_SIZE (2 + MARKER_DIGITS + 2)

static int fill_one(char *out, size_t room, char placeholder, const struct template_values *values)
{
    switch (placeholder) {
    case 'd':
        return snprintf(out, room, "%d", values->connection);
    case 't':
        return snprintf(out, room, "%s", values->token);
    case 'c':
        return snprintf(out, room, "%s", values->channel);
    case 'n':
        return snprintf(out, room, "%ld", values->message);
    case 'm':
        return snprintf(out, room, "@@%0*ld@@", MARKER_DIGITS, values->message);
    case '%':
        return snprintf(out, room, "%%");
    default:
        fail("unknown placeholder %%%c", placeholder);
    }
}

size_t template_fill(char *out, size_t room, const char *text,
                     const struct template_values *values)
{
    size_t length = 0;
    while (*text) {
        if (length + 1 >= room)
            fail("a frame would be longer than %zu bytes", room);
        if (*text != '%') {
            out[length++] = *text++;
            continue;
        }
        length += (size_t)fill_one(out + length, room - length, text[1], values);
        text += 2;
    }
    return length;
}

const char *text_after(const char *text, size_t length, const char *pattern)
{
    bool at_start = pattern[0] == '^';
    size_t size = strlen(pattern + at_start);
    const char *found = memmem(text, length, pattern + at_start, size);
    if (!found || (at_start && found != text))
        return NULL;
    return found + size;
}

static long read_digits(const char *digits)
{
    long number = 0;
    for (int i = 0; i < MARKER_DIGITS; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* memchr, because it looks at 32 bytes at a time; memmem with a needle of two looks at one. */
long marker_find(const char *payload, size_t length)
{
    const char *end = payload + length;
    const char *at = payload;
    while (end - at >= MARKER_SIZE && (at = memchr(at, '@', (size_t)(end - at)))) {
        if (end - at >= MARKER_SIZE && at[1] == '@')
            return read_digits(at + 2);
        at++;
    }
    return NO_MARKER;
}
