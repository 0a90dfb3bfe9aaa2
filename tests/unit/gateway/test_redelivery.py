"""Unconfirmed messages are sent again, at growing intervals; positions say what nobody need be sent any more."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import cast

import pytest
from structlog.testing import capture_logs

from fakes.clock import FakeClock
from fakes.session import FakeSession, user
from hubbub.dialects.mutiperson import MutiPersonDialect
from hubbub.gateway.hub import Hub
from hubbub.gateway.redelivery import PAUSES, UNCONFIRMED, Redelivery
from hubbub.model.commands import Caller, MarkDelivered
from hubbub.model.entities import Message
from hubbub.model.errors import forbidden
from hubbub.model.events import MessageRecalled, MessageSent
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.topics import channel_topic
from hubbub.services.reads import Reads
from hubbub.wire.websocket import text_frame

ROOM, ASIDE = ChannelId(7), ChannelId(8)
ANN, BOB = user(1), user(2)
INIT = json.dumps({"type": "INIT", "from_user_id": "2", "message": "init"}).encode()


class _Reads:
    """Positions as they would be stored; `gate` holds them back."""

    def __init__(self) -> None:
        self.stored: list[tuple[UserId, ChannelId, int]] = []
        self.gate: asyncio.Future[None] | None = None
        self.error: Exception | None = None
        self.has_stored = asyncio.Event()

    async def mark_delivered(self, caller: Caller, command: MarkDelivered) -> None:
        if self.gate is not None:
            await self.gate
        if self.error is not None:
            raise self.error
        self.stored.append((caller.user_id, command.channel_id, command.seq))
        self.has_stored.set()


class _World:
    """Bob's client confirms what it gets, if it is one of the last stage."""

    def __init__(self) -> None:
        self.hub, self.clock, self.reads = Hub(), FakeClock(), _Reads()
        self.redelivery = Redelivery(cast("Reads", self.reads), self.clock)
        self.bob = self.session()

    def session(self, *, confirms: bool = True) -> FakeSession:
        made = FakeSession(self.hub, BOB, MutiPersonDialect())
        for channel_id in (ROOM, ASIDE):
            self.hub.subscribe(made.real, channel_topic(channel_id))
        if confirms:
            made.codec.decode(INIT)
        return made

    def send(self, *seqs: int, channel: ChannelId = ROOM, to: FakeSession | None = None) -> None:
        """Of Ann's."""
        for seq in seqs:
            event = MessageSent(channel, seq, _message(seq, channel))
            frame = text_frame(json.dumps({"seq": seq}).encode())
            self.redelivery.written([(event, frame)], [(to or self.bob).real])

    def confirm(self, *seqs: int, channel: ChannelId = ROOM, by: FakeSession | None = None) -> None:
        for seq in seqs:
            self.redelivery.confirmed((by or self.bob).real, _message(seq, channel).id)

    def after(self, seconds: float) -> list[int]:
        """What is sent again by then."""
        self.bob.writes.clear()
        self.clock.advance(seconds)
        self.redelivery.resend()
        return [frame["seq"] for frame in self.bob.frames]

    async def position(self, channel: ChannelId = ROOM) -> int | None:
        await self.redelivery.settle(BOB.id)
        found = [seq for _, place, seq in self.reads.stored if place == channel]
        return found[-1] if found else None


def _message(seq: int, channel: ChannelId = ROOM) -> Message:
    return Message(MessageId(channel * 100_000 + seq), channel, seq, seq, ANN, "hi", 0)


@pytest.fixture
async def world() -> AsyncIterator[_World]:
    made = _World()
    yield made
    made.redelivery.left(made.bob.real)
    await made.redelivery.close()


async def test_message_when_never_confirmed_is_sent_again_after_each_pause_and_then_no_more(
    world: _World,
) -> None:
    world.send(1)
    for pause in PAUSES:
        assert world.after(pause - 0.01) == []
        assert world.after(0.01) == [1]
    assert world.after(1_000) == []
    assert await world.position() is None


async def test_message_when_confirmed_is_never_sent_again(world: _World) -> None:
    world.send(1, 2)
    world.confirm(1)
    assert world.after(3) == [2]
    world.confirm(2)
    assert world.after(1_000) == []


async def test_position_when_confirmed_out_of_order_stays_below_the_oldest_unconfirmed(
    world: _World,
) -> None:
    world.send(4, 5, 6, 7)
    world.confirm(6, 5)
    assert await world.position() is None
    world.confirm(4)
    assert await world.position() == 6
    world.confirm(7, 7)
    assert await world.position() == 7


async def test_position_when_confirmed_is_of_that_channel_alone(world: _World) -> None:
    world.send(1, 2)
    world.send(9, channel=ASIDE)
    world.confirm(9, channel=ASIDE)
    assert await world.position(ASIDE) == 9
    assert await world.position() is None


async def test_late_confirmation_when_given_up_still_counts(world: _World) -> None:
    world.send(1)
    for pause in PAUSES:
        world.after(pause)
    world.confirm(1)
    assert await world.position() == 1


