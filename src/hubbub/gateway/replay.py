"""Where a snapshot and the live events meet (decision 4), and what a resume brings."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from hubbub.model.entities import Changes, ChannelView, Kind, Member, Message, Status
from hubbub.model.errors import Refused, not_found
from hubbub.model.events import ChannelCreated, Event, MemberJoined, MessageRecalled, MessageSent
from hubbub.model.ids import ChannelId, ServerId, UserId
from hubbub.model.limits import SYNC_CHARS, SYNC_MESSAGES
from hubbub.model.permissions import READ_HISTORY, rank
from hubbub.model.server_events import (
    ChannelHidden,
    ChannelShown,
    OwnServerEvent,
    ServerCreated,
    ServerEvent,
)
from hubbub.model.servers import ServerView
from hubbub.ports.dialect import Ready
from hubbub.ports.store import Store, Transaction
from hubbub.services.reads import undelivered_in, unread_in


class Snapshot(msgspec.Struct, frozen=True):
    """A person's channels at one moment, and what happened in them since they last looked."""

    views: list[ChannelView]
    changes: list[Changes]
    unread: list[Message]
    refusals: list[tuple[ChannelId, Refused]]
    servers: list[ServerView]


Places = tuple[list[tuple[ChannelId, Kind]], list[ServerId]]
_ASIDE: Final = (Status.PENDING, Status.BANNED)
NOTHING: Final = Snapshot([], [], [], [], [])


def places(store: Store, user_id: UserId) -> Transaction[Places]:
    """Where a person is."""
    channels = yield from store.channels.list_ids(user_id)
    return channels, (yield from store.servers.list_ids(user_id))


def snapshot(
    store: Store,
    user_id: UserId,
    positions: Mapping[ChannelId, int],
    *,
    unread: bool = False,
    undelivered: bool = False,
    servers: bool = False,
) -> Transaction[Snapshot]:
    """Reads all of it in one transaction. A position that can't be is refused by itself (T11)."""
    views = yield from store.channels.list_views(user_id)
    communities = (yield from store.servers.list_views(user_id)) if servers else []
    texts = [view for server in communities for view in server.channels]
    mine = {view.channel.id: view for view in (*views, *texts)}
    changes: list[Changes] = []
    refusals: list[tuple[ChannelId, Refused]] = []
    room = SYNC_CHARS
    for channel_id, version in positions.items():
        if channel_id not in mine:
            refusals.append((channel_id, not_found("channel")))
        elif version != mine[channel_id].channel.version:
            try:
                found = yield from store.messages.changes(channel_id, version, SYNC_MESSAGES)
            except Refused as refusal:
                refusals.append((channel_id, refusal))
                continue
            found = _for_viewer(found, mine[channel_id])
            room -= sum(len(m.content) for m in found.messages)
            changes.append(found if room >= 0 else _limited(found))
    waiting = (yield from unread_in(store, views)) if unread else []
    if undelivered:
        waiting = yield from undelivered_in(store, views)
    return Snapshot(views, changes, waiting, refusals, communities)


def _for_viewer(changes: Changes, view: ChannelView) -> Changes:
    """Who asks to be let in, or may not even ask, is the business of admins; but that a member has gone is not.
    Who may not read what was said before is told that there is something."""
    if view.channel.kind is Kind.TEXT:
        return changes if view.permissions & READ_HISTORY else _limited(changes)
    if rank(view.channel, view.member) >= 2:
        return changes
    known = [_for_member(m) for m in changes.members if m.status not in _ASIDE or m.was_member]
    return msgspec.structs.replace(changes, members=known)


def _for_member(member: Member) -> Member:
    """Who has left and asks again has left."""
    if member.status is not Status.PENDING:
        return member
    return msgspec.structs.replace(member, status=Status.LEFT)


def _limited(changes: Changes) -> Changes:
    return msgspec.structs.replace(changes, messages=[], members=[], limited=True)


class Versions(msgspec.Struct, frozen=True):
    """How far a snapshot goes."""

    channels: Mapping[ChannelId, int]
    servers: Mapping[ServerId, int] = {}


def versions(ready: Ready) -> Versions:
    """How far a snapshot goes."""
    texts = [view for server in ready.servers for view in server.channels]
    channels = {v.channel.id: v.channel.version for v in (*ready.channels, *texts)}
    return Versions(channels, {view.server.id: view.server.version for view in ready.servers})


def fresh(held: Iterable[Event], known: Versions) -> list[Event]:
    """What was held and tells something that the snapshot does not.

    Beginning to see a channel, and no longer seeing it, have no version of their own: a channel's overrides change
    without its server. What one sees may begin anew (`ChannelShown`); what counts of the other is whether the client
    has the channel by then.
    """
    has = set(known.channels)
    found: list[Event] = []
    for event in held:
        if isinstance(event, ChannelShown):
            is_told = True
            has.add(event.channel.id)
        elif isinstance(event, ChannelHidden):
            is_told = event.channel_id in has
            has.discard(event.channel_id)
        else:
            is_told = _is_new(event, known)
            has |= _brought(event) if is_told else set()
        if is_told:
            found.append(event)
    return found


def behind(waiting: Iterable[Message], told: Iterable[Event]) -> list[Event]:
    """What waited for a person, then what is told; without messages that have been recalled meanwhile.

    Clients that confirm messages may have no word for a recall, and redelivery has been told of it already: what was
    noted only now would be sent again.
    """
    sent = [MessageSent(m.channel_id, m.version, m) for m in waiting]
    told = list(told)
    gone = {event.message.id for event in told if isinstance(event, MessageRecalled)}
    events: list[Event] = [*sent, *told]
    return [e for e in events if not isinstance(e, MessageSent) or e.message.id not in gone]


def _brought(event: Event) -> set[ChannelId]:
    """The channels that a client has by an event."""
    if isinstance(event, ServerCreated):
        return {view.channel.id for view in event.view.channels}
    return {event.channel_id} if isinstance(event, ChannelCreated) else set()


def _is_new(event: Event, known: Versions) -> bool:
    version = getattr(event, "version", None)
    if version is None:
        return True
    if isinstance(event, ServerEvent | OwnServerEvent):
        return version > known.servers.get(event.server_id, -1)  # type: ignore[no-any-return]  # a version is a number
    channel_id = ChannelId(getattr(event, "channel_id", -1))
    return version > known.channels.get(channel_id, -1)  # type: ignore[no-any-return]  # as above


def joined_since(held: Iterable[Event], user_id: UserId, known: Versions) -> set[ChannelId]:
    """Channels that the person came into after the snapshot."""
    return {
        event.channel_id
        for event in held
        if isinstance(event, MemberJoined)
        and event.member.user_id == user_id
        and _is_new(event, known)
    }
