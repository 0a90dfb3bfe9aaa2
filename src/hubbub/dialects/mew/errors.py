"""Refusals in seed 001's words."""

from typing import Final

from hubbub.dialects.mew.ids import BadId
from hubbub.model.errors import Code, Refused

AUTHENTICATION_ERROR: Final = (
    "Authentication error"  # what its clients look for, to renew their token
)
NOT_CREATED: Final = "Failed to create message"
BAD_ID: Final = "Invalid data format provided."

UNAUTHORIZED: Final = "Unauthorized: {}"
MISSING: Final = "No token provided"
WRONG: Final = "Invalid token"


# The core's words for what clients say otherwise.
_FIELDS: Final = {
    "category_id": "categoryId",
    "description": "topic",
    "display_name": "username",
    "expires_at": "expiresAt",
    "icon": "avatarUrl",
    "avatar_url": "avatarUrl",
    "max_uses": "maxUses",
    "new_password": "newPassword",
    "nonce": "clientNonce",
    "notify": "notificationLevel",
    "overrides": "permissionOverrides",
    "reply_to": "referencedMessageId",
    "role_ids": "roleIds",
    "user_id": "recipientId",
}


def turned_away(refusal: Refused | None) -> str:
    """What `connect_error` says; None: there was no token."""
    if refusal is None:
        return f"{AUTHENTICATION_ERROR}: {MISSING}"
    if refusal.code is Code.UNAUTHORIZED:
        return f"{AUTHENTICATION_ERROR}: {WRONG}"
    return refusal.message


def said(refusal: Refused) -> dict[str, object]:
    """A refusal in the body of a REST answer."""
    if isinstance(refusal, BadId):
        return {"message": BAD_ID, "error": refusal.message}
    path, message = _placed(refusal)
    told: dict[str, object] = {"message": message}
    if refusal.code is Code.INVALID:
        told["errors"] = [{"path": path, "message": message}]
    return told


def _placed(refusal: Refused) -> tuple[str, str]:
    """The field that a client would know, also at the beginning of the sentence."""
    field = refusal.field or ""
    path = _FIELDS.get(field, field)
    start, colon, rest = refusal.message.partition(":")
    return path, path + colon + rest if colon and start == field else refusal.message
