"""Whether what a server sent is what a transcript expects, and what its `$names` stand for."""

import re
from collections.abc import Callable
from typing import Final

REST: Final = "..."  # in an object: more keys may follow; last in a list: more items may
_NAME = r"\$([A-Za-z_]\w*(?:\.\w+)*)"
_WHOLE: Final = re.compile(_NAME + r"(?::(\w+))?")
_INSIDE: Final = re.compile(_NAME)
_ID: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_HEX: Final = re.compile(r"[0-9a-f]{24}")
_MILLIS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_SECONDS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Mismatch(Exception):
    """Where two values part, and how."""


def _text(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda got: isinstance(got, str) and pattern.fullmatch(got) is not None


TYPES: Final[dict[str, Callable[[object], bool]]] = {
    "any": lambda _: True,
    "str": lambda got: isinstance(got, str),
    "text": lambda got: isinstance(got, str) and got != "",
    "int": lambda got: isinstance(got, int) and not isinstance(got, bool),
    "bool": lambda got: isinstance(got, bool),
    "id": _text(_ID),
    "hexid": _text(_HEX),
    "time": _text(_MILLIS),
    "seconds": _text(_SECONDS),
}


class Names:
    """What `$name` stands for. `$_` stands for anything, each time anew."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def set(self, name: str, value: object) -> None:
        """A name that the transcript did not bind itself: a person, a channel."""
        self._values[name] = value

    def get(self, name: str) -> object:
        """Raises `Mismatch` for a name that nothing has bound yet. `$m.hex` is the id `$m` in 24 hex digits, `$m.int`
        as a number, `$m.text` a number in decimal digits."""
        base, dot, form = name.rpartition(".")
        if dot and form == "hex":
            return f"{int(str(self.get(base))):024x}"
        if dot and form == "int":
            return int(str(self.get(base)))
        if dot and form == "text":
            return str(self.get(base))
        if name not in self._values:
            raise Mismatch(f"${name} has not been bound yet; the first time write ${name}:type")
        return self._values[name]

    def fill(self, template: object) -> object:
        """A JSON value to send: every `$name` in it replaced, alone by its value, inside a text as text."""
        if isinstance(template, dict):
            return {self.fill_text(k): self.fill(v) for k, v in template.items()}
        if isinstance(template, list):
            return [self.fill(item) for item in template]
        if isinstance(template, str):
            whole = _WHOLE.fullmatch(template)
            if whole is not None and whole[2] is None:
                return self.get(whole[1])
            return self.fill_text(template)
        return template

    def fill_text(self, template: str) -> str:
        """A text to send, such as a path."""
        return _INSIDE.sub(lambda found: str(self.get(found[1])), template)

    # -- expecting ----------------------------------------------------------------------------------

    def match(self, want: object, got: object, at: str = "") -> None:
        """Binds names on first sight; raises `Mismatch`."""
        if isinstance(want, dict):
            self._match_object(want, got, at)
        elif isinstance(want, list):
            self._match_list(want, got, at)
        elif isinstance(want, str):
            self._match_text(want, got, at)
        elif type(want) is not type(got) or want != got:  # 1, 1.0 and true are three things
            raise _different(want, got, at)

    def _match_object(self, want: dict[str, object], got: object, at: str) -> None:
        if not isinstance(got, dict):
            raise _different(want, got, at)
        wanted = {self.fill_text(key): value for key, value in want.items() if key != REST}
        if missing := wanted.keys() - got.keys():
            raise Mismatch(f"{_place(at)}: missing {sorted(missing)}")
        if REST not in want and (extra := got.keys() - wanted.keys()):
            raise Mismatch(f"{_place(at)}: unexpected {sorted(extra)}")
        for key, value in wanted.items():
            self.match(value, got[key], f"{at}.{key}")

    def _match_list(self, want: list[object], got: object, at: str) -> None:
        if not isinstance(got, list):
            raise _different(want, got, at)
        is_open = bool(want) and want[-1] == REST
        wanted = want[:-1] if is_open else want
        if len(got) < len(wanted) or (len(got) > len(wanted) and not is_open):
            more = "at least " if is_open else ""
            raise Mismatch(f"{_place(at)}: want {more}{len(wanted)} items, got {len(got)}")
        for n, item in enumerate(wanted):
            self.match(item, got[n], f"{at}[{n}]")

    def _match_text(self, want: str, got: object, at: str) -> None:
        whole = _WHOLE.fullmatch(want)
        if whole is None:
            want = self.fill_text(want)
            if want != got:
                raise _different(want, got, at)
        elif whole[2] is None:
            known = self.get(whole[1])
            if type(known) is not type(got) or known != got:
                raise _different(known, got, at)
        else:
            self._bind(whole[1], whole[2], got, at)

    def _bind(self, name: str, kind: str, got: object, at: str) -> None:
        """`$m:int` here and `$m:str` in another dialect are one id when they look the same."""
        check = TYPES.get(kind)
        if check is None:
            raise Mismatch(f"there is no type {kind!r}; there are {', '.join(TYPES)}")
        if not check(got):
            raise Mismatch(f"{_place(at)}: want ${name}:{kind}, got {got!r}")
        if name == "_":
            return
        if kind == "hexid":
            got = str(int(str(got), 16))
        known = self._values.setdefault(name, got)
        if str(known) != str(got):
            raise Mismatch(f"{_place(at)}: want ${name} = {known!r}, got {got!r}")


def _place(at: str) -> str:
    return at.lstrip(".") or "the whole"


def _different(want: object, got: object, at: str) -> Mismatch:
    return Mismatch(f"{_place(at)}: want {want!r}, got {got!r}")
