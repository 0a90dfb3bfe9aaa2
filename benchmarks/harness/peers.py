"""The servers that Hubbub is compared with. They store nothing."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path
from typing import ClassVar, Final

from harness import build
from harness.loadgen import RUN, Wire
from harness.overriding import override
from harness.servers import CONTENT, Layout, Server, write_lines

SOCKET_IO: Final = "/socket.io/?EIO=4&transport=websocket"
# What a client of seed 002 sends; the same goes to Hubbub's own Socket.IO.
_MESSAGE: Final = f'{{"chatId":"%c","content":"{CONTENT}","localId":"{RUN}-%n"}}'
SEND_MESSAGE: Final = f'42%n["send_message",{_MESSAGE}]'
_TOKEN_SECONDS: Final = 24 * 60 * 60


class SocketIOPeer(Server):
    """Speaks Engine.IO 4 and Socket.IO 5 over WebSocket; a token names the user."""

    def __init__(self, users: int) -> None:
        self._users = users
        self._secret = secrets.token_hex(32)

    @override
    def _environment(self) -> dict[str, str]:
        return {"PEER_SECRET": self._secret, "NODE_ENV": "production"}

    @override
    def _wire(self, port: int, folder: Path, layout: Layout) -> Wire:
        tokens = [self._token(f"user-{index}") for index in range(self._users)]
        channels = [f"room-{index}" for index in range(layout.channels)]
        return Wire(
            port=port,
            path=SOCKET_IO,
            opening=(
                ("await", "^0{"),
                ("start", '40{"token":"%t","channel":"%c"}'),
                ("await", '^42["ready"'),
            ),
            send=SEND_MESSAGE,
            ack="^43",
            ack_id="^43",
            refusal="^44",
            tokens=write_lines(folder / "tokens", tokens),
            channels=write_lines(folder / "channels", channels),
        )

    def _token(self, user: str) -> str:
        header = _base64url(b'{"alg":"HS256","typ":"JWT"}')
        claims = json.dumps({"sub": user, "exp": int(time.time()) + _TOKEN_SECONDS})
        signed = f"{header}.{_base64url(claims.encode())}"
        signature = hmac.digest(self._secret.encode(), signed.encode(), hashlib.sha256)
        return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Node(SocketIOPeer):
    name: ClassVar[str] = "node"
    label: ClassVar[str] = "Socket.IO (Node)"

    @override
    def install(self) -> None:
        build.node_peer()

    @override
    def _command(self, port: int, folder: Path) -> list[str]:
        return ["node", str(build.node_peer() / "server.js"), str(port)]


class PythonSocketIO(SocketIOPeer):
    name: ClassVar[str] = "python"
    label: ClassVar[str] = "python-socketio"

    @override
    def install(self) -> None:
        build.python_peer()

    @override
    def _command(self, port: int, folder: Path) -> list[str]:
        python, script = build.python_peer()
        return [str(python), str(script), str(port)]


class Reflector(Server):
    """No chat server but the generator's own counterpart: what it can take at most."""

    name: ClassVar[str] = "reflector"
    label: ClassVar[str] = "limit (reflector)"

    @override
    def install(self) -> None:
        build.reflector()

    @override
    def _command(self, port: int, folder: Path) -> list[str]:
        return [str(build.reflector()), str(port)]

    @override
    def _wire(self, port: int, folder: Path, layout: Layout) -> Wire:
        return Wire(
            port=port,
            path="/",
            opening=(("start", "hello"), ("await", "ready")),
            send=f"%n {CONTENT}",
            ack="^ack ",
            ack_id="^ack ",
        )
