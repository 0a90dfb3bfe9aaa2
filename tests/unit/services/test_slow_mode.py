"""Slow mode: one message of a person in so many seconds."""

import asyncio

import pytest

from fakes.places import Hall
from fakes.town import Town
from hubbub.model.commands import (
    SendMessage,
    UpdateChannel,
)
from hubbub.model.errors import Code
from hubbub.model.ids import MessageId
from hubbub.model.limits import CONTENT_CHARS
from hubbub.model.permissions import (
    MANAGE_CHANNEL,
    MANAGE_MESSAGES,
)
from hubbub.services.slow_mode import KEYS

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await Hall(town).build()


async def slow(town: Town, hall: Hall, seconds: int = 10) -> None:
    await town.do(hall.ann, UpdateChannel(hall.channel, slow_mode=seconds))


async def test_slow_mode_makes_people_wait_between_their_messages(town: Town, hall: Hall) -> None:
    cat = await town.newcomer(hall.id, hall.ann)
    other = (await town.channel(hall.ann, hall.id)).id
    await slow(town, hall)
    await hall.say(hall.bob)
    again = SendMessage(hall.channel, "again")
    found = await town.refused(hall.bob, again, Code.RATE_LIMITED)
    assert found.retry_after == 10
    assert found.message == "Slow mode: one message in 10 s here; try again in 10.0 s."
    town.clock.advance(9.5)
    assert (await town.refused(hall.bob, again, Code.RATE_LIMITED)).retry_after == 0.5
    await hall.say(cat)
    await town.say(hall.bob, other)
    town.clock.advance(0.5)
    await hall.say(hall.bob)
    await slow(town, hall, 3)
    town.clock.advance(3)
    await hall.say(hall.bob)
    await slow(town, hall, 0)
    await hall.say(hall.bob)


async def test_slow_mode_does_not_slow_who_moderates(town: Town, hall: Hall) -> None:
    await slow(town, hall)
    for bit in (MANAGE_MESSAGES, MANAGE_CHANNEL):
        await town.override(hall.ann, hall.channel, hall.bob.id, allow=bit)
        for _ in range(2):
            await hall.say(hall.bob)


async def test_only_what_was_sent_makes_its_author_wait(town: Town, hall: Hall) -> None:
    await slow(town, hall)
    too_long = SendMessage(hall.channel, "x" * (CONTENT_CHARS + 1))
    await town.refused(hall.bob, too_long, Code.INVALID)
    nowhere = SendMessage(hall.channel, "x", reply_to=MessageId(7))
    await town.refused(hall.bob, nowhere, Code.INVALID)
    await hall.say(hall.bob, nonce="n")
    town.clock.advance(10)
    repeated = await town.say(hall.bob, hall.channel, nonce="n")
    assert repeated.duplicate
    await hall.say(hall.bob)


async def test_a_retry_within_the_wait_finds_the_first_message(town: Town, hall: Hall) -> None:
    await slow(town, hall)
    first = await town.say(hall.bob, hall.channel, nonce="n")
    retried = await town.say(hall.bob, hall.channel, nonce="n")
    assert (retried.message, retried.duplicate) == (first.message, True)
    await town.refused(hall.bob, SendMessage(hall.channel, "x", nonce="m"), Code.RATE_LIMITED)


async def test_of_messages_sent_at_once_slow_mode_lets_one_through(town: Town, hall: Hall) -> None:
    await slow(town, hall)
    sends = [town.do(hall.bob, SendMessage(hall.channel, str(n))) for n in range(5)]
    outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert sum(isinstance(o, Exception) for o in outcomes) == 4


async def test_slow_mode_forgets_the_oldest_beyond_its_bound(
    town: Town, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert KEYS >= 10_000
    monkeypatch.setattr("hubbub.services.slow_mode.KEYS", 1)
    cat = await town.newcomer(hall.id, hall.ann)
    await slow(town, hall)
    await hall.say(hall.bob)
    await hall.say(cat)
    await town.refused(cat, SendMessage(hall.channel, "x"), Code.RATE_LIMITED)
    await hall.say(hall.bob)
