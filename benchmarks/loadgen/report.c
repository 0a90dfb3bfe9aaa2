#include "report.h"

#include <stdio.h>

#include "clock.h"

static double milliseconds(int64_t nanoseconds)
{
    return (double)nanoseconds / 1e6;
}

static void print_times(const char *name, const struct histogram *times)
{
    printf("\"%s\": {\"count\": %lu, \"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, \"max\": %.3f}, ",
           name, times->count, milliseconds(histogram_percentile(times, 0.50)),
           milliseconds(histogram_percentile(times, 0.90)),
           milliseconds(histogram_percentile(times, 0.99)), milliseconds(times->greatest));
}

static void print_rate(const char *name, long count, double seconds)
{
    printf("\"%s\": %ld, \"%s_per_second\": %.1f, ", name, count, name,
           seconds > 0 ? (double)count / seconds : 0);
}

/* Servers' own words may hold quotes and line ends. */
static void print_text(const char *name, const char *text)
{
    printf("\"%s\": \"", name);
    for (; *text; text++) {
        if ((unsigned char)*text < ' ')
            continue;
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    printf("\", ");
}

static void print_faults(const struct load *load)
{
    printf("\"refusals\": %ld, ", load->refusals);
    print_text("first_refusal", load->first_refusal);
    printf("\"closed\": %d, ", load->pool->closed);
    print_text("why_closed", load->pool->why_closed);
    printf("\"unfinished\": %ld, ", load->sent - load->finished);
    printf("\"duplicates\": %ld, ", load->duplicates);
    printf("\"missing\": %ld", load_missing(load));
}

void report_print(const struct load *load, double opening_seconds)
{
    double seconds = (double)(load->measured_until_ns - load->measured_from_ns) / NS_PER_SECOND;
    printf("{");
    print_rate("connections", load->pool->ready, opening_seconds);
    print_times("handshake_ms", &load->pool->handshake_ns);
    printf("\"seconds\": %.3f, ", seconds);
    print_rate("messages", load->measured_sent, seconds);
    print_rate("deliveries", load->deliveries, seconds);
    print_rate("delivered_bytes", load->delivered_bytes, seconds);
    print_times("delivery_ms", &load->delivery_ns);
    print_rate("acks", load->acks, seconds);
    print_times("ack_ms", &load->ack_ns);
    printf("\"generator_cpu\": %.3f, ", seconds > 0 ? load->generator_cpu_seconds / seconds : 0);
    print_faults(load);
    printf("}\n");
    fflush(stdout);
}
