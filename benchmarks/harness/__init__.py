"""Starts the servers and the load generator, and weighs what they did; see ../README.md."""
