"""How a WebSocket of each dialect is spoken to, byte by byte: one row for each of `surfaces.DIALECTS`."""

from dataclasses import dataclass
from typing import Final

from support.raw import CLOSE, TEXT, Raw, frame
from support.rest import Person
from support.server import RunningServer

ENGINE: Final = "/socket.io/?EIO=4&transport=websocket"


@dataclass(frozen=True)
class Wire:
    """`sign_in`: the frames that do it, in which `{token}` and `{id}` are the person's. `beat`: what is always answered
    then, by a frame that begins with `beaten`. `event`: how the JSON of a command stands in a frame."""

    path: str
    sign_in: tuple[str, ...]
    beat: str
    beaten: str
    event: str = "%s"


_HEARTBEAT: Final = '{"type":"heartbeat"}', '{"type":"heartbeat_ack"'
WIRES: Final = {
    "native": Wire("/gateway", ('{"type":"connect","data":{"token":"{token}"}}',), *_HEARTBEAT),
    "channelchat": Wire(
        "/channelchat/ws", ('{"type":"connect","data":{"token":"{token}"}}',), *_HEARTBEAT
    ),
    "chatgroup": Wire(
        ENGINE,
        ("40/chatgroup,", '42/chatgroup,["authenticate",{"token":"{token}"}]'),
        '42/chatgroup,999["sync_messages",{"chats":[]}]',
        "43/chatgroup,999",
        "42/chatgroup,%s",
    ),
    "mew": Wire(
        ENGINE,
        ('40/mew,{"token":"{token}"}',),
        '42/mew,999["message/create",{"channelId":"000010000000000000000000","content":"nowhere"}]',
        "43/mew,999",
        "42/mew,%s",
    ),
    "studybuddy": Wire("/studybuddy/ws", ('{"type":"auth","token":"{token}"}',), *_HEARTBEAT),
    "mutiperson": Wire(
        "/mutiperson",
        ('{"type":"INIT","from_user_id":"{id}","message":"init","token":"{token}"}',),
        '{"type":"PING","from_user_id":"1"}',
        '{"type":"PONG"',
    ),
}


class Talk:
    """A raw connection of a dialect."""

    def __init__(self, server: RunningServer, dialect: str, person: Person) -> None:
        self.wire = WIRES[dialect]
        self._person = person
        self.raw = Raw(server, self.wire.path)
        self.closed: int | None = None

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.socket.close()

    def say(self, text: str | bytes, opcode: int = TEXT) -> None:
        """One frame; nothing, where the server has closed."""
        payload = text if isinstance(text, bytes) else text.encode()
        self.raw.send_until_closed(frame(opcode, payload))

    def sign_in(self) -> bytes:
        """What is said to it, up to the answer to a beat."""
        for text in self.wire.sign_in:
            self.say(text.replace("{token}", self._person.token).replace("{id}", self._person.id))
        return self.beats()

    def beats(self) -> bytes:
        """What came before the answer to a beat sent now, or before the close; `closed` says which."""
        self.say(self.wire.beat)
        heard = b""
        while self.closed is None:
            opcode, payload = self.raw.next()
            heard += payload + b"\n"
            if opcode == CLOSE:
                self.closed = int.from_bytes(payload[:2], "big")
            elif payload.startswith(self.wire.beaten.encode()):
                break
        return heard
