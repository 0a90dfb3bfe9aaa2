"""What Mew's clients send, and what they are told of it."""

import json
from typing import Any

import msgspec
import pytest

from hubbub.dialects.mew import MewDialect
from hubbub.dialects.mew.sending import MessageIn, sending
from hubbub.model.commands import SendMessage
from hubbub.model.entities import Message, Sent, User
from hubbub.model.errors import Code, Disconnect, Malformed, Refused
from hubbub.model.ids import ChannelId, LoginId, MessageId, UserId
from hubbub.ports.dialect import Ready, Request
from hubbub.wire import socketio

CHANNEL = ChannelId(77)
HEX = f"{77:024x}"
ALICE = User(UserId(5), "alice", "Alice", 0)
MESSAGE = Message(MessageId(9), CHANNEL, 1, 1, ALICE, "hi", 1_000)


def decode(body: object, ack: str = "", name: str = "message/create") -> Request:
    text = f"2{ack}{json.dumps([name, body])}"
    return MewDialect("/").codec().decode(text.encode())


def sent(body: dict[str, Any]) -> SendMessage:
    command = decode({"channelId": HEX, **body}).command
    assert isinstance(command, SendMessage)
    return command


def said(frame: bytes) -> Any:
    """An event or an ack, as a client reads it."""
    packet = socketio.parse(frame[1:])
    return packet.id, json.loads(packet.data)


def test_decode_when_plain_sends_the_content() -> None:
    assert sent({"content": "hi"}) == SendMessage(CHANNEL, "hi")


@pytest.mark.parametrize(
    ("payload", "nonce", "stored"),
    [
        ({"clientNonce": "n"}, "n", None),
        ({"clientNonce": "n" * 64, "a": 1}, "n" * 64, b'{"a":1}'),
        ({"clientNonce": "n" * 65}, None, None),
        ({"clientNonce": ""}, None, None),
        ({"clientNonce": 5, "a": [1, {"b": None}]}, None, b'{"a":[1, {"b": null}]}'),
        ({"overrides": {"username": "root"}}, None, None),
        ({"overrides": 1, "big": 10**30}, None, b'{"big":1000000000000000000000000000000}'),
        ({}, None, None),
    ],
)
def test_decode_when_it_has_a_payload_keeps_what_is_the_clients_to_say(
    payload: object, nonce: str | None, stored: bytes | None
) -> None:
    command = sent({"content": "hi", "payload": payload})
    assert command.nonce == nonce
    assert (None if command.payload is None else bytes(command.payload)) == stored


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ({"type": "app/x-card", "plainText": "said"}, "said"),
        ({"type": "app/x-card", "plainText": "said", "content": "more"}, "more"),
        ({"type": "app/x-card", "plainText": " ", "payload": {"title": "T"}}, "T"),
        ({"type": "app/x-card", "payload": {"title": "", "text": "B", "name": "C"}}, "B"),
        ({"type": "app/x-card", "payload": {"title": "x" * 6_000}}, "x" * 5_000),
        ({"type": "app/x-card", "payload": {"rows": [1]}}, "[app/x-card]"),
        ({"type": "app/x-card"}, ""),
        ({"type": "message/default", "plainText": "said"}, ""),
        ({"type": None, "payload": {"title": "T"}}, ""),
    ],
)
def test_decode_when_there_is_no_content_finds_words_for_types_of_their_own(
    body: dict[str, Any], content: str
) -> None:
    # What is empty is refused by the service, as everywhere.
    assert sent(body).content == content


def test_decode_when_the_type_is_the_default_sends_none() -> None:
    assert sent({"content": "x", "type": "message/default"}).type == ""
    assert sent({"content": "x", "type": "message/voice"}).type == "message/voice"


@pytest.mark.parametrize(
    ("mew", "core"),
    [
        (f"<@{5:024x}> hi", "<@5> hi"),
        (f"<@{5:024X}>", "<@5>"),
        (f"<@{2**60:024x}>", f"<@{2**60:024x}>"),
        ("<@5>", "<@5>"),
        ("<@xyz> @everyone", "<@xyz> @everyone"),
    ],
)
def test_decode_when_people_are_mentioned_writes_their_ids_as_the_core_does(
    mew: str, core: str
) -> None:
    assert sent({"content": mew}).content == core


