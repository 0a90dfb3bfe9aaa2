/* How the program ends when there is nothing left to measure. */
#ifndef FAIL_H
#define FAIL_H

/* Prints "loadgen: " and the message to stderr, and exits with 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
