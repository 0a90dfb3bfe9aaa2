/*
 * Times counted in buckets instead of kept.
 *
 * At four million deliveries per second a list of samples would be 32 MB per second, and touching
 * that much memory would be part of what is measured. Every power of two is cut into 128 buckets,
 * so a percentile is wrong by less than one in 128.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEP_BITS 7
#define HISTOGRAM_STEPS (1 << HISTOGRAM_STEP_BITS)
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_STEP_BITS) * HISTOGRAM_STEPS)

struct histogram {
    uint64_t count;
    int64_t greatest;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline int histogram_bucket(int64_t value)
{
    if (value < 2 * HISTOGRAM_STEPS)
        return (int)value;
    int shift = 63 - __builtin_clzll((uint64_t)value) - HISTOGRAM_STEP_BITS;
    return (shift << HISTOGRAM_STEP_BITS) + (int)(value >> shift);
}

static inline void histogram_add(struct histogram *histogram, int64_t value)
{
    if (value < 0)
        value = 0;
    histogram->buckets[histogram_bucket(value)]++;
    histogram->count++;
    if (value > histogram->greatest)
        histogram->greatest = value;
}

/* The value that `share` (0 to 1) of all values do not exceed; 0 when there are none. */
int64_t histogram_percentile(const struct histogram *histogram, double share);

#endif
