"""What people want to be told of in channels, and what their clients remember for them. Nobody else hears of it."""

from typing import Final

import msgspec

from hubbub.model.commands import Caller
from hubbub.model.ids import LOBBY, ChannelId, UserId
from hubbub.model.server_commands import (
    GetNotify,
    GetPreferences,
    ListNotify,
    SetNotify,
    SetPreferences,
)
from hubbub.model.servers import Notify
from hubbub.ports.store import Store, nothing
from hubbub.services.content import check_object
from hubbub.services.directory import Directory
from hubbub.services.visibility import require_visible

_OWN: Final = 0  # the place of what is of no channel; it is the lobby's id too
_LOBBY: Final = -1


class Preferences:
    """Stored per person and place."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def set_notify(self, caller: Caller, command: SetNotify) -> None:
        """Of a channel in which one takes part; the default is stored as nothing."""
        await self._check(caller, command.channel_id)
        value = None if command.notify is Notify.DEFAULT else command.notify.value
        await self._set(caller.user_id, _place(command.channel_id), value)

    async def get_notify(self, caller: Caller, command: GetNotify) -> Notify:
        """Of a channel in which one takes part."""
        await self._check(caller, command.channel_id)
        tables = self._store.preferences
        ask = tables.get_preference(caller.user_id, _place(command.channel_id))
        found = await self._store.read(ask)
        return Notify.DEFAULT if found is None else Notify(found)

    async def list_notify(self, caller: Caller, _command: ListNotify) -> dict[ChannelId, Notify]:
        """Of all channels where one has said so."""
        ask = self._store.preferences.list_preferences(caller.user_id)
        found = await self._store.read(ask)
        return {
            LOBBY if place == _LOBBY else ChannelId(place): Notify(value)
            for place, value in found.items()
            if place != _OWN
        }

    async def set_own(self, caller: Caller, command: SetPreferences) -> None:
        """Replaces what was there."""
        value = check_object("preferences", command.value)
        await self._set(caller.user_id, _OWN, bytes(value).decode())

    async def get_own(self, caller: Caller, _command: GetPreferences) -> msgspec.Raw:
        """`{}` where there is none."""
        ask = self._store.preferences.get_preference(caller.user_id, _OWN)
        found = await self._store.read(ask)
        return msgspec.Raw(b"{}" if found is None else found.encode())

    async def _check(self, caller: Caller, channel_id: ChannelId) -> None:
        require_visible(await self._directory.room(channel_id), caller)

    async def _set(self, user_id: UserId, place: int, value: str | None) -> None:
        tables = self._store.preferences
        await self._store.write(lambda: tables.set_preference(user_id, place, value), nothing)


def _place(channel_id: ChannelId) -> int:
    return _LOBBY if channel_id == LOBBY else channel_id
