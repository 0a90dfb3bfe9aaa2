"""What is wrong with a value of a known shape: msgspec says where, the type there says what would be right.

Its own sentences name Python's types and one bound at a time; a person wants to know the whole of it.
"""

import re
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import inspect

from hubbub.model.errors import Malformed

IT_MUST_BE: Final = "it must be "
_NAME_CHARS: Final = 40  # of a field's name that somebody made up

_PLACED = re.compile(r"(?P<what>.*?)(?: - at (?:`key` in )?`\$(?P<path>[^`]*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_UNFIT = re.compile(r"(Expected|Invalid|Integer value) ")
_STEP = re.compile(r"\.[^.\[]+|\[[^\]]*\]")


def malformed(
    error: msgspec.ValidationError, kind: object, ref: str | int | None = None
) -> Malformed:
    """The refusal of a value that should have been a `kind`."""
    field, why = explain(error, kind)
    if field is None:
        return Malformed(f"{why[0].upper()}{why[1:]}.", ref=ref)
    is_unknown = why.startswith("there is no field")
    return Malformed(why if is_unknown else f"{field}: {why}", ref=ref, field=field)


def explain(error: msgspec.ValidationError, kind: object) -> tuple[str | None, str]:
    """The field, where it is one, and what is wrong with it."""
    placed = _PLACED.fullmatch(str(error))
    assert placed is not None  # noqa: S101  # everything matches
    what, steps = placed["what"], _STEP.findall(placed["path"] or "")
    field = next((step[1:] for step in steps if step[0] == "."), None)
    there = _walk(_shape(kind), steps)
    if missing := _MISSING.fullmatch(what):
        return (missing[1], "missing") if field is None else (field, f"{missing[1]} is missing")
    if unknown := _UNKNOWN.fullmatch(what):
        return unknown[1][:_NAME_CHARS], _no_field(unknown[1][:_NAME_CHARS], there)
    return field, IT_MUST_BE + wanted(there) if _UNFIT.match(what) else what


@lru_cache(maxsize=256)
def _shape(kind: object) -> inspect.Type:
    return inspect.type_info(kind)


def _walk(shape: inspect.Type, steps: list[str]) -> inspect.Type:
    """The type at a path such as `.positions[...].seq`."""
    for step in steps:
        shape = _inside(_bare(shape), step)
    return shape


def _inside(shape: inspect.Type, step: str) -> inspect.Type:
    match shape:
        case inspect.StructType(fields=fields):
            named = (field.type for field in fields if field.encode_name == step[1:])
            return next(named, inspect.AnyType())
        case inspect.DictType(value_type=item):
            return item
        case inspect.CollectionType(item_type=item):
            return item
        case _:
            return inspect.AnyType()


def _bare(shape: inspect.Type) -> inspect.Type:
    """Without remarks, and without null where that is the other choice."""
    if isinstance(shape, inspect.Metadata):
        return _bare(shape.type)
    if isinstance(shape, inspect.UnionType):
        return _bare(next(t for t in shape.types if not isinstance(t, inspect.NoneType)))
    return shape


def _no_field(name: str, shape: inspect.Type) -> str:
    shape = _bare(shape)
    known = [f.encode_name for f in shape.fields] if isinstance(shape, inspect.StructType) else []
    verb = "is" if len(known) < 2 else "are"
    return f"there is no field {name!r}; there {verb} {', '.join(known) or 'none'}"


def wanted(shape: inspect.Type) -> str:
    """What a type takes, as a noun."""
    match shape:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            return _remarked(inner, extra or {})
        case inspect.UnionType(types=types):
            real = [wanted(t) for t in types if not isinstance(t, inspect.NoneType)]
            return " or ".join(dict.fromkeys(real))
        case inspect.LiteralType(values=values):
            return _one_of(values)
        case inspect.EnumType(cls=cls):
            return _one_of([member.value for member in cls])
        case inspect.StrType(min_length=least, max_length=most):
            return f"text{_bounds(least, most, ' of ', ' characters')}"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number{_bounds(least, most, ' from ', '')}"
        case inspect.FloatType(ge=least, le=most):
            return f"a number{_bounds(least, most, ' from ', '')}"
        case inspect.CollectionType(min_length=least, max_length=most):
            return f"a list{_bounds(least, most, ' of ', ' items')}"
        case _:
            return _SIMPLE.get(type(shape), "something else")


_SIMPLE: Final[dict[type, str]] = {
    inspect.BoolType: "true or false",
    inspect.DateTimeType: "a time with its zone, such as 2030-01-31T12:00:00Z",
    inspect.StructType: "an object",
    inspect.DictType: "an object",
    inspect.NoneType: "null",
}


def _remarked(inner: inspect.Type, remarks: dict[str, object]) -> str:
    """Where JSON Schema is told more than Python's type says, that is what counts."""
    if isinstance(choices := remarks.get("enum"), list):
        return _one_of(choices)
    return str(remarks.get("description") or wanted(inner))


def _one_of(values: "list[object] | tuple[object, ...]") -> str:
    names = [str(value) for value in values]
    return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _bounds(least: float | None, most: float | None, before: str, after: str) -> str:
    if most is None:
        unit = after.removesuffix("s") if least == 1 else after
        return f" of at least {least}{unit}" if least else ""
    if after and not least:
        return f" of at most {most}{after}"
    return f"{before}{least or 0} to {most}{after}"
