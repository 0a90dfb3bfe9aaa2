"""Refusals in seed 000's words: the code is a string."""

from hubbub.model.errors import Code, Refused
from hubbub.wire.rest import STATUS


def error_data(refusal: Refused) -> dict[str, object]:
    """The data of an `error`; 401 has the seed's own text."""
    text = "Unauthorized" if refusal.code is Code.UNAUTHORIZED else refusal.message
    data: dict[str, object] = {"error_code": str(STATUS[refusal.code]), "message": text}
    if refusal.retry_after is not None:
        data["retry_after"] = refusal.retry_after
    return data
