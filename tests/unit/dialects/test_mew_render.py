"""Events and entities in Mew's words."""

import json
from typing import Any

import msgspec
import pytest

from hubbub.dialects.mew import MewDialect, permissions
from hubbub.dialects.mew import objects as o
from hubbub.model import entities as m
from hubbub.model import events as e
from hubbub.model import permissions as p
from hubbub.model import server_events as se
from hubbub.model import servers as sv
from hubbub.model.errors import Refused
from hubbub.model.ids import CategoryId, ChannelId, MessageId, RoleId, ServerId, UserId

SERVER, CHANNEL, EVERYONE = ServerId(1), ChannelId(2), RoleId(3)
ALICE, BOB = (m.User(UserId(n), f"user{n}", f"User {n}", 0) for n in (10, 11))
TEXT = m.Channel(CHANNEL, m.Kind.TEXT, "general", "topic", None, False, 0, server_id=SERVER)
DIRECT = m.Channel(CHANNEL, m.Kind.DIRECT, "", "", None, True, 0)
GROUP = m.Channel(CHANNEL, m.Kind.GROUP, "group", "", ALICE.id, True, 0)
PLACE = sv.Server(SERVER, "Mew", "", ALICE.id, EVERYONE, 0)
MEMBER = sv.ServerMember(SERVER, BOB.id, 0, notify=sv.Notify.MENTIONS)
ROLE = sv.Role(RoleId(4), SERVER, "Mods", 0, 1, p.KICK_MEMBERS)
CATEGORY = sv.Category(CategoryId(6), SERVER, "Talk", 0)
VIEW = sv.ServerView(PLACE, MEMBER, (), (), (), 2, 0)
MESSAGE = m.Message(MessageId(9), CHANNEL, 1, 1, ALICE, "hi", 1_000, server_id=SERVER)
HERE = {"serverId": f"{1:024x}", "channelId": f"{2:024x}"}
WHO = {"serverId": f"{1:024x}", "userId": f"{11:024x}"}
GONE = {"channelId": f"{2:024x}"}
IN_GROUP = {"channelId": f"{2:024x}", "userId": f"{11:024x}"}
MEMBERSHIP = m.Member(CHANNEL, BOB.id, m.GroupRole.MEMBER, m.Status.ACTIVE, 1, 0)
LOOK = ("PERMISSIONS_UPDATE", HERE)


def rendered(event: e.Event) -> list[tuple[str, Any]]:
    frames = MewDialect("/").render(event) or ()
    found = [json.loads(frame[2:]) for frame in frames if isinstance(frame, bytes)]
    return [(name, data) for name, data in found]


def names(event: e.Event) -> list[str]:
    return [name for name, _ in rendered(event)]


