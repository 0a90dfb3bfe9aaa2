"""Pages with scripts, served as the files beside this one: from here alone, and loading nothing from elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.resources import files
from typing import Final

from hubbub.wire.rest import Answer

_MEDIA: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# Trusted Types: not even the page's own scripts can make markup out of a message.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def lens_pages() -> Mapping[str, Callable[[], Answer]]:
    """`/lens` and what it loads, by path."""
    return dict(_pages("lens"))


def _pages(folder: str) -> Iterator[tuple[str, Callable[[], Answer]]]:
    for file in (files("hubbub.transport") / folder).iterdir():
        stem, _, kind = file.name.rpartition(".")
        path = f"/{folder}" if stem == "index" else f"/{folder}/{file.name}"
        headers = (("content-security-policy", _POLICY),)
        yield path, partial(Answer, 200, file.read_bytes(), _MEDIA[kind], headers)
