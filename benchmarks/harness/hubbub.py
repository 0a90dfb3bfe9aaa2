"""Hubbub: starts it on a copy of a prepared data folder, with the channels a scenario needs."""

import os
import shlex
import shutil
import tempfile
import time
from pathlib import Path
from typing import ClassVar, Final

from harness import accounts
from harness.accounts import Account, Accounts
from harness.loadgen import RUN, Wire
from harness.overriding import override
from harness.paths import BUILD, EVERY_CORE, REPOSITORY
from harness.peers import SEND_MESSAGE, SOCKET_IO
from harness.progress import tell
from harness.rest import Rest, in_parallel
from harness.servers import CONTENT, Layout, Server, write_lines

COMMAND_VARIABLE: Final = "BENCHMARK_HUBBUB_COMMAND"


def command() -> list[str]:
    """Return what starts Hubbub: the repository's own environment, unless told otherwise."""
    given = os.environ.get(COMMAND_VARIABLE)
    if given:
        return shlex.split(given)
    installed = REPOSITORY / ".venv" / "bin" / "hubbub"
    return [str(installed) if installed.exists() else "hubbub"]


class Hubbub(Server):
    name: ClassVar[str] = "hubbub"
    label: ClassVar[str] = "Hubbub"

    def __init__(self, users: int) -> None:
        self._users = users
        self._prepared: Accounts | None = None

    def close(self) -> None:
        if self._prepared:
            shutil.rmtree(self._prepared.folder)
            self._prepared = None

    @override
    def _environment(self) -> dict[str, str]:
        return {"HUBBUB_RATE_LIMITS": "off"}

    @override
    def _command(self, port: int, folder: Path) -> list[str]:
        return [*command(), "serve", "--port", str(port), "--data", str(folder / "data")]

    @override
    def _prepare(self, folder: Path, layout: Layout) -> None:
        if not layout.from_nothing:
            shutil.copytree(self._with_users().folder / "data", folder / "data")

    def _with_users(self) -> Accounts:
        if self._prepared is None:
            self._prepared = self._register_users()
        return self._prepared

    def _register_users(self) -> Accounts:
        """Use every core: this is not measured."""
        tell(f"registering {self._users} users")
        folder = Path(tempfile.mkdtemp(prefix="run-users-", dir=BUILD))
        try:
            with self._launched(folder, EVERY_CORE) as (_, port):
                registered, life_seconds = accounts.register(port, self._users)
        except BaseException:
            shutil.rmtree(folder)
            raise
        return Accounts(folder, registered, time.monotonic(), life_seconds)

    @override
    def _wire(self, port: int, folder: Path, layout: Layout) -> Wire:
        people, channels = self._people_in_channels(port, layout)
        # A nonce is for ever: the same in a later run would be taken for a retry.
        message = f'{{"channel_id":"%c","content":"{CONTENT}","nonce":"{RUN}-%n"}}'
        return Wire(
            port=port,
            path="/gateway",
            opening=(
                ("start", '{"type":"connect","ref":"c","data":{"token":"%t"}}'),
                ("await", '"ready"'),
            ),
            send=f'{{"type":"send_message","ref":"%n","data":{message}}}',
            ack='"message_ack"',
            ack_id='"ref":"',
            refusal='"type":"error"',
            heartbeat='{"type":"heartbeat"}',
            tokens=write_lines(folder / "tokens", [person.access_token for person in people]),
            channels=write_lines(folder / "channels", channels),
        )

    def _people_in_channels(self, port: int, layout: Layout) -> tuple[list[Account], list[str]]:
        if layout.from_nothing:
            people = accounts.register(port, layout.connections)[0]
        else:
            people = self._with_users().usable(port)
        here = people[: layout.connections]
        return people, _make_channels(Rest(port), here, layout.channels)


class HubbubSocketIO(Hubbub):
    """The same server, through its Socket.IO, with the frames that the clients of the peers send."""

    name: ClassVar[str] = "hubbub-socketio"
    label: ClassVar[str] = "Hubbub (Socket.IO)"

    def __init__(self, other: Hubbub) -> None:
        self._with_users = other._with_users  # type: ignore[method-assign]  # registered once, for both

    def close(self) -> None:
        """Nothing of its own."""

    @override
    def _wire(self, port: int, folder: Path, layout: Layout) -> Wire:
        people, channels = self._people_in_channels(port, layout)
        chats = [f"{int(channel):024x}" for channel in channels]
        return Wire(
            port=port,
            path=SOCKET_IO,
            opening=(
                ("await", "^0{"),
                ("start", "40"),
                ("await", "^40{"),
                ("start", '42["authenticate",{"token":"%t"}]'),
                ("await", '^42["sync_messages"'),
            ),
            send=SEND_MESSAGE,
            ack=None,
            ack_id=None,
            refusal='"success":false',
            tokens=write_lines(folder / "tokens", [person.access_token for person in people]),
            channels=write_lines(folder / "channels", chats),
        )


def _make_channels(rest: Rest, people: list[Account], count: int) -> list[str]:
    """Make the channels, and let person i join channel i % count. Returns the ids."""
    channels = [_make_channel(rest, people[index], index) for index in range(count)]

    def join(index: int) -> None:
        path = f"/channels/{channels[index % count]}/members/@me"
        rest.call("PUT", path, token=people[index].access_token)

    in_parallel(join, range(count, len(people)))
    return channels


def _make_channel(rest: Rest, owner: Account, index: int) -> str:
    body = {"kind": "group", "name": f"Benchmark {index}"}
    channel_id: str = rest.call("POST", "/channels", body, owner.access_token)["id"]
    return channel_id