ROWS: list[tuple[e.Event, list[tuple[str, Any]]]] = [
    (e.PresenceUpdated(BOB.id, True), [("PRESENCE_UPDATE", {"userId": f"{11:024x}", "status": "online"})]),
    (e.PresenceUpdated(BOB.id, False), [("PRESENCE_UPDATE", {"userId": f"{11:024x}", "status": "offline"})]),
    (e.ChannelDeleted(CHANNEL, 1, SERVER), [("CHANNEL_DELETE", HERE), LOOK]),
    (e.ChannelDeleted(CHANNEL, 1), [("CHANNEL_DELETE", GONE), ("PERMISSIONS_UPDATE", GONE)]),
    (e.MemberJoined(CHANNEL, 1, MEMBERSHIP, BOB), [("MEMBER_JOIN", IN_GROUP)]),
    (e.MemberJoined(CHANNEL, 1, MEMBERSHIP, BOB, m.Kind.DIRECT), []),
    (e.MemberUpdated(CHANNEL, 1, MEMBERSHIP, BOB), []),
    (e.MemberLeft(CHANNEL, 1, MEMBERSHIP, BOB, ALICE.id), [("MEMBER_LEAVE", IN_GROUP)]),
    (se.ChannelHidden(SERVER, 1, CHANNEL), [("CHANNEL_DELETE", HERE), LOOK]),
    (e.OverridesUpdated(CHANNEL, 1, TEXT), [LOOK]),
    (se.CategoryDeleted(SERVER, 1, CATEGORY.id), [("CATEGORY_DELETE", {"categoryId": f"{6:024x}"})]),
    (se.ServerDeleted(SERVER, 1), [("SERVER_DELETE", {"serverId": f"{1:024x}"})]),
    (se.ServerRemoved(SERVER, 1, BOB.id, sv.Departure.KICKED), [("SERVER_KICK", {"serverId": f"{1:024x}"})]),
    (se.ServerRemoved(SERVER, 1, BOB.id, sv.Departure.BANNED), [("SERVER_KICK", {"serverId": f"{1:024x}"})]),
    (se.ServerRemoved(SERVER, 1, BOB.id, sv.Departure.LEFT), []),
    (se.ServerMemberJoined(SERVER, 1, MEMBER, BOB), [("MEMBER_JOIN", WHO)]),
    (se.ServerMemberLeft(SERVER, 1, BOB, ALICE.id, sv.Departure.LEFT), [("MEMBER_LEAVE", WHO)]),
    (se.ServerMemberUpdated(SERVER, 1, MEMBER, BOB), [("PERMISSIONS_UPDATE", WHO)]),
    (se.RoleCreated(SERVER, 1, ROLE), [("PERMISSIONS_UPDATE", {"serverId": f"{1:024x}"})]),
    (se.RoleUpdated(SERVER, 1, ROLE), [("PERMISSIONS_UPDATE", {"serverId": f"{1:024x}"})]),
    (se.RoleDeleted(SERVER, 1, ROLE.id), [("PERMISSIONS_UPDATE", {"serverId": f"{1:024x}"})]),
]  # fmt: skip


@pytest.mark.parametrize(("event", "want"), ROWS, ids=lambda x: type(x).__name__)
def test_render_when_ids_are_all_it_takes_has_exactly_these(
    event: e.Event, want: list[tuple[str, Any]]
) -> None:
    assert rendered(event) == want


@pytest.mark.parametrize(
    ("event", "want"),
    [
        (e.MessageSent(CHANNEL, 1, MESSAGE), ["MESSAGE_CREATE"]),
        (e.MessageEdited(CHANNEL, 1, MESSAGE), ["MESSAGE_UPDATE"]),
        (e.MessageRecalled(CHANNEL, 1, MESSAGE), ["MESSAGE_UPDATE"]),
        (e.ReactionAdded(CHANNEL, 1, MESSAGE, BOB.id, "x"), ["MESSAGE_REACTION_ADD"]),
        (e.ReactionRemoved(CHANNEL, 1, MESSAGE, BOB.id, "x"), ["MESSAGE_REACTION_REMOVE"]),
        (
            e.ChannelCreated(CHANNEL, 1, TEXT),
            ["CHANNEL_CREATE", "CHANNEL_UPDATE", "PERMISSIONS_UPDATE"],
        ),
        (
            se.ChannelShown(SERVER, 1, TEXT),
            ["CHANNEL_CREATE", "CHANNEL_UPDATE", "PERMISSIONS_UPDATE"],
        ),
        (e.ChannelUpdated(CHANNEL, 1, TEXT), ["CHANNEL_UPDATE"]),
        (e.ChannelCreated(CHANNEL, 1, DIRECT, (ALICE, BOB)), ["DM_CHANNEL_CREATE"]),
        (e.ChannelCreated(CHANNEL, 1, GROUP, (ALICE, BOB)), ["DM_CHANNEL_CREATE"]),
        (e.ChannelUpdated(CHANNEL, 1, GROUP), ["CHANNEL_UPDATE"]),
        (se.CategoryCreated(SERVER, 1, CATEGORY), ["CATEGORY_CREATE", "CATEGORY_UPDATE"]),
        (se.CategoryUpdated(SERVER, 1, CATEGORY), ["CATEGORY_UPDATE"]),
        (se.ServerCreated(SERVER, 1, VIEW), ["SERVER_CREATE"]),
        (se.ServerUpdated(SERVER, 1, PLACE), ["SERVER_UPDATE"]),
        (e.MessagePinned(CHANNEL, 1, MESSAGE), []),
        (e.TypingStarted(CHANNEL, BOB), []),
        (e.ReadUpdated(CHANNEL, BOB.id, 1, MESSAGE.id), []),
    ],
    ids=lambda x: type(x).__name__,
)
def test_render_when_given_an_event_has_these_names(event: e.Event, want: list[str]) -> None:
    assert names(event) == want


