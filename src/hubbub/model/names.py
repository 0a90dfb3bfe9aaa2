"""Names: what may be one, and when two are the same."""

import unicodedata

from hubbub.model.errors import invalid


def fold(name: str) -> str:
    """Two names with one folded form are the same: "Ａnna", "anna" and "ANNA"."""
    return unicodedata.normalize("NFKC", name).casefold()


def fold_username(name: str) -> str:
    """As `fold`; and what only joins characters makes no other name of it."""
    return fold(name.translate(_WITHOUT_JOINERS))


# Letters and symbols that show nothing: Hangul fillers, the empty Braille pattern.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# They would turn what stands behind the name, on other people's screens.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Persian, Indian scripts and emoji need them: zero width non-joiner and joiner.
_JOINERS = frozenset("\u200c\u200d")
_WITHOUT_JOINERS = dict.fromkeys(map(ord, _JOINERS))


def clean_username(text: str, least: int, most: int) -> str:
    """As `clean`; also nothing invisible, and no @, by which e-mails are told from names."""
    text = clean("username", text, most, least)
    if any(_is_invisible(text, at) for at in range(len(text))):
        raise invalid("username", "it must not contain invisible characters")
    if "@" in fold(text):
        raise invalid("username", "it must not contain @")
    return text


def _is_invisible(text: str, at: int) -> bool:
    if text[at] in _JOINERS:
        return not (_joins(text[:at][-1:]) and _joins(text[at + 1 : at + 2]))
    return unicodedata.category(text[at]) == "Cf" or text[at] in _BLANK


def _joins(character: str) -> bool:
    """A letter or an emoji, or a mark on one."""
    return character != "" and unicodedata.category(character) in _JOINED


_JOINED = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "So", "Sk"))


def clean(field: str, text: str, most: int, least: int = 1) -> str:
    """A one-line name without surrounding white space; raises `Refused` for what is none."""
    text = unicodedata.normalize("NFC", text.strip())
    if not least <= len(text) <= most:
        raise invalid(field, f"it must have {least} to {most} characters")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise invalid(field, "it must not contain control characters")
    if not _TURNING.isdisjoint(text):
        raise invalid(field, "it must not contain characters that change the direction of writing")
    if not any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK for c in text):
        raise invalid(field, "it must contain something visible")
    return text
