"""mew: seed 001, servers with channels over Socket.IO and REST (docs/dialects/mew.md).

Oddities: the token is checked before the namespace is entered, and `connect_error` says what is wrong with it; who
sends a message has no ack, but hears it with `payload.clientNonce`; one reaction per person and message. Additive:
CHANNEL_CREATE, CATEGORY_CREATE, SERVER_CREATE, an ack where one is asked for, `reason` and `code` in `error`.
"""

from hubbub.dialects.mew.dialect import MewDialect
from hubbub.dialects.mew.routes import MewRest

__all__ = ["MewDialect", "MewRest"]
