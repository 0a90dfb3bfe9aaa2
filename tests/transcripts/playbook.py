"""Golden transcripts: what clients send and what the server must answer, to be read like documentation.

    # The sender gets its ack first, then its own copy; everyone else gets one copy.
    @ channel general alice bob
    @ alice native
    @ bob channelchat
    alice > {"type": "send_message", "ref": 1, "data": {"channel_id": "$general", "content": "hi"}}
    alice < {"type": "message_ack", "ref": 1, "data": {"message_id": "$m:id", "...": true}}
    alice < {"type": "new_message", "data": {"message": {"id": "$m", "...": true}, "...": true}}
    bob < {"type": "new_message", "data": {"message_id": "$m", "...": true}}
    bob .

Lines that are indented continue the one above. Steps run in the order in which they stand.

| step | |
|---|---|
| `@ channel NAME alice bob` | a group, made by alice, that bob has joined; `$NAME` is its id |
| `@ private NAME alice bob` | the same, but private: alice has let bob in |
| `@ fill NAME 501` | its owner has sent that many messages, `1` to `501` |
| `@ alice` | a person without a connection |
| `@ alice native` | a connection that has sent `connect` and got `ready` |
| `@ bob channelchat` | a connection that has sent `connect` and got `connect_ack` |
| `@ bob studybuddy` | a connection that has sent `auth` and got `authenticated` |
| `@ dave chatgroup` | a Socket.IO connection that has sent `authenticate` and got `sync_messages` |
| `@ dave socketio {"token": "$dave.token"}` | one that has sent this as its `auth` and nothing else; `socketio /chatgroup {…}` in a namespace |
| `@ erin mew` | a Socket.IO connection that showed its token and got `PRESENCE_INITIAL_STATE`; `mew /mew` in a namespace |
| `@ bob mutiperson` | a guest, who has logged in by name, and whose connection has sent the INIT of the last stage |
| `@ erin engineio` | one that has entered no namespace; packets are sent as text, and come as `{"packet": "44{…}"}` |
| `@ carol raw /path` | a connection on a path that has said nothing yet |
| `@ carol refused 401 /path` | the upgrade is refused with this status |
| `@ hear presence_updated` | presence counts; else it is passed over, because it comes when it comes, as is what PASSED_OVER names |
| `alice > JSON` | sends a frame |
| `alice >> text` | sends text as it is, but for names in it |
| `alice < JSON` | the next frame |
| `alice .` | nothing more: a heartbeat sent now is answered next |
| `alice closed 4001 reason` | next, the server closes, with this code and reason (`*`: any) |
| `alice closes` | the client closes |
| `alice ! GET /path JSON -> 200 JSON` | a request with alice's token; both bodies may be left out |
| `nobody ! …` | the same without a token |

People are signed up when they first occur. `alice/phone` is another connection of alice. `$alice.id`,
`$alice.name`, `$alice.token` and `$alice.session` are hers. `$m.hex` is the id `$m` in 24 hexadecimal digits, `$m.int`
as a number, `$m.text` the number `$m` as a string, and `$run` a word that is new each time.

On Socket.IO a frame is `["event", argument …]`, or `{"id": 1, "event": [...]}` where an ack is asked for, and
`{"id": 1, "ack": [...]}` is the ack. There `$m:hexid` binds the id that is `$m` in other dialects.

In what is expected, objects have exactly the keys that stand there, unless `"...": true` is among them, and
lists exactly their items, unless the last is `"..."`. `$m:id` binds on first sight and must agree later, in
any dialect; `$m` must be equal; `$_:time` is any. Types: any, str, text (not empty), int, bool, id, time
(with milliseconds), seconds (without). At the end of the file `.` is done for every open connection.
"""

import asyncio
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.rest import Person, call, sign_up
from support.server import RunningServer
from support.sockets import (
    ChannelChat,
    ChatGroup,
    EngineIo,
    Mew,
    MutiPerson,
    Native,
    Socket,
    SocketIo,
    StudyBuddy,
)
from transcripts.matching import Mismatch, Names

SECONDS: Final = 5.0
_STEP: Final = re.compile(r"([A-Za-z][\w/]*) (>>|>|<|!|\.|closed|closes)(?: (.*))?", re.DOTALL)
_REQUEST: Final = re.compile(r"(\w+) (\S+)(?: (.+?))? -> (\d+)(?: (.+))?", re.DOTALL)


PASSED_OVER: Final = frozenset(
    (
        "presence_updated",
        "user_online",
        "user_offline",
        "PRESENCE_UPDATE",
        "delivered_updated",
        "message_delivered",
        "user login",
    )
)


class Wrong(AssertionError):
    """A transcript that does not hold: file, line, want, got."""


@dataclass(frozen=True)
class Step:
    """One step; `who` is `@` for those that set up."""

    where: str
    who: str
    verb: str
    text: str


