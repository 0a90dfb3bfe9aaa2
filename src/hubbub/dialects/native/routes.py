"""Native's REST side: `/api/v1`, bearer tokens, RFC 9457 problems."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hubbub.dialects.native import render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations import (
    accounts,
    admin,
    channels,
    invites,
    lens,
    messages,
    programs,
    relationships,
    roles,
    server_members,
    servers,
)
from hubbub.model.entities import Image
from hubbub.model.errors import Code, Refused
from hubbub.ports.clock import Clock
from hubbub.wire.rest import JSON, Answer, Operation, bearer, retry_after

STATUS: Final = {
    Code.UNAUTHORIZED: (401, "Not signed in"),
    Code.FORBIDDEN: (403, "Not allowed"),
    Code.NOT_FOUND: (404, "Not found"),
    Code.INVALID: (422, "Invalid"),
    Code.RATE_LIMITED: (429, "Too many requests"),
    Code.CONFLICT: (409, "Conflict"),
    Code.TOO_LARGE: (413, "Too large"),
    Code.UNAVAILABLE: (503, "Not now"),
}


def operations(now: Callable[[], int]) -> tuple[Operation, ...]:
    """The whole table; `now` in milliseconds since 1970."""
    return (
        *accounts.OPERATIONS,
        *relationships.OPERATIONS,
        *channels.OPERATIONS,
        *messages.OPERATIONS,
        *servers.OPERATIONS,
        *roles.OPERATIONS,
        *server_members.OPERATIONS,
        *invites.operations(now),
        *programs.OPERATIONS,
        *lens.OPERATIONS,
        *admin.OPERATIONS,
    )


OPERATIONS: Final = operations(lambda: 0)  # for whom the table is to be read, not to be run


# For the browser of who asked, and no other; a page that it may be taken for may do nothing (threat S26).
_IMAGE_HEADERS: Final = (
    ("cache-control", "private, max-age=3600"),
    ("vary", "authorization"),
    ("content-security-policy", "default-src 'none'; sandbox"),
)


class NativeRest:
    """Everything under `/api/v1`."""

    prefixes: Sequence[str] = ("/api/v1",)

    def __init__(self, pages: Mapping[str, Callable[[], Answer]], clock: Clock) -> None:
        self.pages = pages
        self.operations: Sequence[Operation] = operations(clock.now_ms)

    def token(self, authorization: str | None, query: Mapping[str, str]) -> str | None:
        """Only the header: what stands in an address ends up in logs."""
        return bearer(authorization)

    def answer(self, operation: Operation, result: object) -> Answer:
        """A result in native's words."""
        if operation.status == 204:
            return Answer(204, b"")
        if isinstance(result, Image):
            return Answer(200, result.content, result.media_type, _IMAGE_HEADERS)
        found = operation.result(result)
        if operation.media_type == JSON:
            return Answer(operation.status, render.encode(found))
        return Answer(operation.status, str(found).encode(), operation.media_type)

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """An RFC 9457 problem."""
        status, title = STATUS[refusal.code]
        problem = s.Problem(
            f"urn:hubbub:problem:{refusal.code.value}",
            title,
            status,
            refusal.code.value,
            refusal.message,
            refusal.field,
            refusal.retry_after,
        )
        headers = retry_after(refusal)
        if status == 401:
            headers = (*headers, ("www-authenticate", 'Bearer realm="hubbub"'))
        return Answer(status, render.encode(problem), "application/problem+json", headers)
