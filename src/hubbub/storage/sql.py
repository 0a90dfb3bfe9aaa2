"""Statements: written once in SQLAlchemy Core, compiled at import, run by the raw driver."""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

_SQLITE = sqlite.dialect(paramstyle="qmark")


class Statement:
    """A statement's text per SQL dialect, and the order in which it wants its parameters."""

    __slots__ = ("_defaults", "names", "text")

    def __init__(self, core: sa.ClauseElement) -> None:
        compiled = core.compile(dialect=_SQLITE, compile_kwargs={"render_postcompile": True})
        self.text = str(compiled)
        self.names = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]  # only on SQLCompiler
        self._defaults = {k: v for k, v in compiled.params.items() if v is not None}

    def __call__(self, **params: object) -> "Query":
        """The statement with its parameters, by name."""
        return Query(self.text, self.bind(params))

    def bind(self, params: Mapping[str, object]) -> tuple[object, ...]:
        """Parameters in the statement's order."""
        defaults = self._defaults
        return tuple(params[n] if n in params else defaults[n] for n in self.names)

    def many(self, rows: Sequence[tuple[object, ...]]) -> "Query":
        """The statement for each of `rows`, whose values stand in the order of `names`."""
        return Query(self.text, (), rows)


class Query(msgspec.Struct, frozen=True, gc=False):
    """One thing that a transaction wants done; it is sent the rows."""

    text: str
    params: tuple[object, ...]
    many: Sequence[tuple[object, ...]] | None = None


def param(name: str) -> "sa.BindParameter[object]":
    """A parameter of any type: the raw driver takes it as it is."""
    return sa.bindparam(name, type_=sa.types.NullType(), required=False)
