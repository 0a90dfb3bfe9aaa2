"""A Socket.IO client, with its time and its engine in hand."""

import json

import msgspec
import pytest

from fakes.engine import Bench, FakeSocket
from hubbub.model.errors import Disconnect
from hubbub.wire.engine import Engine
from hubbub.wire.namespaces import (
    ATTACHMENT_SECONDS,
    CONNECT_SECONDS,
    NAMESPACES,
    Client,
    NamespaceSocket,
    Refusal,
)
from hubbub.wire.socketio import Invalid

HEADER = b'51-["file",{"_placeholder":true,"num":0}]'


class FakeReceiver:
    """Remembers packets with their attachments, and how it ended."""

    def __init__(self, socket: NamespaceSocket) -> None:
        self.socket = socket
        self.came: list[tuple[bytes, ...]] = []
        self.is_paused = False
        self.left: list[tuple[bool, bool]] = []

    def receive(self, payload: bytes, _now: float) -> None:
        if b"refuse me" in payload:
            raise Invalid("as asked for")
        self.came.append((payload, *self.socket.attachments))

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def leave(self, *, clean: bool, for_good: bool) -> None:
        self.left.append((clean, for_good))


class Scene:
    """A client over WebSocket. Every namespace may be entered but `/no`; `/later` has not decided yet."""

    def __init__(self) -> None:
        self.entered: dict[str, FakeReceiver] = {}
        self.auth: list[object] = []
        self.bench = Bench(self._client, websocket=True)
        assert self.bench.socket is not None
        self.socket: FakeSocket = self.bench.socket

    def _client(self, engine: Engine) -> Client:
        return Client(engine, self, "192.0.2.1")

    def enter(self, socket: NamespaceSocket, auth: msgspec.Raw) -> None:
        if socket.namespace == "/no":
            raise Refusal("Not this one", {"why": 1})
        self.auth.append(json.loads(bytes(auth)))
        self.entered[socket.namespace] = FakeReceiver(socket)
        socket.receiver = self.entered[socket.namespace]
        if socket.namespace != "/later":
            socket.accept("sid")

    def text(self, *packets: bytes) -> None:
        for packet in packets:
            self.bench.frame(b"4" + packet)

    def binary(self, *attachments: bytes) -> None:
        for attachment in attachments:
            self.bench.frame(attachment, is_binary=True)

    def said(self) -> list[bytes]:
        """What the client got since the last call."""
        found, self.socket.written = self.socket.written, []
        return found

    @property
    def is_closed(self) -> bool:
        return self.bench.engine.closed


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def inside(scene: Scene) -> Scene:
    scene.text(b"0")
    scene.said()
    return scene


# -- entering -----------------------------------------------------------------------------------------


def test_connect_when_accepted_says_the_sid(scene: Scene) -> None:
    scene.text(b"0", b'0/a,{"token":"x"}')
    assert scene.said() == [b'40{"sid":"sid"}', b'40/a,{"sid":"sid"}']
    assert scene.auth == [{}, {"token": "x"}]


def test_connect_when_refused_says_why_and_stays_open(scene: Scene) -> None:
    scene.text(b"0/no,")
    assert scene.said() == [b'44/no,{"message":"Not this one","data":{"why":1}}']
    assert not scene.is_closed
    scene.text(b"0/no,")
    assert scene.said(), "it may ask again"


@pytest.mark.parametrize(
    "packet",
    [b"0[]", b"0null", b'0"x"', b"0{", b"0x", b'0{"a":"\xff"}', b"0" + b"[" * 10_000, b"0{}{}"],
)
def test_connect_when_auth_is_no_object_closes(scene: Scene, packet: bytes) -> None:
    scene.text(packet)
    assert scene.is_closed
    assert not scene.entered


def test_connect_when_twice_closes(inside: Scene) -> None:
    inside.text(b"0")
    assert inside.is_closed


def test_connect_when_one_namespace_too_many_closes(scene: Scene) -> None:
    for n in range(NAMESPACES):
        scene.text(b"0/%d," % n)
    assert not scene.is_closed
    scene.text(b"0/more,")
    assert scene.is_closed
    assert len(scene.entered) == NAMESPACES
    assert all(receiver.left == [(False, False)] for receiver in scene.entered.values())


def test_connect_when_nobody_does_closes_in_time(scene: Scene) -> None:
    scene.bench.timers.advance(CONNECT_SECONDS - 1)
    assert not scene.is_closed
    scene.bench.timers.advance(1)
    assert scene.is_closed


