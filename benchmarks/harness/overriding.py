"""`override`, which the standard library has only from Python 3.12 on; the harness needs no other."""

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override
else:
    Method = TypeVar("Method")

    def override(method: Method) -> Method:
        return method


__all__ = ["override"]
