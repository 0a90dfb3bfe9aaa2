"""Seed 001's REST side (docs/dialects/mew.md). Errors are `{message}`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hubbub.dialects.mew import errors
from hubbub.dialects.mew.operations import (
    accounts,
    channels,
    members,
    messages,
    programs,
    roles,
    servers,
)
from hubbub.model.errors import Code, Refused
from hubbub.wire.rest import NO_TOKEN, STATUS, Answer, Operation, bearer, retry_after
from hubbub.wire.socketio import encode_json

# What stands first is found first: `/users/@me/…` before `/users/{person_id}`.
OPERATIONS: Final = (
    *programs.OPERATIONS,
    *servers.OPERATIONS,
    *channels.OPERATIONS,
    *accounts.OPERATIONS,
    *roles.OPERATIONS,
    *members.OPERATIONS,
    *messages.OPERATIONS,
)
# Where the original has another code.
OTHERWISE: Final = {("DELETE", "/servers/{server_id}/members/@me", Code.CONFLICT): 403}
SIGN_INS: Final = frozenset(("/auth/login", "/auth/bot"))


class MewRest:
    """The surface, under each of `prefixes`. `is_open`: anybody may register."""

    def __init__(self, prefixes: Sequence[str], *, is_open: bool) -> None:
        self.prefixes = prefixes
        self.operations: Sequence[Operation] = OPERATIONS
        self._is_open = is_open
        self.pages: Mapping[str, Callable[[], Answer]] = {
            prefix + path: page
            for prefix in prefixes
            for path, page in (("/auth/config", self._config), ("/health", self._health))
        }

    def _config(self) -> Answer:
        return Answer(200, encode_json({"allowUserRegistration": self._is_open}))

    def _health(self) -> Answer:
        return Answer(200, encode_json({"status": "ok"}))

    def token(self, authorization: str | None, query: Mapping[str, str]) -> str | None:
        """`Authorization: Bearer`."""
        return bearer(authorization)

    def answer(self, operation: Operation, result: object) -> Answer:
        """A result as it is."""
        if operation.status == 204:
            return Answer(204, b"")
        return Answer(operation.status, encode_json(operation.result(result)))

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """`{message}`, and where it stands what is wrong."""
        headers = retry_after(refusal)
        body = encode_json(_said(operation, refusal))
        otherwise = OTHERWISE.get((operation.method, operation.path, refusal.code))
        return Answer(otherwise or STATUS[refusal.code], body, headers=headers)


def _said(operation: Operation, refusal: Refused) -> object:
    if refusal.code is Code.UNAUTHORIZED:
        return {"message": _unauthorized(operation, refusal)}
    if refusal.code is Code.CONFLICT and refusal.field == "email":
        return {"message": "Email already exists."}
    return errors.said(refusal)


def _unauthorized(operation: Operation, refusal: Refused) -> str:
    if operation.path in SIGN_INS:
        return "Invalid credentials"
    is_missing = refusal.message == NO_TOKEN
    return errors.UNAUTHORIZED.format(errors.MISSING if is_missing else errors.WRONG)
