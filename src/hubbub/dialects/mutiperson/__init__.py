"""mutiperson: seed 004, MutiPersonChat, in the three stages of its life (docs/dialects/mutiperson.md).

Oddities: frames come in binary and go out as text; who one is, one says oneself (guests); `0` is the system and the
lobby; the clients of the last stage confirm each message, and get it again until they do; writes by GET. Additive:
`ERROR`, `token` in `INIT`, copies for one's other connections, `GET /ws/history`.
"""

from hubbub.dialects.mutiperson.dialect import LobbyDialect, MutiPersonDialect
from hubbub.dialects.mutiperson.routes import MutiPersonRest

__all__ = ["LobbyDialect", "MutiPersonDialect", "MutiPersonRest"]
