"""Who is online: many devices, one state, and a grace period so that a reconnect shows nothing (G8)."""

import asyncio
from collections.abc import Collection, Iterable
from itertools import takewhile

from hubbub.gateway.hub import Hub
from hubbub.gateway.replay import places
from hubbub.gateway.tasks import Tasks
from hubbub.model.commands import Caller, GetPresence
from hubbub.model.entities import User
from hubbub.model.errors import Refused, invalid
from hubbub.model.events import MemberJoined, PeerUpdated, PresenceUpdated, Publication
from hubbub.model.ids import LOBBY, ChannelId, ServerId, UserId
from hubbub.model.limits import PRESENCE_IDS, PRESENCE_MEMBERS
from hubbub.model.server_events import ServerMemberJoined
from hubbub.model.topics import user_topic
from hubbub.ports.broker import Broker
from hubbub.ports.store import Store
from hubbub.services.directory import Directory
from hubbub.services.visibility import visible

MEETING_MEMBERS = 20  # where many come at once, each would be told of each
CLEAN_GRACE = 0.8  # a client that said goodbye is offline within a second (G8)


class PresenceTracker:
    """`grace` is how long, in seconds, a lost connection may take to come back unnoticed."""

    def __init__(
        self,
        hub: Hub,
        store: Store,
        directory: Directory,
        broker: Broker,
        tasks: Tasks,
        *,
        grace: float,
    ) -> None:
        self._hub = hub
        self._store = store
        self._directory = directory
        self._broker = broker
        self._tasks = tasks
        self._grace = grace
        self._shown: set[UserId] = set()
        self._leaving: dict[UserId, asyncio.TimerHandle] = {}
        self._renamed: dict[UserId, User] = {}  # whose profile is about to be told

    async def get(self, caller: Caller, command: GetPresence) -> dict[UserId, bool]:
        """Who of these is online."""
        _ = caller.user_id
        if len(command.user_ids) > PRESENCE_IDS:
            raise invalid("user_ids", f"at most {PRESENCE_IDS} at once")
        return {user_id: user_id in self._shown for user_id in command.user_ids}

    def online(self, user_ids: Collection[UserId]) -> list[UserId]:
        """Those of them who are, in the order of their ids."""
        return sorted(self._shown.intersection(user_ids))

    def came(self, user_id: UserId) -> None:
        """A session of a person has signed in."""
        timer = self._leaving.pop(user_id, None)
        if timer is not None:
            timer.cancel()
        if user_id not in self._shown:
            self._shown.add(user_id)
            self._tell(user_id, online=True)

    def went(self, user_id: UserId, *, clean: bool) -> None:
        """A session of a person has ended. `clean`: by a close of the client's own."""
        if self._hub.is_online(user_id) or user_id in self._leaving:
            return
        loop = asyncio.get_running_loop()
        delay = min(CLEAN_GRACE, self._grace) if clean else self._grace
        self._leaving[user_id] = loop.call_later(delay, self._gone, user_id)

    def _gone(self, user_id: UserId) -> None:
        self._leaving.pop(user_id, None)
        if not self._hub.is_online(user_id) and user_id in self._shown:
            self._shown.discard(user_id)
            self._tell(user_id, online=False)

    def _tell(self, user_id: UserId, *, online: bool) -> None:
        self._tasks.start(self._publish(user_id, online=online), f"presence {user_id}")

    async def _publish(self, user_id: UserId, *, online: bool) -> None:
        event = PresenceUpdated(user_id, online)
        audience = await self._audience(user_id)
        if online is (user_id in self._shown):  # else it has changed again, and that is told too
            self._broker.publish([Publication(user_topic(u), event) for u in sorted(audience)])

    async def _audience(self, user_id: UserId) -> set[UserId]:
        mine, servers = await self._store.read(places(self._store, user_id))
        return await self.companions(user_id, [channel_id for channel_id, _ in mine], servers)

    def renamed(self, user: User) -> None:
        """Who would hear that a person has come hears what they are called now, and which picture is theirs."""
        is_told = user.id in self._renamed
        self._renamed[user.id] = (
            user  # the last one: two that are under way could overtake each other
        )
        if not is_told:
            self._tasks.start(self._show(user.id), f"profile {user.id}")

    async def _show(self, user_id: UserId) -> None:
        try:
            audience = await self._audience(user_id)
        finally:
            event = PeerUpdated(self._renamed.pop(user_id))
        self._broker.publish([Publication(user_topic(u), event) for u in sorted(audience)])

    def met(self, event: MemberJoined | ServerMemberJoined) -> None:
        """Who comes into a small channel or server and those who are there see each other at once."""
        if event.user.id in self._shown and getattr(event, "channel_id", None) != LOBBY:
            self._tasks.start(self._introduce(event), f"presence {event.user.id}")

    async def _introduce(self, event: MemberJoined | ServerMemberJoined) -> None:
        newcomer = event.user.id
        try:
            before = await self._before(event)
        except Refused:
            return
        others = [user_id for user_id in before if user_id in self._shown]
        here = PresenceUpdated(newcomer, online=True)
        self._broker.publish(
            [Publication(user_topic(u), here) for u in others]
            + [Publication(user_topic(newcomer), PresenceUpdated(u, online=True)) for u in others]
        )

    async def _before(self, event: MemberJoined | ServerMemberJoined) -> list[UserId]:
        """Who was there: of two who came together, the later one's coming brings them together."""
        newcomer = event.user.id
        if isinstance(event, ServerMemberJoined):
            state = await self._directory.states.get(event.server_id)
            is_small = newcomer in state.members and len(state.members) <= MEETING_MEMBERS
            return list(takewhile(lambda u: u != newcomer, state.members)) if is_small else []
        room = await self._directory.room(event.channel_id)
        if room.is_larger_than(MEETING_MEMBERS) or not visible(room, newcomer):
            return []
        before = [m.user_id for m in room.members.values() if m.version < event.version]
        return [user_id for user_id in before if visible(room, user_id)]

    async def companions(
        self, user_id: UserId, channel_ids: Iterable[ChannelId], server_ids: Iterable[ServerId]
    ) -> set[UserId]:
        """Who of those online shares a direct channel, or a not too large group or server, with a person."""
        found: set[UserId] = set()
        for channel_id in channel_ids:
            if channel_id != LOBBY:
                found |= await self._online_in(channel_id, user_id)
        for server_id in server_ids:
            found |= await self._online_at(server_id, user_id)
        return found - {user_id}

    async def _online_at(self, server_id: ServerId, user_id: UserId) -> set[UserId]:
        try:
            members = (await self._directory.states.get(server_id)).members
        except Refused:
            return set()
        if user_id not in members or len(members) > PRESENCE_MEMBERS:
            return set()
        return {u for u in members if u in self._shown}

    def is_shown(self, user_id: UserId) -> bool:
        """Whether others see a person as online."""
        return user_id in self._shown

    async def _online_in(self, channel_id: ChannelId, user_id: UserId) -> set[UserId]:
        try:
            room = await self._directory.room(channel_id)
        except Refused:
            return set()
        if room.is_larger_than(PRESENCE_MEMBERS) or not visible(room, user_id):
            return set()
        return {u for u in room.active() if u in self._shown}

    def close(self) -> None:
        """Nothing more is told."""
        for timer in self._leaving.values():
            timer.cancel()
