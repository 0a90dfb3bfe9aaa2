"""Seed 003's words: which stand for what, and what never comes out again."""

import json
from typing import Any

import pytest

from hubbub.dialects.channelchat import ChannelChatDialect
from hubbub.dialects.studybuddy import (
    ACCOUNT_OPERATIONS,
    MESSAGE_OPERATIONS,
    StudyBuddyDialect,
    StudyBuddyRest,
)
from hubbub.dialects.studybuddy.codec import StudyBuddyCodec
from hubbub.model.commands import Connect, Heartbeat, InDirect, MarkRead, RecallMessage, SendDirect
from hubbub.model.entities import Message, Reaction, User
from hubbub.model.errors import Code, Disconnect, Malformed, Refused
from hubbub.model.events import MessageRecalled, MessageSent
from hubbub.model.ids import ChannelId, LoginId, MessageId, UserId
from hubbub.ports.dialect import Ready, Request
from hubbub.wire.rest import NO_TOKEN

ALICE = User(UserId(5), "alice", "Alice", 0)
GROUP = ChannelId(77)
MESSAGE = Message(MessageId(9), GROUP, 1, 1, ALICE, "secret", 1_999)
READY = Ready(ALICE, LoginId("x"), (), (), (), (), (), 0)
OPERATIONS = (*MESSAGE_OPERATIONS, *ACCOUNT_OPERATIONS)
SIGN_OUT_WORDS = ("Invalid token", "Token required")


def known() -> StudyBuddyCodec:
    """Of a connection that is signed in."""
    codec = StudyBuddyDialect().codec()
    codec.reply(Request(Connect("t")), READY)
    return codec


def decoded(frame: object) -> Request:
    return known().decode(json.dumps(frame).encode())


def rendered(event: Any) -> Any:
    frame = StudyBuddyDialect().render(event)
    assert frame is not None
    return json.loads(frame)


# -- frames -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [5, "5"])
def test_decode_when_receiver_is_number_or_text_is_the_same(to: object) -> None:
    request = decoded({"type": "private", "to": to, "content": "hi", "nonce": "n"})
    assert request == Request(SendDirect(UserId(5), "hi", "n"), "n")


def test_decode_when_a_person_is_named_places_the_command_with_them() -> None:
    request = decoded({"type": "recall", "user_id": 5, "message_id": "9"})
    command = request.command
    assert isinstance(command, InDirect)
    assert command.user_id == 5
    assert isinstance(command.command, RecallMessage)
    assert command.command.message_id == 9


@pytest.mark.parametrize("place", [{"group_id": 77}, {"channel_id": "77"}])
def test_decode_when_a_group_is_named_by_either_name_is_the_same(place: dict[str, object]) -> None:
    command = decoded({"type": "mark_read", "message_id": 9, **place}).command
    assert command == MarkRead(GROUP, 1 << 53, MessageId(9))


@pytest.mark.parametrize(
    "place", [{}, {"group_id": 7, "user_id": 5}, {"group_id": 7, "channel_id": 7}]
)
def test_decode_when_the_place_is_not_clear_is_refused(place: dict[str, object]) -> None:
    with pytest.raises(Malformed, match="give one of"):
        decoded({"type": "typing", **place})


@pytest.mark.parametrize("is_known", [True, False])
def test_decode_when_type_is_unknown_is_silent_only_for_who_is_signed_in(is_known: bool) -> None:
    codec = known() if is_known else StudyBuddyCodec()
    with pytest.raises(Malformed) as raised:
        codec.decode(b'{"type": "dance"}')
    assert raised.value.silent is is_known


def test_recognises_what_no_other_dialect_of_its_path_has() -> None:
    mine, other = StudyBuddyDialect(), ChannelChatDialect()
    shared = b'{"type": "heartbeat"}'
    assert not mine.recognises(shared)
    assert not other.recognises(shared)
    for frame in (b'{"type": "auth"}', b'{"type": "private"}', b'{"type": "group", "to": 1}'):
        assert mine.recognises(frame)
        assert not other.recognises(frame)
    assert not mine.recognises(b'{"type": "connect", "data": {}}')


# -- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", Code)
def test_words_that_sign_a_client_out_stand_for_nothing_else(code: Code) -> None:
    refusal = Refused(code, "Because.")
    for command in (
        None,
        Heartbeat(),
        SendDirect(UserId(5), "hi"),
        RecallMessage(GROUP, MessageId(9)),
    ):
        request = None if command is None else Request(command)
        text = known().refuse(request, refusal).decode()
        assert not any(words in text for words in SIGN_OUT_WORDS)
    connect = json.loads(known().refuse(Request(Connect("wrong")), refusal))["message"]
    assert (connect == "Invalid token") is (code is Code.UNAUTHORIZED)


@pytest.mark.parametrize(
    ("code", "told"), [(4001, True), (4006, True), (4000, False), (4004, False), (1001, False)]
)
def test_farewell_is_said_to_who_must_sign_in_again(code: int, told: bool) -> None:
    last = known().farewell(Disconnect(code, "why", reconnect=False))
    assert (last is not None and json.loads(last)["message"] == "Invalid token") is told
    assert StudyBuddyCodec().farewell(Disconnect(code, "why", reconnect=False)) is None


# -- messages -----------------------------------------------------------------------------------------


def test_render_when_in_a_group_has_no_receiver_and_whole_seconds() -> None:
    frame = rendered(MessageSent(GROUP, 1, MESSAGE, "nonce"))
    assert frame["type"] == "new_group_message"
    assert frame["message"] == {
        "id": 9,
        "sender_id": 5,
        "group_id": 77,
        "content": "secret",
        "created_at": "1970-01-01T00:00:01Z",
        "sender_username": "alice",
        "channel_id": 77,
    }


def test_render_when_recalled_shows_nothing_of_what_it_was() -> None:
    full = {
        "recalled_at": 5,
        "mentions": (UserId(8),),
        "reactions": (Reaction("👍", (UserId(8),)),),
    }
    message = Message(MessageId(9), GROUP, 1, 1, ALICE, "secret", 0, **full)  # type: ignore[arg-type]  # each its own type
    for event in (MessageRecalled(GROUP, 2, message), MessageSent(GROUP, 2, message)):
        frame = rendered(event)
        assert "secret" not in json.dumps(frame)
        assert not {"mentions", "reactions"} & frame["message"].keys()
        assert frame["message"]["recalled"]


# -- REST ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_rest_when_refused_has_the_envelope(operation: Any, code: Code) -> None:
    answer = StudyBuddyRest(("",), OPERATIONS).refuse(operation, Refused(code, "Because."))
    body = json.loads(answer.body)
    assert 400 <= answer.status < 600
    assert body.pop("success") is False
    if operation.path.startswith("/friends"):
        assert list(body) == ["message"]
    else:
        assert [sorted(error) for error in body["errors"]] == [["code", "message"]]


def test_rest_when_there_is_no_token_says_that_and_not_that_it_is_wrong() -> None:
    api, operation = StudyBuddyRest(("",), OPERATIONS), MESSAGE_OPERATIONS[0]
    for text, number in ((NO_TOKEN, 4010), ("This token is not valid.", 4011)):
        answer = api.refuse(operation, Refused(Code.UNAUTHORIZED, text))
        assert (answer.status, json.loads(answer.body)["errors"][0]["code"]) == (401, number)
