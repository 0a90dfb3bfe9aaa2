#include "histogram.h"

/* The greatest value that falls into the bucket: a percentile is never flattered. */
static int64_t bucket_end(int bucket)
{
    if (bucket < 2 * HISTOGRAM_STEPS)
        return bucket;
    int shift = (bucket >> HISTOGRAM_STEP_BITS) - 1;
    int64_t mantissa = bucket - ((int64_t)shift << HISTOGRAM_STEP_BITS);
    return ((mantissa + 1) << shift) - 1;
}

int64_t histogram_percentile(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)histogram->count);
    uint64_t seen = 0;
    for (int bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen > wanted)
            return bucket_end(bucket);
    }
    return histogram->greatest;
}
