"""Frames of seed 004 to commands and back, of all its stages; which stage a frame is of; REST refusals."""

import json
from typing import Any

import pytest

from hubbub.dialects.mutiperson import LobbyDialect, MutiPersonDialect, MutiPersonRest
from hubbub.dialects.mutiperson.codec import MutiPersonCodec
from hubbub.dialects.mutiperson.lobby import LobbyCodec
from hubbub.model import commands as c
from hubbub.model.entities import Message, Sent, User
from hubbub.model.errors import Code, Malformed, Refused
from hubbub.model.events import (
    ChannelEntered,
    ChannelExited,
    MessageEdited,
    MessageRecalled,
    MessageSent,
    PresenceUpdated,
)
from hubbub.model.ids import LOBBY, ChannelId, LoginId, MessageId, UserId
from hubbub.ports.dialect import Ready, Request
from hubbub.wire.recent import REMEMBERED

ANN = User(UserId(1234567890123456), "ann", "Ann", 0, is_guest=True)
BOB = UserId(1234567890123457)
MESSAGE = MessageId(1234567890123458)
LATER, LOBBY_STAGE = MutiPersonDialect(), LobbyDialect()
READY = Ready(ANN, LoginId(""), [], [], [], [], [], 7)
Json = dict[str, Any]


def _frame(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _sent(text: str = "hi", **more: Any) -> MessageSent:
    message = Message(MESSAGE, ChannelId(7), 1, 1, ANN, text, 1_636_282_788_747, **more)
    return MessageSent(message.channel_id, 1, message)


def _codec(message: str = "init") -> MutiPersonCodec:
    """Signed in as Ann."""
    codec = MutiPersonCodec()
    request = codec.decode(_frame(type="INIT", from_user_id=str(ANN.id), message=message))
    assert codec.reply(request, READY) == ()
    return codec


def _lobby(user_id: object) -> LobbyCodec:
    codec = LobbyCodec()
    request = codec.decode(_frame(type="INIT", user_id=user_id, user_name="ann", message="join"))
    assert codec.reply(request, READY) == ()
    return codec


@pytest.mark.parametrize(
    ("frame", "stage"),
    [
        ({"type": "INIT", "user_id": 1, "user_name": "a"}, LOBBY_STAGE),
        ({"type": "USER", "message": "a"}, LOBBY_STAGE),
        ({"type": "PING", "user_id": "1"}, LOBBY_STAGE),
        ({"type": "PING", "from_user_id": "1"}, LATER),
        ({"type": "PING"}, LATER),
        ({"type": "INIT", "from_user_id": "1", "user_id": "1"}, LATER),
        ({"type": "MESSAGE"}, LATER),
        ({"type": "CONFIRM", "message_id": "1", "user_id": None}, LATER),
        ({"type": "connect", "data": {"token": "t"}}, None),
        ({"type": "heartbeat"}, None),
        ({"type": ["INIT"]}, None),
        ({"user_id": 1}, None),
    ],
)
def test_stage_is_told_by_the_name_of_the_users_id(frame: Json, stage: object) -> None:
    payload = json.dumps(frame).encode()
    assert [d for d in (LATER, LOBBY_STAGE) if d.recognises(payload)] == [stage] * bool(stage)


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        (
            {"chat_type": "PTP", "to_user_id": str(BOB), "temp_id": "t"},
            c.SendDirect(BOB, "hi", "t"),
        ),
        ({"chat_type": "PTP", "to_user_id": BOB, "temp_id": 7}, c.SendDirect(BOB, "hi", "7")),
        ({"chat_type": "PTP", "to_user_id": "0"}, c.SendDirect(UserId(0), "hi")),
        ({"chat_type": "BLOCK", "group_id": 0}, c.SendMessage(LOBBY, "hi")),
        ({"chat_type": "BLOCK", "block_id": "0", "at_user_id": ""}, c.SendMessage(LOBBY, "hi")),
        (
            {"chat_type": "BLOCK", "block_id": "7", "group_id": "8", "at_user_id": str(BOB)},
            c.SendMessage(ChannelId(7), "hi", mentions=(BOB,)),
        ),
    ],
)
def test_message_becomes_a_command(fields: Json, command: c.Command) -> None:
    request = _codec().decode(_frame(type="MESSAGE", message="hi", **fields))
    assert request.command == command


