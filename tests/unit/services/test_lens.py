"""What the lens renders, and how much of it."""

import json
from typing import Any

import msgspec
import pytest

from fakes.clock import START_MS
from fakes.town import Town
from hubbub.dialects.lens import LensDialect
from hubbub.dialects.native import NativeDialect
from hubbub.model.commands import AddReaction, Caller
from hubbub.model.entities import Kind, Message, Reaction, User
from hubbub.model.events import Event, LoginsRevoked, MessageSent, PresenceUpdated, TypingStarted
from hubbub.model.ids import ChannelId, LoginId, MessageId, UserId
from hubbub.model.lens import LookAt
from hubbub.services import lens
from hubbub.services.lens import Lens, frames_of, left_by, tongues_of
from hubbub.surfaces import DIALECTS, lensed

ALICE = User(UserId(2**50 + 5), "alice", "Alice", START_MS)
MESSAGE = Message(MessageId(2**50 + 9), ChannelId(2**50 + 8), 3, 7, ALICE, "hi", START_MS)
SENT = MessageSent(MESSAGE.channel_id, 7, MESSAGE, "only-mine")


def test_every_dialect_that_can_be_listened_to_is_there_under_a_label() -> None:
    assert {dialect.name for dialect in lensed().values()} == set(DIALECTS)
    assert all(label.startswith(dialect.name) for label, dialect in lensed().items())


def test_frames_are_what_each_dialect_says_to_others() -> None:
    frames = frames_of(lensed(), SENT)
    others = msgspec.structs.replace(SENT, nonce=None)
    for label, dialect in lensed().items():
        assert frames[label][0].encode() == _first(dialect.render(others)), label


def test_frames_have_no_nonce_even_where_a_dialect_would_tell_it() -> None:
    class Telltale(NativeDialect):
        def render(self, event: Event) -> bytes | None:
            return str(getattr(event, "nonce", None)).encode()

    assert frames_of({"telltale": Telltale()}, SENT) == {"telltale": ("None",)}


def test_frames_where_a_dialect_has_no_word_are_none() -> None:
    frames = frames_of(lensed(), TypingStarted(MESSAGE.channel_id, ALICE))
    assert (len(frames["native"]), len(frames["chatgroup"])) == (1, 1)
    assert frames["channelchat"] == frames["mew"] == ()


def test_frame_that_is_too_long_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lens, "FRAME_CHARS", 50)
    for texts in frames_of(lensed(), SENT).values():
        assert [(len(text), text[-1]) for text in texts] == [(50, "…")]


def test_tongues_say_what_their_connections_hear() -> None:
    follows = {tongue.label: tongue.follows for tongue in tongues_of(lensed())}
    assert follows["native"] == tuple(Kind)
    assert Kind.LOBBY not in follows["mew"]
    assert follows["mutiperson, first stage"] == (Kind.LOBBY,)
    assert follows["channelchat"] == ()


def test_a_message_has_left_an_event_for_each_thing_that_its_row_tells() -> None:
    changed = msgspec.structs.replace(
        MESSAGE,
        edited_at=1,
        pinned_at=2,
        reactions=(Reaction("👍", (UserId(3), UserId(4))), Reaction("🎉", (UserId(3),))),
    )
    assert [type(event).__name__ for event in left_by(MESSAGE)] == ["MessageSent"]
    events = list(left_by(changed))
    names = ["MessageSent", "MessageEdited", "MessagePinned", "ReactionAdded", "ReactionAdded"]
    assert [type(event).__name__ for event in events] == names
    assert [(e.emoji, e.user_id) for e in events[3:]] == [("👍", 4), ("🎉", 3)]  # type: ignore[union-attr]  # as named above
    assert all(event.message is changed for event in events)
    recalled = msgspec.structs.replace(MESSAGE, content="", recalled_at=3)
    assert [type(event).__name__ for event in left_by(recalled)] == [
        "MessageSent",
        "MessageRecalled",
    ]


async def test_look_when_there_is_too_much_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = msgspec.structs.replace(await town.person(), is_admin=True)
    channel = (await town.server(admin)).channels[0].channel.id
    message = (await town.say(admin, channel)).message
    for emoji in "👍🎉":
        await town.do(admin, AddReaction(channel, message.id, emoji))
    looking = Lens(town.services.messages, lensed())
    command = LookAt(channel, message.id)
    whole = await looking.look_at(Caller("192.0.2.1", admin), command)
    assert (len(whole.forms), whole.limited) == (3, False)
    monkeypatch.setattr(lens, "LOOK_CHARS", 1)  # the first is there whatever its size
    part = await looking.look_at(Caller("192.0.2.1", admin), command)
    assert (part.forms, part.limited) == (whole.forms[:1], True)
    await town.forbidden(msgspec.structs.replace(admin, is_admin=False), command)


def test_tap_tells_news_without_version_and_nothing_that_is_for_nodes() -> None:
    tap = LensDialect(lensed())
    frame = _json(tap.render(PresenceUpdated(ALICE.id, True)))
    assert (frame["event"], frame["version"], frame["channel_id"]) == (
        "PresenceUpdated",
        None,
        None,
    )
    assert tap.render(LoginsRevoked(ALICE.id, (LoginId("x"),), "signed out")) is None


def test_tap_tells_what_no_dialect_has_a_word_for() -> None:
    frame = _json(LensDialect({"mew": lensed()["mew"]}).render(TypingStarted(ChannelId(8), ALICE)))
    assert frame == {
        "type": "event",
        "event": "TypingStarted",
        "channel_id": "8",
        "server_id": None,
        "version": None,
        "frames": {"mew": []},
    }


def _first(payload: bytes | tuple[bytes, ...] | None) -> bytes:
    assert payload is not None
    return payload if isinstance(payload, bytes) else payload[0]


def _json(payload: bytes | None) -> Any:
    assert payload is not None
    return json.loads(payload)
