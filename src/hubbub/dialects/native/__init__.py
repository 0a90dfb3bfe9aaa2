"""Native: seed 000's envelope, grown up (docs/dialects/native.md).

Oddities: none. The sender's own connection gets its message back too, after the ack.
"""

from hubbub.dialects.native.dialect import NativeDialect
from hubbub.dialects.native.routes import NativeRest

__all__ = ["NativeDialect", "NativeRest"]