@pytest.mark.parametrize("temp_id", ["t", "", 7, 0, -1.5, '"quoted"', "}"])
def test_confirmation_has_what_was_sent_as_it_was_sent(temp_id: object) -> None:
    sent = {"from_user_id": ANN.id, "chat_type": "PTP", "to_user_id": str(BOB), "message": 'a"}'}
    sent |= {"send_time": 1.5, "temp_id": temp_id}
    codec = _codec("hello")
    request = codec.decode(_frame(type="MESSAGE", message_id="-2", more=[1], **sent))
    (frame,) = codec.reply(request, Sent(_sent().message, None))
    assert json.loads(frame) == {"type": "CONFIRM", **sent, "message_id": str(MESSAGE)}
    refused = json.loads(codec.refuse(request, Refused(Code.FORBIDDEN, "No.")))
    assert refused == {"type": "ERROR", "code": "forbidden", "message": "No.", "temp_id": temp_id}


def test_client_of_the_stage_between_gets_no_confirmation() -> None:
    codec = _codec("hello")
    request = codec.decode(_frame(type="MESSAGE", message="hi", chat_type="BLOCK", group_id=0))
    assert codec.reply(request, Sent(_sent().message, None)) == ()
    assert not codec.confirms()


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "INIT", "message": "init", "from_user_id": str(ANN.id)},
        {"type": "CONFIRM", "message_id": "-1"},
        {"type": "CONFIRM", "message_id": MESSAGE},
        {"type": "MESSAGE", "message": "m", "chat_type": "BLOCK", "group_id": 0, "temp_id": 0},
    ],
)
def test_client_proves_to_confirm_what_it_gets(fields: Json) -> None:
    codec = _codec("hello")
    codec.decode(_frame(**fields))
    assert codec.confirms()


@pytest.mark.parametrize("kind", ["INIT", "MESSAGE"])
def test_nobody_speaks_in_anothers_name(kind: str) -> None:
    told = {"message": "m", "chat_type": "BLOCK", "group_id": 0, "temp_id": "t"}
    with pytest.raises(Malformed) as malformed:
        _codec().decode(_frame(type=kind, from_user_id=str(BOB), **told))
    assert malformed.value.code is Code.FORBIDDEN


def test_confirmation_may_bear_anybodys_name() -> None:
    frame = _frame(type="CONFIRM", from_user_id=str(BOB), message_id=str(MESSAGE))
    assert _codec().decode(frame) == Request(c.Confirm(MESSAGE))


def test_sender_does_not_hear_what_it_sent_itself() -> None:
    codec = _codec()
    request = codec.decode(_frame(type="MESSAGE", message="hi", chat_type="BLOCK", group_id=0))
    assert codec.hears(_sent())
    codec.reply(request, Sent(_sent().message, None))
    assert not codec.hears(_sent())
    for n in range(REMEMBERED):
        other = _sent().message
        codec.reply(request, Sent(Message(MessageId(n), *_rest(other)), None))
    assert codec.hears(_sent())  # what is remembered is bounded


def _rest(message: Message) -> tuple[Any, ...]:
    return message.channel_id, 1, 1, message.author, "hi", 0


def test_messages_render_with_ids_as_strings_and_content_as_it_is() -> None:
    at = {"message_id": str(MESSAGE), "from_user_id": str(ANN.id), "send_time": 1_636_282_788_747}
    direct = json.loads(LATER.render(_sent("<p>", receiver_id=BOB)) or b"")
    assert direct == {
        "type": "MESSAGE", "chat_type": "PTP", "to_user_id": str(BOB), "message": "<p>", **at
    }  # fmt: skip
    block = json.loads(LATER.render(_sent(mentions=(BOB, ANN.id))) or b"")
    assert block == {
        "type": "MESSAGE", "chat_type": "BLOCK", "block_id": "7", "group_id": "7", "message": "hi",
        "at_user_id": str(BOB), **at,
    }  # fmt: skip


