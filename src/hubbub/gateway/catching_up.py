"""What a connection that has signed in is told first, and what it hears from then on (decision 4)."""

from collections.abc import Sequence

from hubbub.gateway.parts import Parts
from hubbub.gateway.replay import Snapshot, places, snapshot
from hubbub.gateway.session import Session
from hubbub.model.commands import Connect
from hubbub.model.entities import Kind
from hubbub.model.ids import LoginId, UserId
from hubbub.model.topics import channel_topic
from hubbub.ports.dialect import Ready


async def catch_up(parts: Parts, session: Session, command: Connect) -> Ready:
    """Listens first, then reads: what happens in between is held by the session."""
    user_id, dialect, store = session.caller.user_id, session.dialect, parts.store
    await _listen(parts, session)
    if dialect.redelivers:
        await parts.redelivery.settle(user_id)
    ask = snapshot(
        store,
        user_id,
        command.positions or {},
        unread=dialect.reads_unread,
        undelivered=dialect.redelivers,
        servers=Kind.TEXT in dialect.follows,
    )
    found = await store.read(ask)
    # What the snapshot has seen must be among what is held, or it would come again as news.
    await store.published()
    mine = [view.channel.id for view in found.views]
    servers = [view.server.id for view in found.servers]
    online = await parts.presence.companions(user_id, mine, servers)
    return ready(session, found, sorted(online))


async def _listen(parts: Parts, session: Session) -> None:
    """Where the person is: another of their devices knows it, else the store."""
    user_id, follows, hub = session.caller.user_id, session.dialect.follows, parts.hub
    for other in hub.of_user(user_id):
        if other is not session and other.dialect.follows == follows and not other.is_held:
            hub.join_as(session, other)
            return
    channels, servers = await parts.store.read(places(parts.store, user_id))
    for channel_id, kind in channels:
        if kind in follows:
            hub.subscribe(session, channel_topic(channel_id))
    for server_id in servers if Kind.TEXT in follows else ():
        await parts.fanout.audience.load(session, server_id)


def ready(session: Session, found: Snapshot, online: Sequence[UserId] = ()) -> Ready:
    """What `connect` is answered with."""
    caller = session.caller
    return Ready(
        caller.known,
        caller.login_id or LoginId(""),
        found.views,
        online,
        found.changes,
        found.unread,
        found.refusals,
        session.dialect.heartbeat_seconds,
        found.servers,
    )