def test_decode_when_it_answers_names_the_message() -> None:
    assert sent({"content": "x", "referencedMessageId": f"{9:024x}"}).reply_to == 9


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "x"}, Code.INVALID),
        ({"channelId": "77", "content": "x"}, Code.INVALID),
        ({"channelId": f"{0:024x}", "content": "x"}, Code.NOT_FOUND),
        ({"channelId": HEX, "content": "x", "attachments": [{}]}, Code.INVALID),
        ({"channelId": HEX, "content": "x", "referencedMessageId": "temp-1"}, Code.INVALID),
        ([HEX, "x"], Code.INVALID),
        (None, Code.INVALID),
    ],
)
def test_decode_when_it_can_not_be_says_so_in_the_originals_words(body: object, code: Code) -> None:
    codec = MewDialect("/").codec()
    with pytest.raises(Malformed) as refused:
        decode(body)
    assert refused.value.code is code
    _, (name, told) = said(codec.refuse(None, refused.value))
    assert (name, told["message"], told["code"]) == ("error", "Failed to create message", code)
    assert told["reason"] == refused.value.message


def test_decode_when_an_ack_is_asked_for_answers_in_it() -> None:
    codec = MewDialect("/").codec()
    with pytest.raises(Malformed) as refused:
        decode({}, "12")
    ack, (told,) = said(codec.refuse(None, refused.value))
    assert (ack, told["success"], told["error"]) == (12, False, "channelId: missing")


def test_payload_when_it_is_no_unicode_is_refused() -> None:
    given = MessageIn("x", payload={"a": msgspec.Raw(b'"\xff"')})
    with pytest.raises(Refused) as refused:
        sending(CHANNEL, given)
    assert refused.value.field == "payload"


# -- replies ------------------------------------------------------------------------------------------


def test_reply_when_let_in_is_ready_then_who_is_there_and_oneself_once() -> None:
    ready = Ready(ALICE, LoginId("l"), [], [UserId(3), ALICE.id], [], [], [], 90)
    frames = MewDialect("/mew").codec().reply(Request(SendMessage(CHANNEL, "")), ready)
    assert frames[0] == b'42/mew,["ready"]'
    assert said(frames[1])[1] == ["PRESENCE_INITIAL_STATE", [f"{3:024x}", f"{5:024x}"]]
    alone = msgspec.structs.replace(ready, online=[])
    frames = MewDialect("/").codec().reply(Request(SendMessage(CHANNEL, "")), alone)
    assert said(frames[1])[1] == ["PRESENCE_INITIAL_STATE", [f"{5:024x}"]]


def test_reply_when_sent_says_nothing_unless_asked_or_told_before() -> None:
    codec, request = MewDialect("/").codec(), Request(SendMessage(CHANNEL, "hi", "n"))
    assert codec.reply(request, Sent(MESSAGE, "n")) == ()
    (again,) = codec.reply(request, Sent(MESSAGE, "n", duplicate=True))
    _, (name, message) = said(again)
    assert (name, message["payload"]) == ("MESSAGE_CREATE", {"clientNonce": "n"})
    asked = Request(request.command, 4)
    (acked,) = codec.reply(asked, Sent(MESSAGE, "n", duplicate=True))
    ack, (told,) = said(acked)
    assert (ack, told["success"], told["message"]) == (4, True, message)


def test_farewell_when_the_token_is_over_says_what_clients_look_for() -> None:
    codec = MewDialect("/").codec()
    assert codec.farewell(Disconnect(1012, "again", reconnect=True)) is None
    for code in (4001, 4006):
        last = codec.farewell(Disconnect(code, "signed out", reconnect=False))
        assert last is not None
        _, (name, told) = said(last)
        assert (name, told["message"]) == ("error", "Authentication error: Invalid token")


def test_turned_away_when_not_for_the_token_says_why() -> None:
    mew = MewDialect("/")
    assert mew.turned_away(None) == "Authentication error: No token provided"
    assert mew.turned_away(Refused(Code.UNAUTHORIZED, "x")) == "Authentication error: Invalid token"
    assert mew.turned_away(Refused(Code.FORBIDDEN, "At most 100.")) == "At most 100."