def test_later_stages_are_told_who_comes_and_nothing_of_who_goes_or_of_changes() -> None:
    came = json.loads(LATER.render(PresenceUpdated(BOB, online=True)) or b"")
    notice = {"from_user_id": str(BOB), "message": "user login", "message_id": "-1"}
    assert came == {"type": "SYSTEM", **notice}
    message = _sent().message
    for event in (
        PresenceUpdated(BOB, online=False),
        MessageEdited(message.channel_id, 2, message),
        MessageRecalled(message.channel_id, 2, message),
        ChannelEntered(LOBBY, ANN, 0),
    ):
        assert LATER.render(event) is None


def test_first_stage_is_told_of_the_lobby_only() -> None:
    joined = json.loads(LOBBY_STAGE.render(ChannelEntered(LOBBY, ANN, 0)) or b"")
    who = {"user_id": str(ANN.id), "user_name": "ann"}
    assert joined == {"type": "SYSTEM", **who, "message": "join"}
    assert LOBBY_STAGE.render(ChannelEntered(ChannelId(7), ANN, 0)) is None
    assert LOBBY_STAGE.render(ChannelExited(LOBBY, ANN, 0)) is None


@pytest.mark.parametrize("said", [ANN.id, "tab-1", 17])
def test_first_stage_is_called_as_it_calls_itself(said: object) -> None:
    codec = _lobby(said)
    assert not codec.hears(_sent())
    assert [json.loads(frame)["user_id"] for frame in codec.mine(_sent())] == [said]
    assert codec.decode(_frame(type="USER", user_id=said, message="m")).command == c.SendMessage(
        LOBBY, "m"
    )
    with pytest.raises(Malformed):
        codec.decode(_frame(type="USER", user_id=str(BOB), message="m"))


def test_first_stage_that_says_its_id_as_it_is_hears_what_all_hear() -> None:
    assert _lobby(str(ANN.id)).hears(_sent())
    assert _lobby(None).hears(_sent())


@pytest.mark.parametrize("user_id", ["x" * 65, 1 << 54, -(1 << 54)])
def test_first_stage_with_an_endless_id_is_refused(user_id: object) -> None:
    with pytest.raises(Malformed):
        _lobby(user_id)


@pytest.mark.parametrize("codec", [MutiPersonCodec(), LobbyCodec()], ids=["later", "lobby"])
def test_refused_init_ends_the_connection_and_says_whether_to_come_back(
    codec: MutiPersonCodec | LobbyCodec,
) -> None:
    request = Request(c.Connect(""))
    for_good = codec.ends(request, Refused(Code.UNAUTHORIZED, "No."))
    later = codec.ends(request, Refused(Code.RATE_LIMITED, "Slowly.", retry_after=1))
    assert for_good is not None
    assert later is not None
    assert (for_good.code, later.code) == (4001, 1013)
    assert codec.ends(Request(c.Heartbeat()), Refused(Code.UNAUTHORIZED, "No.")) is None


@pytest.mark.parametrize("code", Code)
def test_rest_words_every_refusal(code: Code) -> None:
    api = MutiPersonRest(("/ws",))
    for operation in api.operations:
        answer = api.refuse(operation, Refused(code, "Because.", retry_after=1.4))
        body = json.loads(answer.body)
        if answer.status == 200:
            told = {"code": 500, "message": "添加失败", "data": {"reason": "Because."}}
            assert body == told
            assert operation.path in ("/contacter/add", "/block/join", "/block/new")
        else:
            assert dict(answer.headers) == {"retry-after": "2"}
            assert body == {
                "code": answer.status, "message": "Because.", "success": False, "data": {}
            }  # fmt: skip
