"""What native's frames and requests look like where a transcript would not show it."""

import json
from typing import Any

import msgspec
import pytest

from fakes.clock import START_MS, FakeClock
from hubbub.dialects.native import NativeRest, server_render
from hubbub.dialects.native.events import render
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model.errors import Refused
from hubbub.model.events import MessageSent
from hubbub.model.ids import ChannelId, MessageId, RoleId, ServerId, UserId
from hubbub.model.permissions import NAMES, SEND_MESSAGES, VIEW_CHANNEL
from hubbub.model.server_events import ChannelHidden, ChannelShown
from hubbub.model.servers import Notify, ServerMember
from hubbub.wire.rest import Args, Operation

Json = dict[str, Any]
ALICE = m.User(UserId(5), "alice", "Alice", START_MS)
HOOK = m.User(UserId(6), "hook", "CI", START_MS, is_bot=True)
SERVER = ServerId(70)
REST = NativeRest({}, FakeClock())


def _message(author: m.User = ALICE, **rare: Any) -> Json:
    place = MessageId(9), ChannelId(8), 1, 2
    found = m.Message(*place, author, "hi", START_MS, server_id=SERVER, **rare)
    frame = json.loads(_frame(MessageSent(found.channel_id, 2, found)))
    message: Json = frame["data"]["message"]
    return message


def _frame(event: Any) -> bytes:
    frame = render(event)
    assert frame is not None
    return frame


PLAIN = {
    "id": "9",
    "channel_id": "8",
    "seq": 1,
    "version": 2,
    "author": {"id": "5", "username": "alice", "display_name": "Alice"},
    "content": "hi",
    "created_at": "2023-11-14T22:13:20.000Z",
    "edited_at": None,
    "recalled": False,
    "reply_to": None,
    "mentions": [],
    "reactions": [],
    "attachments": [],
}


def test_message_when_plain_has_nothing_of_what_few_have() -> None:
    assert _message() == PLAIN


@pytest.mark.parametrize(
    ("rare", "shown"),
    [
        ({"pinned_at": START_MS}, {"pinned_at": PLAIN["created_at"]}),
        ({"extra": m.Extra(mention_roles=(RoleId(3),))}, {"mention_roles": ["3"]}),
        ({"extra": m.Extra(here=True)}, {"mention_here": True}),
        (
            {"extra": m.Extra(type="poll", payload=msgspec.Raw(b'{"q":1}'))},
            {"type": "poll", "payload": {"q": 1}},
        ),
        (
            {"extra": m.Extra(alias="Deploy", avatar_url="https://x/y.png")},
            {"webhook": {"name": "Deploy", "avatar_url": "https://x/y.png"}},
        ),
        ({"extra": m.Extra()}, {}),
    ],
)
def test_message_when_it_has_something_rare_shows_just_that(rare: Json, shown: Json) -> None:
    assert _message(**rare) == PLAIN | shown


def test_message_when_a_program_wrote_it_says_so() -> None:
    assert _message(HOOK)["author"]["bot"] is True


def test_channel_when_it_comes_into_sight_has_its_own_version_not_the_servers() -> None:
    channel = m.Channel(
        ChannelId(8), m.Kind.TEXT, "a", "", None, False, START_MS, version=4, server_id=SERVER
    )
    shown = json.loads(_frame(ChannelShown(SERVER, 99, channel)))
    assert shown["type"] == "channel_created"
    assert shown["data"]["version"] == shown["data"]["channel"]["version"] == 4
    hidden = json.loads(_frame(ChannelHidden(SERVER, 99, ChannelId(8))))
    assert hidden["type"] == "channel_deleted"
    assert hidden["data"] == {"channel_id": "8", "server_id": "70", "hidden": True}


def test_member_when_shown_to_others_does_not_tell_what_they_want_to_hear_of() -> None:
    member = ServerMember(SERVER, ALICE.id, START_MS, notify=Notify.NOTHING)
    assert "nothing" not in str(server_render.member(member, ALICE))


# -- requests -----------------------------------------------------------------------------------------


def _operation(method: str, path: str) -> Operation:
    return next(o for o in REST.operations if (o.method, o.path) == (method, path))


def _command(method: str, path: str, body: object, **names: str) -> Any:
    operation = _operation(method, path)
    decoded = msgspec.json.decode(json.dumps(body), type=operation.body)
    query = None if operation.query is None else operation.query()
    return operation.command(Args(names, query, decoded, ""))


def test_permissions_when_one_is_unknown_are_refused_with_those_there_are() -> None:
    body = {"name": "r", "permissions": ["VIEW_CHANNEL", "FLY"]}
    with pytest.raises(Refused) as refused:
        _command("POST", "/servers/{server_id}/roles", body, server_id="70")
    assert refused.value.field == "permissions"
    assert "'FLY'" in refused.value.message
    assert all(name in refused.value.message for name in NAMES)


def test_overrides_when_sent_become_bits_of_roles_and_members() -> None:
    body = [
        {"target_id": "3", "kind": "role", "allow": ["VIEW_CHANNEL"]},
        {"target_id": "5", "kind": "member", "deny": ["SEND_MESSAGES", "VIEW_CHANNEL"]},
    ]
    command = _command("PUT", "/channels/{channel_id}/overrides", body, channel_id="8")
    assert command.overrides == (
        m.Override(3, True, VIEW_CHANNEL, 0),
        m.Override(5, False, 0, SEND_MESSAGES | VIEW_CHANNEL),
    )


def test_invite_when_it_ends_ends_so_many_seconds_from_now() -> None:
    path = "/servers/{server_id}/invites"
    command = _command("POST", path, {"expires_in": 60, "max_uses": 2}, server_id="70")
    assert command == sc.CreateInvite(SERVER, START_MS + 60_000, 2)
    assert _command("POST", path, {}, server_id="70") == sc.CreateInvite(SERVER)


def test_channel_when_its_category_is_null_goes_under_none_and_without_it_stays() -> None:
    found = [
        _command("PATCH", "/channels/{channel_id}", body, channel_id="8").category_id
        for body in ({"category_id": None}, {"category_id": "4"}, {"position": 1})
    ]
    assert found == [0, 4, None]


def test_patch_when_it_says_null_is_refused() -> None:
    for path in ("/servers/{server_id}", "/servers/{server_id}/roles/{role_id}"):
        with pytest.raises(msgspec.ValidationError):
            _command("PATCH", path, {"name": None})


def test_slack_operation_when_done_answers_ok_as_slack_does() -> None:
    operation = _operation("POST", "/webhooks/{webhook_id}/{webhook_token}/slack")
    answer = REST.answer(operation, object())
    assert (answer.status, answer.body, answer.media_type) == (200, b"ok", "text/plain")
