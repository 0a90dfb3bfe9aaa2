"""Bots: accounts for programs, made and owned by people."""

from collections.abc import Awaitable, Sequence

import msgspec

from hubbub.model.commands import Caller
from hubbub.model.entities import User
from hubbub.model.errors import conflict, not_found
from hubbub.model.events import Publication
from hubbub.model.ids import ServerId, UserId
from hubbub.model.limits import DISPLAY_NAME_CHARS, USERNAME_CHARS, USERNAME_MIN_CHARS
from hubbub.model.names import clean, clean_username
from hubbub.model.permissions import MANAGE_SERVER
from hubbub.model.server_commands import AddBot, CreateBot, DeleteBot, ListBots, ResetBot
from hubbub.model.server_events import ServerMemberLeft
from hubbub.model.servers import Bot, Departure, ServerMember
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.server_store import Join
from hubbub.ports.store import Store, Transaction, nothing
from hubbub.services.audit import Note
from hubbub.services.directory import Directory
from hubbub.services.logins import Logins
from hubbub.services.names import add_named
from hubbub.services.rates import REGISTRATIONS, Rates
from hubbub.services.server_members import Seen, departed, joined
from hubbub.services.server_service import ServerService
from hubbub.services.visibility import require_permission


class Bots(ServerService):
    """A bot has no password; its token is a log-in that lasts until it is reset."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        clock: Clock,
        ids: IdSource,
        logins: Logins,
        rates: Rates,
    ) -> None:
        super().__init__(store, directory, clock, ids)
        self._logins = logins
        self._rates = rates

    async def create(self, caller: Caller, command: CreateBot) -> Bot:
        """With its token, which is told once."""
        owner_id = caller.user_id
        self._rates.take(REGISTRATIONS, "bots", owner_id)
        name = clean_username(command.username, USERNAME_MIN_CHARS, USERNAME_CHARS)
        shown = clean("display_name", command.display_name or name, DISPLAY_NAME_CHARS)
        user_id, now = UserId(self._ids.next_id()), self._clock.now_ms()
        user = User(user_id, name, shown, now, is_bot=True)

        def add(named: User) -> Awaitable[Bot]:
            return self._store.write(lambda: self._store.programs.add_bot(named, owner_id), nothing)

        bot = await add_named(add, user, self._ids, similar=command.similar)
        return msgspec.structs.replace(bot, token=await self._logins.open_bot(bot.user))

    async def list_all(self, caller: Caller, _command: ListBots) -> list[Bot]:
        """The caller's, without their tokens."""
        return await self._store.read(self._store.programs.list_bots(caller.user_id))

    async def reset(self, caller: Caller, command: ResetBot) -> Bot:
        """A new token; the old one ends first, and so do its connections."""
        bot = await self._own(caller, command.bot_id)
        await self._logins.end_all(bot.user.id, "token reset")
        return msgspec.structs.replace(bot, token=await self._logins.open_bot(bot.user))

    async def delete(self, caller: Caller, command: DeleteBot) -> None:
        """It leaves all its servers, and its token ends. Refused(conflict) while it owns groups: nobody else could
        hand them over or end them."""
        bot = await self._own(caller, command.bot_id)
        await self._store.read(self._require_no_groups(bot.user.id))

        def announce(left: list[tuple[ServerId, int]]) -> Sequence[Publication]:
            by, how = caller.user_id, Departure.DELETED
            return [
                publication
                for server_id, version in left
                for publication in departed(ServerMemberLeft(server_id, version, bot.user, by, how))
            ]

        # First: of log-ins that the rows no longer have, nobody would hear that they have ended.
        await self._logins.end_all(bot.user.id, "deleted")
        await self._store.write(lambda: self._delete(bot.user.id), announce, barrier=True)

    def _delete(self, bot_id: UserId) -> Transaction[list[tuple[ServerId, int]]]:
        yield from self._require_no_groups(bot_id)
        return (yield from self._store.programs.delete_bot(bot_id))

    def _require_no_groups(self, bot_id: UserId) -> Transaction[None]:
        if (yield from self._store.channels.count_owned(bot_id)):
            raise conflict("The bot owns groups; let it hand them over or delete them first.")

    async def add(self, caller: Caller, command: AddBot) -> Seen:
        """Into a server, by MANAGE_SERVER there and the bot's owner."""
        await self.load(caller, command.server_id)
        bot = await self._own(caller, command.bot_id)
        member = ServerMember(command.server_id, bot.user.id, self._clock.now_ms())

        def prepare() -> Transaction[Join]:
            state = self.known(caller, command.server_id)
            require_permission(state, caller, MANAGE_SERVER)
            note = self._journal.note(caller, command.server_id, "bot.add", bot.user.id)
            return self._join(member, note)

        result = await self._store.write(prepare, joined, barrier=True)
        return result.view.member, bot.user

    def _join(self, member: ServerMember, note: Note) -> Transaction[Join]:
        if (yield from self._store.programs.get_bot(member.user_id)) is None:
            raise not_found("bot")  # it has been deleted meanwhile
        return (yield from self._store.servers.join(member, None, member.joined_at, note))

    async def _own(self, caller: Caller, bot_id: UserId) -> Bot:
        bot = await self._store.read(self._store.programs.get_bot(bot_id))
        if bot is None or bot.owner_id != caller.user_id:
            raise not_found("bot")
        return bot