def test_connect_when_done_in_time_stops_the_timer(inside: Scene) -> None:
    inside.bench.timers.advance(CONNECT_SECONDS + 1)
    assert not inside.is_closed


def test_connect_when_only_refused_still_closes_in_time(scene: Scene) -> None:
    scene.bench.timers.advance(CONNECT_SECONDS - 1)
    scene.text(b"0/no,")
    scene.bench.timers.advance(1)
    assert scene.is_closed


# -- entering, where that takes a while ---------------------------------------------------------------


@pytest.fixture
def waiting(scene: Scene) -> FakeReceiver:
    scene.text(b"0/later,")
    assert scene.said() == []
    return scene.entered["/later"]


def test_connect_when_decided_later_keeps_what_comes_meanwhile(
    scene: Scene, waiting: FakeReceiver
) -> None:
    scene.text(b'2/later,["early"]')
    assert waiting.came == [(b'2/later,["early"]',)]
    waiting.socket.let_in()
    scene.bench.timers.advance(CONNECT_SECONDS + 1)
    assert not scene.is_closed


def test_connect_when_refused_later_says_why_and_may_be_asked_again(
    scene: Scene, waiting: FakeReceiver
) -> None:
    waiting.socket.refuse(Refusal("Not you"))
    assert scene.said() == [b'44/later,{"message":"Not you"}']
    scene.text(b"0/later,")
    assert scene.entered["/later"] is not waiting


def test_connect_when_refused_later_has_no_more_time_than_any(
    scene: Scene, waiting: FakeReceiver
) -> None:
    scene.bench.timers.advance(CONNECT_SECONDS - 1)
    waiting.socket.refuse(Refusal("Not you"))
    assert not scene.is_closed
    scene.bench.timers.advance(1)
    assert scene.is_closed


def test_connect_when_never_decided_closes_in_time(scene: Scene, waiting: FakeReceiver) -> None:
    scene.bench.timers.advance(CONNECT_SECONDS)
    assert scene.is_closed
    assert waiting.left == [(False, False)]


def test_connect_when_twice_before_it_is_decided_closes(
    scene: Scene, waiting: FakeReceiver
) -> None:
    scene.text(b"0/later,")
    assert scene.is_closed


def test_disconnect_when_before_it_is_decided_leaves_and_is_told_nothing(
    scene: Scene, waiting: FakeReceiver
) -> None:
    scene.text(b"1/later,")
    assert waiting.left == [(True, True)]
    waiting.socket.refuse(Refusal("Not you"))
    assert scene.said() == []
    scene.text(b"0/later,")
    waiting.socket.refuse(Refusal("Not you, who left"))
    assert scene.said() == [], "the next one is another socket"


def test_connect_when_decided_after_the_end_leaves_nothing_behind(scene: Scene) -> None:
    scene.text(b"0/later,")
    scene.bench.engine.close(clean=False)
    scene.entered["/later"].socket.let_in()
    assert scene.bench.timers.waiting == 0


def test_connect_when_refused_later_in_one_of_two_keeps_the_other(inside: Scene) -> None:
    inside.text(b"0/later,")
    inside.entered["/later"].socket.refuse(Refusal("Not you"))
    inside.bench.timers.advance(CONNECT_SECONDS + 1)
    assert not inside.is_closed


def test_connect_when_decided_while_attachments_are_awaited_leaves_them_their_time(
    inside: Scene,
) -> None:
    inside.text(b"0/later,", HEADER)
    inside.entered["/later"].socket.let_in()
    inside.bench.timers.advance(ATTACHMENT_SECONDS)
    assert inside.is_closed


# -- leaving ------------------------------------------------------------------------------------------


def test_disconnect_when_from_one_of_two_leaves_that_one_for_good(inside: Scene) -> None:
    inside.text(b"0/a,", b"1/a,", b'2["there"]')
    assert inside.entered["/a"].left == [(True, True)]
    assert inside.entered["/"].left == []
    assert inside.entered["/"].came == [(b'2["there"]',)]


def test_disconnect_when_from_the_last_keeps_the_engine_for_a_while(inside: Scene) -> None:
    inside.text(b"1")
    inside.bench.timers.advance(CONNECT_SECONDS - 1)
    assert not inside.is_closed
    inside.bench.timers.advance(1)
    assert inside.is_closed, "or connections that nobody counts would cost nothing"


def test_disconnect_when_followed_by_another_connect_goes_on(inside: Scene) -> None:
    inside.text(b"1", b"0")
    inside.bench.timers.advance(CONNECT_SECONDS + 1)
    assert not inside.is_closed