def test_mine_when_sent_with_a_nonce_is_for_who_sent_it_alone() -> None:
    dialect = MewDialect("/mew")
    payload = msgspec.Raw(b'{"a":1}')
    message = msgspec.structs.replace(MESSAGE, extra=m.Extra(payload=payload))
    event = e.MessageSent(CHANNEL, 1, message, "n-1")
    assert dialect.actor(event) == ALICE.id
    assert not dialect.codec().hears(event)
    (mine,) = dialect.codec().mine(event)
    told = json.loads(mine.removeprefix(b"42/mew,"))[1]
    assert told["payload"] == {"a": 1, "clientNonce": "n-1"}
    assert rendered(event)[0][1]["payload"] == {"a": 1}
    assert dialect.actor(e.MessageSent(CHANNEL, 1, message)) is None


def test_mine_when_one_left_a_group_is_its_end() -> None:
    dialect, event = MewDialect("/"), e.MemberLeft(CHANNEL, 1, MEMBERSHIP, BOB, BOB.id)
    assert dialect.actor(event) == BOB.id
    assert not dialect.codec().hears(event)
    told = [json.loads(packet.removeprefix(b"42")) for packet in dialect.codec().mine(event)]
    assert told == [["CHANNEL_DELETE", GONE], ["PERMISSIONS_UPDATE", GONE]]


@pytest.mark.parametrize("payload", [b"[1]", b"null", b'"x"', b"[" * 2_000 + b"]" * 2_000])
def test_mine_when_another_dialect_stored_no_object_has_the_nonce(payload: bytes) -> None:
    extra = m.Extra(payload=msgspec.Raw(payload))
    message = o.message(msgspec.structs.replace(MESSAGE, extra=extra), "n")
    assert json.loads(bytes(message.payload)) == {"clientNonce": "n"}  # type: ignore[arg-type]  # raw JSON


# -- objects ------------------------------------------------------------------------------------------


def test_reactions_when_somebody_has_several_show_the_last() -> None:
    found = o.reactions(
        [
            m.Reaction("👍", (ALICE.id, BOB.id)),
            m.Reaction("🎉", (BOB.id,)),
            m.Reaction("❤", (UserId(12), BOB.id)),
        ]
    )
    assert [(r.emoji, r.user_ids) for r in found] == [
        ("👍", [f"{10:024x}"]),
        ("❤", [f"{11:024x}", f"{12:024x}"]),
    ]


def test_message_when_recalled_says_nothing_of_what_it_said() -> None:
    extra = m.Extra("app/x-card", msgspec.Raw(b'{"secret":1}'))
    gone = msgspec.structs.replace(
        MESSAGE,
        content="secret",
        recalled_at=2_000,
        edited_at=1_500,
        mentions=(BOB.id,),
        extra=extra,
        server_id=None,
    )
    shown = json.loads(msgspec.json.encode(o.message(gone, "secret")))
    assert "secret" not in json.dumps(shown)
    assert (shown["content"], shown["payload"], shown["mentions"]) == ("此消息已撤回", {}, [])
    assert shown["retractedAt"] == shown["editedAt"] == shown["updatedAt"]
    assert "serverId" not in shown


def test_webhook_when_it_wrote_is_shown_with_its_picture() -> None:
    author = m.User(UserId(20), "hook", "CI", 0, is_bot=True)
    extra = m.Extra(alias="CI", avatar_url="https://example.org/ci.png")
    shown = o.message(msgspec.structs.replace(MESSAGE, author=author, extra=extra)).author_id
    assert (shown.username, shown.avatar_url, shown.is_bot) == (
        "CI",
        "https://example.org/ci.png",
        True,
    )


