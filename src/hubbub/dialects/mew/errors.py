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
    told: dict[str, object] = {"message": refusal.message}
    if refusal.code is Code.INVALID:
        told["errors"] = [{"path": refusal.field or "", "message": refusal.message}]
    return told