async def test_connections_of_one_person_when_one_confirms_move_the_position_but_wait_each(
    world: _World,
) -> None:
    phone = world.session()
    world.send(1)
    world.send(1, to=phone)
    world.confirm(1, by=phone)
    assert await world.position() == 1
    assert world.after(3) == [1]
    assert phone.frames == []
    world.redelivery.left(phone.real)


async def test_connection_when_ended_is_sent_nothing_again(world: _World) -> None:
    world.send(1)
    world.redelivery.left(world.bob.real)
    assert world.after(3) == []
    assert not any(world.redelivery.sizes().values())


async def test_channel_when_lost_is_not_heard_of_again(world: _World) -> None:
    world.send(1)
    world.send(2, channel=ASIDE)
    world.redelivery.lost(world.bob.real, ROOM)
    world.confirm(1)
    assert world.after(3) == [2]
    assert await world.position() is None


async def test_channel_when_lost_before_what_waited_was_written_is_not_sent_again(
    world: _World,
) -> None:
    world.bob.lose(ROOM)  # while the connection was catching up
    world.send(1, 2)
    world.send(1, channel=ASIDE)
    assert world.after(3) == [1]
    world.confirm(1, 2)
    assert await world.position() is None


async def test_message_when_recalled_is_not_sent_again(world: _World) -> None:
    world.send(1, 2)
    recalled = _message(1)
    world.redelivery.apply(MessageRecalled(ROOM, 3, recalled))
    assert world.after(3) == [2]


async def test_client_when_it_does_not_take_what_is_written_is_not_sent_more(world: _World) -> None:
    world.send(1)
    world.bob.is_keeping_up = False
    assert world.after(3) == []
    world.bob.is_keeping_up = True
    assert world.after(2.99) == []
    assert world.after(0.01) == [1]


async def test_one_lost_socket_does_not_keep_others_waiting(world: _World) -> None:
    gone = world.session()
    gone.is_gone = True
    world.send(1, to=gone)
    world.send(1)
    assert world.after(3) == [1]


async def test_messages_when_too_many_are_unconfirmed_wait_for_the_next_connection(
    world: _World,
) -> None:
    seqs = range(1, UNCONFIRMED + 3)
    world.send(*seqs)
    assert world.after(3) == [*seqs][2:]
    world.confirm(*seqs)
    assert await world.position() is None  # the first two are not known to have arrived


async def test_client_when_it_never_confirms_has_what_was_written_to_it(world: _World) -> None:
    old = world.session(confirms=False)
    world.send(1, 2, to=old)
    assert await world.position() == 2
    assert world.after(1_000) == []
    assert old.frames == []


async def test_client_when_cut_off_before_it_took_all_gets_the_rest_again(world: _World) -> None:
    slow = world.session(confirms=False)
    world.send(1, to=slow)
    assert await world.position() == 1
    slow.is_keeping_up = False
    world.send(2, to=slow)
    assert await world.position() == 1
    slow.closed = True
    world.redelivery.left(slow.real)
    slow.is_keeping_up = True  # nothing waits in a socket that is no more
    assert await world.position() == 1
    assert not any(world.redelivery.sizes().values())


async def test_client_when_it_leaves_having_taken_all_gets_nothing_again(world: _World) -> None:
    quick = world.session(confirms=False)
    world.send(1, to=quick)
    world.redelivery.left(quick.real)
    assert await world.position() == 1


async def test_own_message_when_written_needs_no_confirmation(world: _World) -> None:
    mine = Message(MessageId(1), ROOM, 1, 1, BOB, "hi", 0)
    world.redelivery.written([(MessageSent(ROOM, 1, mine), b"")], [world.bob.real])
    assert world.after(3) == []
    assert not any(world.redelivery.sizes().values())


async def test_settle_when_a_position_is_being_stored_waits_for_it(world: _World) -> None:
    world.reads.gate = asyncio.get_running_loop().create_future()
    world.send(1)
    world.confirm(1)
    settling = asyncio.ensure_future(world.redelivery.settle(BOB.id))
    done, _ = await asyncio.wait([settling], timeout=0.05)
    assert not done
    world.reads.gate.set_result(None)
    await settling
    assert world.reads.stored == [(BOB.id, ROOM, 1)]


@pytest.mark.parametrize(("error", "logged"), [(forbidden("No."), 0), (ValueError("a bug"), 1)])
async def test_settle_when_storing_fails_logs_a_bug_and_ends(
    world: _World, error: Exception, logged: int
) -> None:
    world.reads.error = error
    world.send(1)
    world.confirm(1)
    with capture_logs() as logs:
        await world.redelivery.settle(BOB.id)
    assert [entry["event"] for entry in logs] == ["task_failed"] * logged
    assert world.reads.stored == []


async def test_timer_when_something_is_confirmed_stores_it_by_itself(world: _World) -> None:
    world.send(1)
    world.confirm(1)
    await asyncio.wait_for(world.reads.has_stored.wait(), 5)
    assert world.reads.stored == [(BOB.id, ROOM, 1)]
