"""Channels of servers: making, finding, changing, ending; and who may do what in them beyond their roles."""

from collections.abc import Callable, Sequence

import msgspec

from hubbub.model.commands import Caller, DeleteChannel, UpdateChannel
from hubbub.model.entities import (
    Channel,
    ChannelDetail,
    ChannelView,
    GroupRole,
    Kind,
    Member,
    Override,
    Status,
)
from hubbub.model.errors import conflict, invalid, not_found
from hubbub.model.events import (
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    OverridesUpdated,
    Publication,
)
from hubbub.model.ids import NO_CATEGORY, CategoryId, ChannelId, ServerId
from hubbub.model.limits import (
    CHANNEL_NAME_CHARS,
    DESCRIPTION_CHARS,
    SERVER_CHANNELS,
    SLOW_MODE_SECONDS,
)
from hubbub.model.names import clean
from hubbub.model.permissions import ALL, MANAGE_CHANNEL, MANAGE_ROLES, names_of
from hubbub.model.server_commands import (
    CreateChannel,
    InServer,
    ListServerChannels,
    PutOverride,
    SetOverrides,
)
from hubbub.model.topics import channel_topic
from hubbub.ports.store import Transaction, settled
from hubbub.services.audit import Note
from hubbub.services.categories import place
from hubbub.services.hierarchy import permissions_with
from hubbub.services.overrides import check_overrides, merged, require_may_override
from hubbub.services.server_service import ServerService, beside, text_server
from hubbub.services.states import ServerState
from hubbub.services.visibility import require_allowed, require_permission

Overridden = tuple[bool, Channel]  # whether anything changed


class TextChannels(ServerService):
    """Who takes part is decided by the server and by the channel's overrides."""

    async def require_in(self, caller: Caller, command: InServer) -> None:
        """That the channel is one of the server's."""
        room = await self.load_room(caller, command.channel_id)
        if room.channel.server_id != command.server_id:
            raise not_found("channel")

    async def create(self, caller: Caller, command: CreateChannel) -> ChannelView:
        """By MANAGE_CHANNEL in the server."""
        await self.load(caller, command.server_id)
        draft = self._draft(command)

        def prepare() -> Transaction[tuple[int, Channel]]:
            state = self.known(caller, command.server_id)
            require_permission(state, caller, MANAGE_CHANNEL)
            channel = _placed(state, draft, command)
            if channel.overrides:
                require_may_override(state, caller, (), channel.overrides)
            mine = permissions_with(state, caller.user_id, channel.overrides)
            note = self._create_note(caller, channel, command.reason)
            return beside(mine, self._store.servers.add_channel(channel, note))

        permissions, channel = await self._store.write(
            prepare,
            lambda done: _told(ChannelCreated(done[1].id, done[1].version, done[1])),
            barrier=True,
        )
        now = channel.created_at
        member = Member(channel.id, caller.user_id, GroupRole.MEMBER, Status.ACTIVE, 0, now)
        return ChannelView(channel, member, 0, 0, permissions=permissions)

    def _draft(self, command: CreateChannel) -> Channel:
        check_overrides(command.overrides)
        return Channel(
            ChannelId(self._ids.next_id()),
            Kind.TEXT,
            clean("name", command.name, CHANNEL_NAME_CHARS),
            check_description(command.description),
            None,
            False,
            self._clock.now_ms(),
            server_id=command.server_id,
            slow_mode=_check_slow_mode(command.slow_mode),
            overrides=merged((), command.overrides, ALL),
        )

    def _create_note(self, caller: Caller, channel: Channel, reason: str) -> Note:
        told = {"name": channel.name, "overrides": _worded(channel.overrides)}
        place = text_server_id(channel), "channel.create", channel.id, reason
        return self._journal.note(caller, *place, told)

    async def list_all(self, caller: Caller, command: ListServerChannels) -> list[ChannelDetail]:
        """Those that the caller may see."""
        await self.load(caller, command.server_id)
        ask = self._store.servers.list_details(caller.user_id, command.server_id)
        return await self._store.read(ask)

    async def update(self, caller: Caller, command: UpdateChannel) -> None:
        """By MANAGE_CHANNEL in the channel."""
        await self.load_room(caller, command.channel_id)
        checked = _changes(command)

        def prepare() -> Transaction[Overridden]:
            room = self.known_room(caller, command.channel_id)
            require_allowed(room, caller, MANAGE_CHANNEL)
            state = text_server(room)
            old = state.channels[command.channel_id]
            if checked.get("category_id") is not None:
                _check_category(state, command.category_id)
            changes = {k: v for k, v in checked.items() if getattr(old, k) != v}
            if not changes:
                return settled((False, old))
            note = self._update_note(caller, old, changes)
            return beside(True, self._store.servers.update_text(old.id, changes, note))

        await self._store.write(prepare, _updated, barrier=True)

    def _update_note(self, caller: Caller, old: Channel, changes: dict[str, object]) -> Note:
        told = dict(changes)
        if "category_id" in told:
            told["category_id"] = str(told["category_id"] or NO_CATEGORY)
        place = text_server_id(old), "channel.update", old.id
        return self._journal.note(caller, *place, changes=told)

    async def delete(self, caller: Caller, command: DeleteChannel) -> None:
        """By MANAGE_CHANNEL in the channel; with all that was said in it."""

        def prepare() -> Transaction[tuple[Channel, int]]:
            room = self.known_room(caller, command.channel_id)
            require_allowed(room, caller, MANAGE_CHANNEL)
            place = text_server_id(room.channel), "channel.delete", command.channel_id
            note = self._journal.note(caller, *place, changes={"name": room.channel.name})
            return beside(room.channel, self._delete(command.channel_id, note))

        await self._store.write(
            prepare,
            lambda done: _told(ChannelDeleted(done[0].id, done[1], done[0].server_id)),
            barrier=True,
        )

    def _delete(self, channel_id: ChannelId, note: Note) -> Transaction[int]:
        yield from self._store.servers.add_audit(note)
        return (yield from self._store.channels.delete_channel(channel_id))

    # -- overrides ----------------------------------------------------------------------------------

    async def set_overrides(self, caller: Caller, command: SetOverrides) -> Channel:
        """All of them, as far as `mask` reaches."""
        check_overrides(command.overrides)
        return await self._override(
            caller, command, lambda old: merged(old, command.overrides, command.mask)
        )

    async def put_override(self, caller: Caller, command: PutOverride) -> Channel:
        """One of them."""
        check_overrides((command.override,))
        target = command.override.target_id

        def change(old: tuple[Override, ...]) -> tuple[Override, ...]:
            others = tuple(o for o in old if o.target_id != target)
            return merged((), (*others, command.override), ALL)

        return await self._override(caller, command, change)

    async def _override(
        self, caller: Caller, command: SetOverrides | PutOverride, change: "Change"
    ) -> Channel:
        await self.load_room(caller, command.channel_id)

        def prepare() -> Transaction[Overridden]:
            room = self.known_room(caller, command.channel_id)
            state = text_server(room)
            require_allowed(room, caller, MANAGE_ROLES | MANAGE_CHANNEL)
            old = state.channels[command.channel_id]
            wanted = change(old.overrides)
            if set(wanted) == set(old.overrides):
                return settled((False, old))
            require_may_override(state, caller, old.overrides, wanted)
            note = self._override_note(caller, old, wanted, command.reason)
            changes = {"overrides": wanted}
            return beside(True, self._store.servers.update_text(old.id, changes, note))

        _, channel = await self._store.write(prepare, _overridden, barrier=True)
        return channel

    def _override_note(
        self, caller: Caller, old: Channel, wanted: tuple[Override, ...], reason: str
    ) -> Note:
        place = text_server_id(old), "overrides.update", old.id, reason
        return self._journal.note(caller, *place, {"overrides": _worded(wanted)})


