"""Structured logs: event names and values, never content, tokens or passwords."""

import contextlib
import logging
import sys
from typing import TextIO, cast

import structlog

# A trace with the values of variables would carry passwords and messages into the log.
_WITHOUT_VALUES = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


class _StandardError:
    """A full disk behind it must not stop anybody's work."""

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.flush()


def configure(level: str, form: str) -> None:
    """To standard error; `form` is `console` or `json`."""
    number = getattr(logging, level.upper())
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(message)s")
    render: structlog.types.Processor
    if form == "json":
        render = structlog.processors.JSONRenderer()
        traces = [structlog.processors.ExceptionRenderer(_WITHOUT_VALUES)]
    else:
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        render = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
        traces = []
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *traces,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
    )
