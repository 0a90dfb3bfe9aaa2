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
    render: structlog.types.Processor
    if form == "json":
        render = structlog.processors.JSONRenderer()
        traces: list[structlog.types.Processor] = [
            structlog.processors.ExceptionRenderer(_WITHOUT_VALUES)
        ]
    else:
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        render = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
        traces = []
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            *traces,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,  # making one took 2 % of a connect storm
    )
    _configure_libraries(max(number, logging.WARNING), stamp, [*traces, render])


def _configure_libraries(
    level: int, stamp: structlog.types.Processor, render: list[structlog.types.Processor]
) -> None:
    """What they log through the standard library, in the same form."""
    handler = logging.StreamHandler(cast("TextIO", _StandardError()))
    form = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, stamp],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
    )
    handler.setFormatter(form)
    logging.basicConfig(level=level, handlers=[handler])
