"""Seed 003's REST side (docs/dialects/studybuddy.md).

`{success: true, result}`, of friends `data` in place of `result`; errors `{success: false, errors: [{code, message}]}`,
of friends `{success: false, message}`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hubbub.dialects.studybuddy import errors
from hubbub.dialects.studybuddy.operations import accounts, friends, groups, messages
from hubbub.dialects.studybuddy.render import encode
from hubbub.model.errors import Code, Refused
from hubbub.wire.rest import NO_TOKEN, STATUS, Answer, Operation, bearer, retry_after

MESSAGE_OPERATIONS: Final = messages.OPERATIONS
ACCOUNT_OPERATIONS: Final = (*accounts.OPERATIONS, *groups.OPERATIONS, *friends.OPERATIONS)

NO_GROUP: Final = "Group not found"
NO_USER: Final = "User not found"
_NOT_FOUND: Final = {
    "/messages/user": errors.NO_RECEIVER,
    "/messages/user/{peer_id}": NO_USER,
    "/messages/group": NO_GROUP,
    "/friends/request": NO_USER,
}
_NUMBERS: Final = {
    Code.UNAUTHORIZED: 4011,
    Code.FORBIDDEN: 4030,
    Code.NOT_FOUND: 4040,
    Code.INVALID: 4000,
    Code.RATE_LIMITED: 4290,
    Code.CONFLICT: 4090,
    Code.TOO_LARGE: 4130,
    Code.UNAVAILABLE: 7000,
}
_TAKEN: Final = 4001
_NO_TOKEN: Final = 4010


class StudyBuddyRest:
    """A part of the surface, under each of `prefixes`; `owned`: paths below which there is nothing else."""

    def __init__(
        self, prefixes: Sequence[str], operations: Sequence[Operation], owned: Sequence[str] = ()
    ) -> None:
        self.prefixes = prefixes
        self.operations = operations
        self.pages: Mapping[str, Callable[[], Answer]] = {
            prefix + "/{path:path}": _nothing_here for prefix in owned
        }

    def token(self, authorization: str | None, query: Mapping[str, str]) -> str | None:
        """`Authorization: Bearer`."""
        return bearer(authorization)

    def answer(self, operation: Operation, result: object) -> Answer:
        """A result in its envelope."""
        name = "data" if _is_of_friends(operation) else "result"
        told = {"success": True, name: operation.result(result)}
        return Answer(operation.status, encode(told))

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """The reason in its envelope."""
        status, number, text = _worded(operation, refusal)
        headers = retry_after(refusal)
        if _is_of_friends(operation):
            told = encode({"success": False, "message": text})
            return Answer(status, told, headers=headers)
        error: dict[str, object] = {"code": number, "message": text}
        if refusal.retry_after is not None:
            error["retry_after"] = refusal.retry_after
        return Answer(status, encode({"success": False, "errors": [error]}), headers=headers)


def _nothing_here() -> Answer:
    return Answer(404, encode({"error": "Not Found"}))


def _is_of_friends(operation: Operation) -> bool:
    return operation.path.startswith("/friends")


def _worded(operation: Operation, refusal: Refused) -> tuple[int, int, str]:
    """HTTP's status, the original's number and the text."""
    status, number = STATUS[refusal.code], _NUMBERS[refusal.code]
    if refusal.code is Code.UNAUTHORIZED:
        return _unauthorized(operation, refusal)
    if refusal.code is Code.CONFLICT and operation.path == "/auth/register":
        return 400, _TAKEN, refusal.message
    return status, number, _text(operation, refusal)


def _text(operation: Operation, refusal: Refused) -> str:
    path = operation.path
    if path == "/messages/online" and refusal.code is Code.INVALID:
        return "Invalid user_ids parameter"
    if path == "/messages/user":
        return errors.private_words(refusal)
    if refusal.code is Code.NOT_FOUND:
        of_group = "{group_id}" in path and "{member_id}" not in path
        return _NOT_FOUND.get(path) or (NO_GROUP if of_group else refusal.message)
    if path.startswith("/messages/group"):
        return errors.group_words(refusal)
    return refusal.message


def _unauthorized(operation: Operation, refusal: Refused) -> tuple[int, int, str]:
    if operation.path == "/auth/login":
        return 401, _NUMBERS[Code.UNAUTHORIZED], refusal.message
    if refusal.message == NO_TOKEN:
        return 401, _NO_TOKEN, "Missing authorization token"
    return 401, _NUMBERS[Code.UNAUTHORIZED], "Invalid or expired token"
