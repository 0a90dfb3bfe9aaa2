"""Names: what may be one, and when two are the same."""

import unicodedata

from hubbub.model.errors import invalid


def fold(name: str) -> str:
    """Two names with one folded form are the same: "Ａnna", "anna" and "ANNA"."""
    return unicodedata.normalize("NFKC", name).casefold()


# Letters and symbols that show nothing: Hangul fillers, the empty Braille pattern.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean_username(text: str, least: int, most: int) -> str:
    """As `clean`; also nothing invisible, and no @, by which e-mails are told from names."""
    text = clean("username", text, most, least)
    if any(unicodedata.category(c) == "Cf" or c in _BLANK for c in text):
        raise invalid("username", "it must not contain invisible characters")
    if "@" in fold(text):
        raise invalid("username", "it must not contain @")
    return text


def clean(field: str, text: str, most: int, least: int = 1) -> str:
    """A one-line name without surrounding white space; raises `Refused` for what is none."""
    text = unicodedata.normalize("NFC", text.strip())
    if not least <= len(text) <= most:
        raise invalid(field, f"it must have {least} to {most} characters")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise invalid(field, "it must not contain control characters")
    if not any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK for c in text):
        raise invalid(field, "it must contain something visible")
    return text
