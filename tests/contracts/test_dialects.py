"""Every dialect keeps the contract; their REST sides word every refusal too."""

import json
from collections.abc import Sequence

import pytest

from contracts.dialect import DialectContract
from fakes.clock import FakeClock
from hubbub.dialects.channelchat import (
    ORIGINAL_OPERATIONS,
    SEED_OPERATIONS,
    ChannelChatDialect,
    ChannelChatRest,
)
from hubbub.dialects.chatgroup import ChatGroup
from hubbub.dialects.lens import LensDialect
from hubbub.dialects.mew import MewDialect, MewRest
from hubbub.dialects.mutiperson import LobbyDialect, MutiPersonDialect
from hubbub.dialects.native import NativeDialect, NativeRest
from hubbub.dialects.studybuddy import StudyBuddyDialect
from hubbub.model.errors import Code, Refused
from hubbub.ports.dialect import Codec, Dialect, Request
from hubbub.surfaces import lensed
from hubbub.wire import socketio
from hubbub.wire.rest import RestApi


class TestNative(DialectContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return NativeDialect()


class TestChannelChat(DialectContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return ChannelChatDialect()


class TestStudyBuddy(DialectContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return StudyBuddyDialect()


class SocketIoContract(DialectContract):
    SOME_ID = f"{1234567890123456:024x}"

    def samples(self, dialect: Dialect) -> Sequence[str]:
        frames = [json.loads(sample) for sample in super().samples(dialect)]
        events = [frame if isinstance(frame, list) else frame.get("event") for frame in frames]
        return sorted({json.dumps(event) for event in events if event})

    def wrap(self, payload: bytes) -> bytes:
        return b"2" + payload

    def parse(self, frame: bytes) -> object:
        """The array of an event or an ack, as an Engine.IO message."""
        packet = socketio.parse(frame[1:])
        assert frame[:1] == b"4"
        assert packet.type in (socketio.EVENT, socketio.ACK)
        return json.loads(packet.data)


class TestChatGroup(SocketIoContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return ChatGroup("/").plain


class TestMew(SocketIoContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return MewDialect("/")


class MutiPersonContract(DialectContract):
    """Two dialects of one name share their transcripts: each knows its own frames."""

    def samples(self, dialect: Dialect) -> Sequence[str]:
        return [s for s in super().samples(dialect) if dialect.recognises(s.encode())]


class TestMutiPerson(MutiPersonContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return MutiPersonDialect()


class TestMutiPersonLobby(MutiPersonContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return LobbyDialect()


class TestLens(DialectContract):
    """Of all others: what each of them says stands in its frames as text."""

    @pytest.fixture
    def dialect(self) -> Dialect:
        return LensDialect(lensed())

    def parse(self, frame: bytes) -> object:
        found = json.loads(frame)
        for label, texts in found.get("frames", {}).items():
            found["frames"][label] = [json.loads(text.removeprefix("42")) for text in texts]
        return found

    def _sends(self, dialect: Dialect, codec: Codec) -> Sequence[Request]:
        """Nobody sends anything here."""
        return ()


APIS: dict[str, RestApi] = {
    "native": NativeRest({}, FakeClock()),
    "seed": ChannelChatRest(("",), SEED_OPERATIONS),
    "original": ChannelChatRest(("",), ORIGINAL_OPERATIONS),
    "mew": MewRest(("",), is_open=True),
}


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("name", APIS)
def test_rest_when_command_is_refused_words_every_code(name: str, code: Code) -> None:
    api = APIS[name]
    for operation in api.operations:
        answer = api.refuse(operation, Refused(code, "Because.", retry_after=1.5, field="content"))
        body = json.loads(answer.body)
        assert 400 <= (answer.status if answer.status != 200 else body["code"]) < 600
        words = (body.get("detail"), body.get("msg"), body.get("message"))
        is_ours = name == "mew" and code is Code.UNAUTHORIZED  # for which it has words of its own
        assert is_ours or "Because." in words