Change = Callable[[tuple[Override, ...]], tuple[Override, ...]]


def _worded(overrides: Sequence[Override]) -> list[dict[str, object]]:
    """For the audit log."""
    return [
        {
            "target_id": str(o.target_id),
            "kind": "role" if o.is_role else "member",
            "allow": names_of(o.allow),
            "deny": names_of(o.deny),
        }
        for o in overrides
    ]


def text_server_id(channel: Channel) -> ServerId:
    """Of a text channel; in other channels there is nothing of the kind."""
    if channel.server_id is None:
        raise not_found("channel")
    return channel.server_id


def _placed(state: ServerState, draft: Channel, command: CreateChannel) -> Channel:
    if len(state.channels) >= SERVER_CHANNELS:
        raise conflict(f"A server may have {SERVER_CHANNELS} channels; delete one first.")
    category_id = command.category_id or None
    if category_id is not None:
        _check_category(state, category_id)
    position = place(command.position, state.channels.values())
    return msgspec.structs.replace(draft, category_id=category_id, position=position)


def _check_category(state: ServerState, category_id: CategoryId | None) -> None:
    if category_id not in state.categories:
        raise invalid("category_id", "it must be a category of the server")


def _changes(command: UpdateChannel) -> dict[str, object]:
    if command.private is not None or command.owner_id is not None:
        raise invalid("body", "a server's channel has no owner and is closed by its overrides")
    if command.guests is not None:
        raise invalid("guests", "only groups admit guests")
    changes: dict[str, object] = {}
    if command.name is not None:
        changes["name"] = clean("name", command.name, CHANNEL_NAME_CHARS)
    if command.description is not None:
        changes["description"] = check_description(command.description)
    if command.category_id is not None:
        changes["category_id"] = command.category_id or None
    if command.position is not None:
        changes["position"] = place(command.position, ())
    if command.slow_mode is not None:
        changes["slow_mode"] = _check_slow_mode(command.slow_mode)
    if not changes:
        fields = "name, description, category_id, position, slow_mode"
        raise invalid("body", f"give at least one of {fields}")
    return changes


def _check_slow_mode(seconds: int) -> int:
    if not 0 <= seconds <= SLOW_MODE_SECONDS:
        raise invalid("slow_mode", f"it must be 0 to {SLOW_MODE_SECONDS} seconds")
    return seconds


def check_description(text: str) -> str:
    """Of any channel; of a text channel it is its topic."""
    if len(text) > DESCRIPTION_CHARS or "\0" in text:
        raise invalid("description", f"it must have at most {DESCRIPTION_CHARS} characters, no NUL")
    return text


def _told(
    event: ChannelCreated | ChannelUpdated | OverridesUpdated | ChannelDeleted,
) -> Sequence[Publication]:
    return (Publication(channel_topic(event.channel_id), event),)


def _updated(done: Overridden) -> Sequence[Publication]:
    is_new, channel = done
    return _told(ChannelUpdated(channel.id, channel.version, channel)) if is_new else ()


def _overridden(done: Overridden) -> Sequence[Publication]:
    is_new, channel = done
    return _told(OverridesUpdated(channel.id, channel.version, channel)) if is_new else ()