@pytest.mark.parametrize(
    ("user_id", "number"), [(0, "0001"), (9_998, "9999"), (9_999, "0001"), (41, "0042")]
)
def test_discriminator_has_four_digits_and_is_never_0000(user_id: int, number: str) -> None:
    assert o.discriminator(user_id) == number


def test_channel_when_direct_has_people_and_no_name() -> None:
    shown = json.loads(msgspec.json.encode(o.channel(DIRECT, (ALICE, BOB))))
    assert [r["_id"] for r in shown["recipients"]] == [f"{10:024x}", f"{11:024x}"]
    assert shown["type"] == "DM"
    assert not {"name", "topic", "serverId", "position", "categoryId"} & shown.keys()


def test_channel_when_a_group_is_a_direct_one_with_a_name() -> None:
    group = msgspec.structs.replace(GROUP, description="of cats")
    shown = json.loads(msgspec.json.encode(o.channel(group, (ALICE, BOB))))
    assert (shown["type"], shown["name"], shown["topic"]) == ("DM", "group", "of cats")
    assert [r["_id"] for r in shown["recipients"]] == [f"{10:024x}", f"{11:024x}"]
    assert not {"serverId", "position", "categoryId"} & shown.keys()


@pytest.mark.parametrize(("owner", "may_retract"), [(ALICE.id, True), (BOB.id, False)])
def test_listed_when_a_group_says_who_may_retract(owner: UserId, may_retract: bool) -> None:
    member = msgspec.structs.replace(MEMBERSHIP, user_id=ALICE.id)
    view = m.ChannelView(msgspec.structs.replace(GROUP, owner_id=owner), member, 0, 0)
    permissions = o.listed(m.ChannelDetail(view, [], None)).permissions
    assert ("MANAGE_MESSAGES" in permissions) == may_retract
    assert "SEND_MESSAGES" in permissions


def test_server_has_no_owner() -> None:
    assert json.loads(msgspec.json.encode(o.server(PLACE))) == {
        "_id": f"{1:024x}",
        "name": "Mew",
        "everyoneRoleId": f"{3:024x}",
        "createdAt": "1970-01-01T00:00:00.000Z",
        "updatedAt": "1970-01-01T00:00:00.000Z",
    }


def test_member_has_the_everyone_role_and_tells_their_level_to_themselves_alone() -> None:
    mine, others = (o.member(MEMBER, BOB, PLACE, viewer) for viewer in (BOB.id, ALICE.id))
    assert mine.role_ids == [f"{3:024x}"]
    assert mine.notification_level == "MENTIONS_ONLY"
    assert others.notification_level is msgspec.UNSET
    assert not mine.is_owner


# -- permissions --------------------------------------------------------------------------------------


def test_permissions_when_named_are_in_mews_order() -> None:
    assert permissions.names_of(p.ALL) == [
        "ADMINISTRATOR", "MANAGE_ROLES", "KICK_MEMBERS", "CREATE_INVITE", "MANAGE_SERVER", "MANAGE_WEBHOOKS",
        "MANAGE_CHANNEL", "VIEW_CHANNEL", "SEND_MESSAGES", "MANAGE_MESSAGES", "ADD_REACTIONS", "ATTACH_FILES",
        "MENTION_EVERYONE",
    ]  # fmt: skip
    assert permissions.bits_of(permissions.names_of(p.ALL), "x") == permissions.KNOWN
    assert permissions.KNOWN == p.ALL & ~p.READ_HISTORY & ~p.BAN_MEMBERS


def test_permissions_when_unknown_are_refused_and_stickers_are_without_effect() -> None:
    assert permissions.bits_of(["MANAGE_STICKERS"], "x") == 0
    with pytest.raises(Refused, match="FLY"):
        permissions.bits_of(["FLY"], "allow")


def test_mask_when_a_role_does_not_name_view_channel_leaves_it_alone() -> None:
    assert not permissions.mask_of_role(["SEND_MESSAGES"]) & p.VIEW_CHANNEL
    assert permissions.mask_of_role(["VIEW_CHANNEL"]) == permissions.KNOWN
