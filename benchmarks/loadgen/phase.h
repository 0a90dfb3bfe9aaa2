/* Tells the harness, on stderr, how far the run is, so that it can look at the server then. */
#ifndef PHASE_H
#define PHASE_H

/* Prints "phase <name>" on a line of its own. */
void phase_announce(const char *name);

#endif
