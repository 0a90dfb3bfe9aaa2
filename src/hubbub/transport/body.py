"""Bodies of requests: bounded in bytes and time."""

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from hubbub.model.errors import Code, Refused, invalid
from hubbub.model.limits import IMAGE_BYTES

UPLOAD_SECONDS = 60.0
FORM_FIELDS = 8
SLICE = 16 * 1024
_ENCODED = "application/x-www-form-urlencoded"
FORM_OVERHEAD = 16 * 1024  # what a form needs besides its file


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The body; raises `Refused(too_large)`, `Refused(invalid)` and `ClientDisconnect`."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise Refused(Code.TOO_LARGE, f"The body may have {most} bytes.")
                chunks.append(chunk)
    except TimeoutError:
        raise Refused(Code.INVALID, f"The body took longer than {seconds:.0f} s.") from None
    return b"".join(chunks)


async def read_form(
    request: Request, most: int, seconds: float
) -> tuple[bytes, dict[str, str] | None]:
    """The body, and its fields if it is a form of either kind, without files. JSON is none, which curl calls one."""
    body = await read_body(request, most, seconds)
    media = _media(request)
    if media == "multipart/form-data":
        form = await _parse(request, body, files=0, what="of text fields only")
        return body, {name: value for name, value in form.items() if isinstance(value, str)}
    if media != _ENCODED or body.lstrip().startswith(b"{"):
        return body, None
    return body, {name: values[0] for name, values in _encoded(body).items()}


def _encoded(body: bytes) -> dict[str, list[str]]:
    """Raises `Refused(invalid)`."""
    try:
        return parse_qs(body.decode(), max_num_fields=FORM_FIELDS, errors="strict")
    except ValueError:  # what is no UTF-8 too
        why = f"it must be a form of at most {FORM_FIELDS} fields, in UTF-8"
        raise invalid("body", why) from None


def _media(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def unwrapped(request: Request, body: bytes, name: str) -> bytes:
    """A field of a form in one line; raises `Refused(invalid)`. JSON as it is, which curl calls a form too."""
    is_form = _media(request) == _ENCODED
    if not is_form or body.lstrip().startswith(b"{"):
        return body
    try:
        return parse_qs(body.decode(), max_num_fields=FORM_FIELDS)[name][0].encode()
    except (KeyError, ValueError):
        raise invalid(name, "it must be a field of the form, with the JSON in it") from None


async def read_image(request: Request) -> bytes:
    """A body that is an image; what its type is said to be proves nothing, and is not looked at."""
    return await read_body(request, IMAGE_BYTES, UPLOAD_SECONDS)


async def read_file(request: Request, name: str) -> bytes:
    """The one file of a form. Its name and its declared type are the client's words, and not used."""
    body = await read_body(request, IMAGE_BYTES + FORM_OVERHEAD, UPLOAD_SECONDS)
    form = await _parse(request, body, files=1, what=f"with one file, {name!r}")
    found = form.get(name)
    if not isinstance(found, UploadFile):
        raise invalid(name, "it must be a file in a multipart/form-data body")
    content = await found.read()
    if len(content) > IMAGE_BYTES:
        raise Refused(Code.TOO_LARGE, f"An image may have {IMAGE_BYTES} bytes.")
    return content


async def _parse(request: Request, body: bytes, *, files: int, what: str) -> FormData:
    try:
        parser = MultiPartParser(
            request.headers,
            _slices(body),
            max_files=files,
            max_fields=FORM_FIELDS,
            max_part_size=1024,
        )
        parser.spool_max_size = len(body) + 1  # never a file: it is in memory already
        return await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise invalid("body", f"it must be multipart/form-data {what}") from error


async def _slices(body: bytes) -> AsyncGenerator[bytes]:
    """Others get their turn between: 4 MiB of near boundaries take the parser 65 ms."""
    for start in range(0, len(body), SLICE):
        yield body[start : start + SLICE]
        await asyncio.sleep(0)
