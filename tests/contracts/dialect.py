"""What every dialect keeps, whatever its wire looks like. A dialect joins with three lines:

    class TestNative(DialectContract):
        @pytest.fixture
        def dialect(self) -> Dialect:
            return NativeDialect()

Its valid frames are taken from what clients send in its transcripts, so a command that has a transcript is
mutated here as well. A dialect whose frames are not JSON overrides `samples`, `wrap` and `parse`.
"""

import enum
import json
import re
import types
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NewType, TypeVar, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hubbub.model.commands import Command, Connect, Heartbeat, SendMessage
from hubbub.model.entities import Changes, ChannelView, Message, Sent, User
from hubbub.model.errors import Code, Disconnect, Malformed, Refused
from hubbub.model.events import Event, MessageSent
from hubbub.model.ids import LOBBY, ChannelId, LoginId
from hubbub.ports.dialect import Codec, Dialect, Ready, Request
from transcripts.mutations import broken_frames, every_wrong_value
from transcripts.playbook import parse

TRANSCRIPTS: Final = Path(__file__).parent.parent / "transcripts"
NONCES: Final = frozenset({"nonce", "localId", "temp_id", "clientNonce"})

T = TypeVar("T")

EVENTS: Final[tuple[type, ...]] = get_args(Event)
YEAR_9999: Final = 253_402_300_799_999  # the last millisecond that RFC 3339 can write

_SCALARS: Final[dict[object, st.SearchStrategy[object]]] = {
    int: st.integers(0, YEAR_9999),  # ids, positions and times alike
    float: st.floats(0, 1e6),
    str: st.text(max_size=12),
    bool: st.booleans(),
    type(None): st.none(),
    msgspec.Raw: st.sampled_from([msgspec.Raw(b"null"), msgspec.Raw(b'{"a": [1, "x"]}')]),
}


@cache
def values(kind: type[T]) -> st.SearchStrategy[T]:
    """Any value of a type of the model."""
    return _of(kind)


def _of(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, NewType):
        return _of(kind.__supertype__)
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(_of, arguments))
    if origin is tuple:
        return st.lists(_of(arguments[0]), max_size=3).map(tuple)
    if origin is list:
        return st.lists(_of(arguments[0]), max_size=3)
    if issubclass(kind, enum.Enum):
        return st.sampled_from(list(kind))
    fields = msgspec.structs.fields(kind)
    return st.builds(kind, **{field.name: _of(field.type) for field in fields})


# Dialects keep no state between frames, so one may serve all examples; and each class is its own executor.
quick = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.differing_executors,
        HealthCheck.too_slow,
    ],
)


