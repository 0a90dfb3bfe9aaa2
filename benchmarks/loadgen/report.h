/* The result, as one JSON object on stdout. */
#ifndef REPORT_H
#define REPORT_H

#include "load.h"

void report_print(const struct load *load, double opening_seconds);

#endif