@pytest.mark.parametrize("packet", [b"1/a,", b'2/a,["x"]', b'2/a,1["x"]', b"3/a,1[]", HEADER])
def test_packet_when_for_a_namespace_one_is_not_in_closes(scene: Scene, packet: bytes) -> None:
    scene.text(b"0/b,", packet)
    assert scene.is_closed


def test_server_close_when_to_come_back_says_nothing_of_leaving(inside: Scene) -> None:
    inside.entered["/"].socket.close(Disconnect(1012, "again", reconnect=True))
    assert inside.said() == []
    assert inside.socket.ended == (1012, "again")
    assert inside.entered["/"].left == [(False, False)]


def test_server_close_when_for_good_says_disconnect(inside: Scene) -> None:
    inside.entered["/"].socket.close(Disconnect(4006, "gone", reconnect=False))
    assert inside.said() == [b"41"]
    assert inside.socket.ended == (4006, "gone")


@pytest.mark.parametrize("clean", [False, True])
def test_engine_when_it_ends_leaves_all_namespaces_to_be_recovered(
    inside: Scene, *, clean: bool
) -> None:
    inside.text(b"0/a,")
    inside.bench.engine.detached(inside.socket, clean=clean)
    assert [receiver.left for receiver in inside.entered.values()] == [[(clean, False)]] * 2
    assert inside.bench.timers.waiting == 0


# -- attachments --------------------------------------------------------------------------------------


def test_attachments_when_all_have_come_go_with_their_packet(inside: Scene) -> None:
    packet = b'52-["files",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'
    inside.text(packet)
    inside.binary(b"one")
    assert not inside.entered["/"].came
    inside.binary(b"")
    assert inside.entered["/"].came == [(packet, b"one", b"")]
    assert inside.entered["/"].socket.attachments == ()


def test_attachments_when_of_a_namespace_go_there(inside: Scene) -> None:
    inside.text(b"0/a,", b'51-/a,["file"]')
    inside.binary(b"x")
    assert inside.entered["/a"].came == [(b'51-/a,["file"]', b"x")]
    assert inside.entered["/"].came == []


@pytest.mark.parametrize("packet", [b'2["other"]', b"1", b"0/a,", HEADER, b"", b"x"])
def test_attachments_when_another_packet_comes_between_closes(inside: Scene, packet: bytes) -> None:
    inside.text(HEADER, packet)
    assert inside.is_closed
    assert not inside.entered["/"].came


def test_attachments_when_one_too_many_comes_closes(inside: Scene) -> None:
    inside.text(HEADER)
    inside.binary(b"x", b"y")
    assert inside.is_closed
    assert inside.entered["/"].came == [(HEADER, b"x")]


def test_attachments_when_before_their_packet_closes(inside: Scene) -> None:
    inside.binary(b"x")
    assert inside.is_closed


def test_attachments_when_they_never_come_closes_in_time(inside: Scene) -> None:
    inside.text(b'52-["files"]')
    inside.bench.timers.advance(ATTACHMENT_SECONDS - 1)
    inside.binary(b"x")
    assert not inside.is_closed
    inside.bench.timers.advance(1)
    assert inside.is_closed, "the time is for all of them"


def test_attachments_when_they_came_stop_the_timer(inside: Scene) -> None:
    inside.text(HEADER)
    inside.binary(b"x")
    inside.bench.timers.advance(ATTACHMENT_SECONDS + 1)
    assert not inside.is_closed


def test_attachments_when_what_they_complete_is_refused_closes(inside: Scene) -> None:
    inside.text(b'51-["refuse me"]')
    inside.binary(b"x")
    assert inside.is_closed


# -- the rest -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "packet", [b"", b"x", b"7", b"4{}", b'5["x"]', b'50-["x"]', b'599999-["x"]', b'2["refuse me"]']
)
def test_packet_when_invalid_closes(inside: Scene, packet: bytes) -> None:
    inside.text(packet)
    assert inside.is_closed
    assert inside.socket.ended is not None
    assert inside.socket.ended[0] == 1002


def test_pause_when_the_socket_is_full_reaches_every_namespace(inside: Scene) -> None:
    inside.text(b"0/a,")
    inside.bench.engine.pause()
    assert [receiver.is_paused for receiver in inside.entered.values()] == [True, True]
    inside.bench.engine.resume()
    assert [receiver.is_paused for receiver in inside.entered.values()] == [False, False]


def test_pause_reading_of_one_namespace_lets_the_client_wait(inside: Scene) -> None:
    inside.entered["/"].socket.pause_reading()
    assert not inside.socket.is_reading
    inside.entered["/"].socket.resume_reading()
    assert inside.socket.is_reading