class DialectContract:
    """Inherit it, and give it a `dialect`."""

    @pytest.fixture
    def dialect(self) -> Dialect:
        """The dialect under test."""
        raise NotImplementedError

    SOME_ID = "1234567890123456"  # stands for every name in a transcript

    def samples(self, dialect: Dialect) -> Sequence[str]:
        """Valid frames, one of each kind at least."""
        steps = [s for p in (TRANSCRIPTS / dialect.name).glob("*.transcript") for s in parse(p)]
        found = [re.sub(r"\$[a-z_][\w.]*", self.SOME_ID, s.text) for s in steps if s.verb == ">"]
        assert found, f"{dialect.name} has no transcript"
        return sorted(set(found))

    def wrap(self, payload: bytes) -> bytes:
        """A sample, or what became of it, as it stands in a frame."""
        return payload

    def parse(self, frame: bytes) -> object:
        """What a client makes of a frame; raises ValueError where it could not."""
        return json.loads(frame.decode())

    # -- in -----------------------------------------------------------------------------------------

    def _decoded(self, dialect: Dialect, payload: bytes) -> Request | None:
        """Everything that a frame may lead to; what is raised besides `Malformed` fails the test."""
        payload = self.wrap(payload)
        assert isinstance(dialect.recognises(payload), bool)
        codec = dialect.codec()
        try:
            request = codec.decode(payload)
        except Malformed as malformed:
            self.parse(codec.refuse(None, malformed))
            return None
        assert isinstance(request.command, Command)
        # Refused or carried out, it can be answered: no lone surrogate, no endless number came through.
        repr(request).encode()
        assert self.parse(codec.refuse(request, Refused(Code.FORBIDDEN, "No.")))
        return request

    @quick
    @given(payload=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
    def test_decode_when_bytes_are_random_gives_request_or_malformed(
        self, dialect: Dialect, payload: bytes
    ) -> None:
        self._decoded(dialect, payload)

    def test_decode_when_any_field_has_any_wrong_value_gives_request_or_malformed(
        self, dialect: Dialect
    ) -> None:
        refused = 0
        for payload in every_wrong_value(self.samples(dialect)):
            refused += self._decoded(dialect, payload) is None
        assert refused > 100  # most are wrong; a codec that takes anything would not be one

    @quick
    @given(data=st.data())
    def test_decode_when_frame_is_broken_gives_request_or_malformed(
        self, dialect: Dialect, data: st.DataObject
    ) -> None:
        self._decoded(dialect, data.draw(broken_frames(self.samples(dialect))))

    def test_decode_when_frame_is_of_a_transcript_gives_request_for_most(
        self, dialect: Dialect
    ) -> None:
        # Transcripts show malformed frames too; but if most were, the mutations would test nothing.
        samples = self.samples(dialect)
        good = [s for s in samples if self._decoded(dialect, s.encode()) is not None]
        assert len(good) > len(samples) / 2

    def test_decode_when_it_fails_leaves_codec_usable(self, dialect: Dialect) -> None:
        codec = dialect.codec()
        good = next(s for s in self.samples(dialect) if self._decoded(dialect, s.encode()))
        before = codec.decode(self.wrap(good.encode()))
        with pytest.raises(Malformed):
            codec.decode(self.wrap(b"\xff not a frame"))
        assert codec.decode(self.wrap(good.encode())) == before

    # -- refusing -----------------------------------------------------------------------------------

    @pytest.mark.parametrize("code", Code)
    @pytest.mark.parametrize("retry_after", [None, 1.5])
    def test_refuse_when_given_any_code_words_it(
        self, dialect: Dialect, code: Code, retry_after: float | None
    ) -> None:
        codec = dialect.codec()
        refusal = Refused(code, "Because.", retry_after=retry_after, field="content")
        requests = (None, Request(Heartbeat(), "r"), Request(Connect("token"), 1))
        for request in requests:
            assert self.parse(codec.refuse(request, refusal))
            assert isinstance(codec.ends(request, refusal), Disconnect | None)

    # -- replying -----------------------------------------------------------------------------------

    def test_reply_when_heartbeat_is_parsed(self, dialect: Dialect) -> None:
        for frame in dialect.codec().reply(Request(Heartbeat()), None):
            assert self.parse(frame)

    @quick
    @given(sent=values(Sent))
    def test_reply_when_sent_is_parsed(self, dialect: Dialect, sent: Sent) -> None:
        codec = dialect.codec()
        for request in self._sends(dialect, codec):
            for frame in codec.reply(request, sent):
                assert self.parse(frame)

    def _sends(self, dialect: Dialect, codec: Codec) -> Sequence[Request]:
        found = [self._decoded(dialect, s.encode()) for s in self.samples(dialect)]
        sends = [r for r in found if r is not None and isinstance(r.command, SendMessage)]
        assert sends, f"no transcript of {dialect.name} sends a message"
        return sends[:1]

    @settings(quick, max_examples=20)  # these are large
    @given(
        user=values(User),
        views=st.lists(values(ChannelView)),
        changes=st.lists(values(Changes)),
        unread=st.lists(values(Message)),
    )
    def test_reply_when_connected_is_parsed(
        self,
        dialect: Dialect,
        user: User,
        views: list[ChannelView],
        changes: list[Changes],
        unread: list[Message],
    ) -> None:
        refusals = [(ChannelId(1), Refused(Code.NOT_FOUND, "No."))]
        ready = Ready(user, LoginId("login"), views, [user.id], changes, unread, refusals, 90)
        for frame in dialect.codec().reply(Request(Connect("token"), "r"), ready):
            assert self.parse(frame)

    # -- events -------------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
    @quick
    @given(data=st.data())
    def test_render_when_given_any_event_is_the_same_frame_twice_without_nonce(
        self, dialect: Dialect, kind: type[Event], data: st.DataObject
    ) -> None:
        event = data.draw(values(kind))
        frame = dialect.render(event)
        assert frame == dialect.render(event)
        for one in frame if isinstance(frame, tuple) else (frame,):
            assert one is None or not _keys(self.parse(one)) & NONCES

    @quick
    @given(event=values(MessageSent))
    def test_render_when_message_is_sent_is_never_none(
        self, dialect: Dialect, event: MessageSent
    ) -> None:
        assume(event.channel_id != LOBBY)  # not every dialect has one
        assert dialect.render(event)  # None for everything would keep all of the above


def _keys(value: object) -> set[str]:
    """All keys of a JSON value, however deep."""
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    return set()
