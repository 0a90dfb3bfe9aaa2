"""Short words for what tests do to a store: people, groups, sends, recounts."""

import itertools
from collections.abc import Awaitable
from typing import TypeVar

import pytest

from hubbub.model.commands import History
from hubbub.model.entities import (
    Account,
    Channel,
    ChannelView,
    Draft,
    GroupRole,
    Kind,
    Login,
    Member,
    Message,
    Page,
    Sent,
    Status,
    User,
)
from hubbub.model.errors import Refused, conflict
from hubbub.model.ids import ChannelId, LoginId, MessageId, UserId
from hubbub.ports.store import Edited, Store, Transaction, nothing

T = TypeVar("T")
_ids = itertools.count(10_000)


def allow(_: Message) -> None:
    """Everything."""


def unless_recalled(message: Message) -> None:
    """As services have it: a tombstone stays one."""
    if message.recalled_at is not None:
        raise conflict("A recalled message can't be edited.")


class World:
    """People and groups of one test, and short words for what is done with them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def write(self, transaction: Transaction[T]) -> T:
        return await self.store.write(lambda: transaction, nothing)

    async def person(self, name: str | None = None, email: str | None = None) -> User:
        number = next(_ids)
        user = User(UserId(number), name or f"user{number}", f"User {number}", 1)
        return await self.write(self.store.accounts.add_user(Account(user, email, "hash")))

    async def group(self, owner: User, *others: User, name: str = "room") -> ChannelId:
        made = Channel(ChannelId(next(_ids)), Kind.GROUP, name, "", owner.id, False, 1)
        await self.write(self.store.channels.add_group(made, [owner.id], unique=False))
        for user in others:
            await self.put(made.id, user, Status.ACTIVE)
        return made.id

    async def put(self, channel: ChannelId, user: User, status: Status) -> Member:
        member = Member(channel, user.id, GroupRole.MEMBER, status, 0, 1)
        return (await self.write(self.store.channels.put_member(member)))[0]

    def draft(self, channel: ChannelId, author: User, text: str = "hi", **more: object) -> Draft:
        return Draft(MessageId(next(_ids)), channel, author, text, 5, **more)  # type: ignore[arg-type]

    async def send(
        self, channel: ChannelId, author: User, text: str = "hi", **more: object
    ) -> Sent:
        draft = self.draft(channel, author, text, **more)
        return await self.store.append(draft, lambda: None, nothing)

    async def page(self, channel: ChannelId, **query: object) -> Page:
        return await self.store.read(self.store.messages.page(History(channel, **query)))  # type: ignore[arg-type]

    async def edit(self, message: Message, text: str, *named: UserId) -> Message:
        edited = Edited(message.channel_id, message.id, text, named, 9)
        return await self.write(self.store.messages.edit(edited, unless_recalled))

    async def recall(self, message: Message, by: User) -> tuple[Message, bool]:
        place = message.channel_id, message.id
        return await self.write(self.store.messages.recall(*place, by.id, 9, allow))

    async def mark(self, channel: ChannelId, user: User, seq: int) -> int | None:
        moved = await self.write(self.store.channels.mark(channel, user.id, "read_seq", seq))
        return None if moved is None else moved[0]

    async def view(self, user: User, channel: ChannelId) -> ChannelView:
        found = await self.store.read(self.store.channels.get_view(user.id, channel))
        assert found is not None
        return found

    async def sign_in(self, user: User, token: str, *, used: int = 1) -> LoginId:
        """A device whose refresh token has the hash `token`."""
        login = Login(LoginId(f"login{next(_ids)}"), user.id, used, used, 10**15)
        await self.write(self.store.accounts.add_login(login, token))
        return login.id

    async def recount(self, user: User, channel: ChannelId) -> tuple[int, int]:
        """Unread and mentions, counted by hand."""
        member = (await self.view(user, channel)).member
        assert member is not None
        after = [
            m for m in (await self.page(channel, limit=100)).messages if m.seq > member.read_seq
        ]
        live = [m for m in after if m.recalled_at is None]
        unread = sum(m.author.id != user.id for m in live)
        return unread, sum(user.id in m.mentions for m in live)


def new_id() -> int:
    """One that no other test has."""
    return next(_ids)


def contents(page: Page) -> list[str]:
    return [m.content for m in page.messages]


async def refused(work: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as found:
        await work
    return found.value
