/*
 * loadgen: one thread, one epoll, any number of WebSocket connections.
 *
 * It is written in C so that it is never what is measured: it must be far faster than every server
 * that it is pointed at. `reflector.c` beside it shows how fast it is.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "clock.h"
#include "connections.h"
#include "fail.h"
#include "load.h"
#include "options.h"
#include "phase.h"
#include "report.h"

_Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("loadgen: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

void phase_announce(const char *name)
{
    fprintf(stderr, "phase %s\n", name);
}

static void allow_many_sockets(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* By default the kernel may wake a sleeper 50 µs late, which is long beside a 100 µs delivery. */
static void wake_on_time(void)
{
    prctl(PR_SET_TIMERSLACK, 1);
}

int main(int count, char **arguments)
{
    static struct pool pool;
    static struct load load;
    struct options options = options_read(count, arguments);
    allow_many_sockets();
    wake_on_time();
    load_create(&load, &options, &pool);
    pool_create(&pool, &options, load_on_text, &load);
    phase_announce("opening");
    int64_t opened_ns = now_ns();
    pool_open_all(&pool);
    double opening_seconds = (double)(now_ns() - opened_ns) / NS_PER_SECOND;
    phase_announce("ready");
    load_settle(&load);
    load_run(&load);
    if (options.hold_until_stdin_ends)
        load_hold(&load);
    report_print(&load, opening_seconds);
    return 0;
}
