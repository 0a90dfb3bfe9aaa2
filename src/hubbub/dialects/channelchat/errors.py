"""Refusals in seed 000's words: the code is a string."""

from typing import Final

from hubbub.model.errors import Code, Refused

CODES: Final = {
    Code.UNAUTHORIZED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.INVALID: 400,
    Code.RATE_LIMITED: 429,
    Code.CONFLICT: 409,
    Code.TOO_LARGE: 413,
    Code.UNAVAILABLE: 503,
}


def error_data(refusal: Refused) -> dict[str, object]:
    """The data of an `error`; 401 has the seed's own text."""
    text = "Unauthorized" if refusal.code is Code.UNAUTHORIZED else refusal.message
    data: dict[str, object] = {"error_code": str(CODES[refusal.code]), "message": text}
    if refusal.retry_after is not None:
        data["retry_after"] = refusal.retry_after
    return data
