"""Framing shared by dialects and transports; sans-I/O."""