def parse(path: Path) -> list[Step]:
    """Raises `Wrong` for a line that is no step."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0].isspace() and lines:
            first, text = lines[-1]
            lines[-1] = first, f"{text} {line.strip()}"
        else:
            lines.append((number, line.rstrip()))
    return [_step(f"{path.name}:{number}", text) for number, text in lines]


def _step(where: str, text: str) -> Step:
    if text.startswith("@ "):
        return Step(where, "@", "@", text[2:].strip())
    found = _STEP.fullmatch(text)
    if found is None:
        raise Wrong(f"{where}: this is no step: {text}")
    return Step(where, found[1], found[2], found[3] or "")


def frame_types(steps: list[Step], verb: str) -> set[str]:
    """The `type` of every frame sent (`>`) or expected (`<`)."""
    found = [frame_type(json.loads(step.text)) for step in steps if step.verb == verb]
    return {kind for kind in found if kind is not None}


def frame_type(frame: Any) -> str | None:
    """What a frame is, in any dialect."""
    if isinstance(frame, list):
        return str(frame[0])
    if frame.get("message") == "user login":  # of mutiperson's SYSTEM, which tells of presence
        return "user login"
    return str(frame["event"][0]) if "event" in frame else frame.get("type")


async def play(path: Path, server: RunningServer) -> None:
    """Runs a transcript against a started server; raises `Wrong`."""
    __tracebackhide__ = True
    steps = parse(path)
    playbook = Playbook(server)
    try:
        for step in steps:
            await _run(step.where, playbook, step)
        for name in playbook.open():
            await _run(f"{path.name}: end", playbook, Step("", name, ".", ""))
    finally:
        await playbook.close()


async def _run(where: str, playbook: "Playbook", step: Step) -> None:
    __tracebackhide__ = True  # the transcript's line says more than these frames
    try:
        await playbook.step(step)
    except Mismatch as mismatch:
        raise Wrong(f"{where}: {mismatch}") from None
    except json.JSONDecodeError as error:
        raise Wrong(f"{where}: this is not JSON: {error}") from None


class Playbook:
    """The people, channels and connections of one transcript."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._names = Names()
        self._names.set("run", secrets.token_hex(6))
        self._people: dict[str, Person] = {}
        self._owners: dict[str, Person] = {}
        self._guests: dict[str, str] = {}
        self._sockets: dict[str, Socket] = {}
        self._passed_over = set(PASSED_OVER)
        self._verbs: dict[str, Callable[[Step], Any]] = {
            "@": self._set_up,
            ">": self._send,
            ">>": self._send_text,
            "<": self._expect,
            ".": self._nothing_more,
            "closed": self._closed,
            "closes": self._close,
            "!": self._request,
        }

    def open(self) -> list[str]:
        """The connections that neither side has closed."""
        return list(self._sockets)

    async def close(self) -> None:
        """Ends all connections."""
        for socket in self._sockets.values():
            await socket.__aexit__(None, None, None)

    async def step(self, step: Step) -> None:
        """One step; raises `Mismatch`."""
        await self._verbs[step.verb](step)

    # -- setting up ---------------------------------------------------------------------------------

    async def _set_up(self, step: Step) -> None:
        first, *rest = step.text.split()
        match rest:
            case [name, *people] if first in ("channel", "private") and people:
                self._make_channel(name, people, private=first == "private")
            case [name, count] if first == "fill":
                await self._fill(name, int(count))
            case [*kind] if first == "hear" and kind:
                self._passed_over.discard(" ".join(kind))
            case []:
                self._person(first)
            case ["refused", status, path]:
                await self._refused(first, int(status), path)
            case ["socketio", *auth]:
                await self._connect(first, "socketio", " ".join(auth))
            case [dialect, *path]:
                await self._connect(first, dialect, "".join(path))
            case _:  # not reached: the cases above take every list
                raise Mismatch(f"there is no set-up {step.text!r}")

    def _person(self, name: str) -> Person:
        owner = name.partition("/")[0]
        if owner not in self._people:
            person = self._people[owner] = sign_up(self._server.url)
            for key, value in (
                ("id", person.id),
                ("name", person.name),
                ("token", person.token),
                ("session", person.session_id),
            ):
                self._names.set(f"{owner}.{key}", value)
        return self._people[owner]

    def _make_channel(self, name: str, people: list[str], *, private: bool) -> None:
        owner, *others = map(self._person, people)
        channel_id = owner.group(name, private=private)
        for other in others:
            if private:
                owner.ok("PUT", f"/channels/{channel_id}/members/{other.id}")
            else:
                other.join(channel_id)
        self._names.set(name, channel_id)
        self._owners[name] = owner

    async def _fill(self, name: str, count: int) -> None:
        channel_id = self._names.get(name)
        async with Native(self._server.ws, self._owners[name].token) as socket:
            for n in range(1, count + 1):
                data = {"channel_id": channel_id, "content": str(n)}
                await socket.send({"type": "send_message", "data": data})
            for _ in range(count):
                await socket.wait_type("message_ack")
            await (
                socket.drain()
            )  # with frames unread, the client's close would wait for its time-out

    async def _connect_guest(self, name: str, path: str) -> None:
        """`$NAME.id` and `$NAME.name` are the guest's."""
        owner = name.partition("/")[0]
        self._guests.setdefault(owner, f"guest-{secrets.token_hex(6)}")
        socket = MutiPerson(self._server.url, self._guests[owner], path or "/mutiperson/ws")
        self._sockets[name] = await socket.__aenter__()
        self._names.set(f"{owner}.id", socket.user_id)
        self._names.set(f"{owner}.name", self._guests[owner])

    async def _connect(self, name: str, dialect: str, path: str) -> None:
        if dialect == "mutiperson":
            await self._connect_guest(name, path)
            return
        is_guest = name.partition("/")[0] in self._guests
        token = "" if is_guest else self._person(name).token
        url = self._server.ws
        socket: Socket
        match dialect:
            case "native":
                socket = Native(url, token)
            case "channelchat":
                socket = ChannelChat(url, token, self._person(name).id)
            case "studybuddy":
                socket = StudyBuddy(url, token)
            case "chatgroup":
                socket = ChatGroup(url, token)
            case "mew":
                socket = Mew(url, token, path or "/")
            case "engineio":
                socket = EngineIo(url)
            case "socketio":
                namespace, brace, rest = path.partition("{")
                auth = self._names.fill(json.loads(brace + rest or "{}"))
                # The auth is an object, as it stands there.
                socket = SocketIo(url, auth, namespace.strip() or "/")  # type: ignore[arg-type]  # as above
            case "raw" if path:
                socket = Socket(url + self._names.fill_text(path))
            case _:
                raise Mismatch(
                    f"there is no {dialect!r}; there are native, channelchat, studybuddy, chatgroup, mew, "
                    "mutiperson, raw /path"
                )
        self._sockets[name] = await socket.__aenter__()

    async def _refused(self, name: str, status: int, path: str) -> None:
        self._person(name)
        try:
            async with Socket(self._server.ws + self._names.fill_text(path)):
                raise Mismatch(f"want a refusal with {status}, got an open connection")
        except InvalidStatus as refusal:
            self._names.match(status, refusal.response.status_code, "status")

    # -- sockets ------------------------------------------------------------------------------------

    def _socket(self, step: Step) -> Socket:
        if step.who not in self._sockets:
            raise Mismatch(f"{step.who} has no open connection")
        return self._sockets[step.who]

    async def _send(self, step: Step) -> None:
        frame = self._names.fill(json.loads(step.text))
        await self._socket(step).send(frame)

    async def _send_text(self, step: Step) -> None:
        await self._socket(step).ws.send(self._names.fill_text(step.text))

    async def _expect(self, step: Step) -> None:
        want = json.loads(step.text)
        got = await self._next(step, step.text)
        try:
            self._names.match(want, got)
        except Mismatch as mismatch:
            shown = json.dumps(got, ensure_ascii=False)
            raise Mismatch(f"{mismatch}\n  want {step.text}\n  got  {shown}") from None

    async def _nothing_more(self, step: Step) -> None:
        socket = self._socket(step)
        await socket.send(socket.FENCE)
        got = await self._next(step, "nothing more")
        if not socket.is_fenced(got):
            raise Mismatch(f"{step.who}: want nothing more\n  got  {json.dumps(got)}")

    async def _next(self, step: Step, want: str) -> Any:
        socket = self._socket(step)
        try:
            while frame_type(got := await socket.receive(SECONDS)) in self._passed_over:
                pass
        except TimeoutError:
            raise Mismatch(f"{step.who}: want {want}\n  got nothing for {SECONDS:.0f} s") from None
        except ConnectionClosed as closed:
            raise Mismatch(f"{step.who}: want {want}\n  got a close: {closed}") from None
        return got

    async def _closed(self, step: Step) -> None:
        code, _, reason = step.text.partition(" ")
        try:
            got = await self._next(step, f"a close with {step.text}")
        except Mismatch as mismatch:
            closed = self._socket(step).ws
            if closed.close_code is None:
                raise mismatch from None
            self._names.match(int(code), closed.close_code, "close code")
            if reason != "*":
                self._names.match(reason, closed.close_reason, "close reason")
            del self._sockets[step.who]
            return
        raise Mismatch(f"{step.who}: want a close with {step.text}\n  got  {json.dumps(got)}")

    async def _close(self, step: Step) -> None:
        await self._nothing_more(step)  # else frames that nobody looked at would be lost
        await self._sockets.pop(step.who).ws.close()

    # -- REST ---------------------------------------------------------------------------------------

    async def _request(self, step: Step) -> None:
        found = _REQUEST.fullmatch(step.text)
        if found is None:
            raise Mismatch("want METHOD /path [JSON] -> status [JSON]")
        method, path, body, status, want = found.groups()
        token = None if step.who == "nobody" else self._person(step.who).token
        url = self._server.url + self._names.fill_text(path)
        sent = None if body is None else self._names.fill(json.loads(body))
        answer = await asyncio.to_thread(call, method, url, sent, token)
        try:
            self._names.match(int(status), answer.status, "status")
            self._names.match("" if want is None else json.loads(want), answer.body, "body")
        except Mismatch as mismatch:
            shown = json.dumps(answer.body, ensure_ascii=False)
            raise Mismatch(f"{mismatch}\n  got  {answer.status} {shown}") from None
