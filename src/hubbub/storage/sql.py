"""Statements: written once in SQLAlchemy Core, compiled once, run by the raw driver."""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

_SQLITE = sqlite.dialect(paramstyle="qmark")


class Statement:
    """A statement, compiled when it is first used: a start needs few of them, and each costs 2 ms."""

    __slots__ = ("_compiled", "_core")

    def __init__(self, core: sa.ClauseElement) -> None:
        self._core = core
        self._compiled: _Compiled | None = None

    def __call__(self, **params: object) -> "Query":
        """The statement with its parameters, by name."""
        compiled = self._compiled or self._compile()
        return Query(compiled.text, compiled.bind(params))

    def many(self, rows: Sequence[tuple[object, ...]]) -> "Query":
        """The statement for each of `rows`, whose values stand in the order of `names`."""
        compiled = self._compiled or self._compile()
        return Query(compiled.text, (), rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Its parameters, in the order in which the driver wants them."""
        return (self._compiled or self._compile()).names

    def _compile(self) -> "_Compiled":
        found = self._core.compile(dialect=_SQLITE, compile_kwargs={"render_postcompile": True})
        names = tuple(found.positiontup or ())  # type: ignore[attr-defined]  # only on SQLCompiler
        defaults = {k: v for k, v in found.params.items() if v is not None}
        self._compiled = _Compiled(str(found), names, defaults)
        return self._compiled


class _Compiled(msgspec.Struct, frozen=True):
    text: str
    names: tuple[str, ...]
    defaults: dict[str, object]

    def bind(self, params: Mapping[str, object]) -> tuple[object, ...]:
        defaults = self.defaults
        return tuple([params[n] if n in params else defaults[n] for n in self.names])


class Query(msgspec.Struct, frozen=True, gc=False):
    """One thing that a transaction wants done; it is sent the rows."""

    text: str
    params: tuple[object, ...]
    many: Sequence[tuple[object, ...]] | None = None


def param(name: str) -> "sa.BindParameter[object]":
    """A parameter of any type: the raw driver takes it as it is."""
    return sa.bindparam(name, type_=sa.types.NullType(), required=False)
