"""What has to be done with Hubbub's own code: run by its Python, not by the harness's.

inside.py fill FOLDER MEMBERS CHANNELS    a server of this size in a data folder, ten roles for everybody; its channels' ids
inside.py talk FOLDER CHANNEL USER COUNT  so many messages of one person in a channel, a minute apart
inside.py permissions                     microseconds for one computation, ten roles and ten overrides
"""

import asyncio
import random
import sys
import timeit
from pathlib import Path

from hubbub.model.entities import Account, Channel, Draft, Kind, Override, User
from hubbub.model.ids import ChannelId, IdSequence, MessageId, RoleId, ServerId, UserId
from hubbub.model.permissions import BITS, EVERYONE, VIEW_CHANNEL, in_channel, in_server
from hubbub.model.servers import Role, Server, ServerMember
from hubbub.ports.store import Transaction, nothing
from hubbub.storage.schema import users
from hubbub.storage.sql import Statement
from hubbub.storage.store import SqliteStore
from hubbub.system import SystemClock

import sqlalchemy as sa  # isort: skip  # Hubbub's own

ROLES = 10
_WORDS = (
    "the",
    "message",
    "**arrives**",
    "before",
    "`anybody`",
    "sees",
    "it",
    "消息",
    "已经",
    "到了",
    "😀",
    "quickly",
)
SERVER, EVERYONE_ID = ServerId(1), RoleId(2)
ROLE_IDS = tuple(RoleId(10 + n) for n in range(ROLES))
_USERS = Statement(sa.select(users.c.id).where(users.c.id != 0).order_by(users.c.id))


def main() -> None:
    if sys.argv[1] == "permissions":
        print(permissions())
    elif sys.argv[1] == "talk":
        asyncio.run(talk(Path(sys.argv[2]), *map(int, sys.argv[3:])))
    else:
        folder, members, channels = Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
        print("\n".join(map(str, asyncio.run(fill(folder, members, channels)))))


async def fill(folder: Path, members: int, channels: int) -> list[ChannelId]:
    """The registered users come first; the others have no password."""
    store = SqliteStore(folder / "hubbub.db", lambda _: None, lambda: None)
    try:
        made = [_channel(n) for n in range(channels)]
        await store.write(lambda: _fill(store, members, made), nothing)
    finally:
        await store.close()
    return [channel.id for channel in made]


async def talk(folder: Path, channel: int, user: int, count: int) -> None:
    """Ends now; of all lengths, in two scripts, with some Markdown. The server must not be running."""
    store = SqliteStore(folder / "hubbub.db", lambda _: None, lambda: None)
    author, rng, ids = User(UserId(user), "", "", 1), random.Random(7), IdSequence(0)
    last = SystemClock().now_ms()
    try:
        for n in range(count):
            ms = last - (count - n) * 60_000
            draft = Draft(MessageId(ids.next(ms)), ChannelId(channel), author, _content(rng, n), ms)
            sent = store.append(draft, lambda: None, nothing)
            if n % 1_000 == 999 or n == count - 1:
                await sent
    finally:
        await store.close()


def _content(rng: random.Random, number: int) -> str:
    words = " ".join(rng.choices(_WORDS, k=rng.choice((3, 8, 8, 20, 60))))
    if number % 25 == 0:
        words += f"\n```python\nprint({number})\n```"
    return f"{number}: {words}"


def _fill(store: SqliteStore, members: int, channels: list[Channel]) -> Transaction[None]:
    found = yield _USERS()
    people = [UserId(int(row[0])) for row in found]  # type: ignore[call-overload]  # ids
    while len(people) < members:
        people.append(UserId(1_000_000 + len(people)))
        user = User(people[-1], f"member{len(people)}", f"Member {len(people)}", 1)
        yield from store.accounts.add_user(Account(user, None, None))
    owner = people.pop()
    server = Server(SERVER, "Benchmark", "", owner, EVERYONE_ID, 1)
    yield from store.servers.add_server(server, _roles(), _member(owner), channels)
    for user_id in people:
        yield from store.servers.join(_member(user_id), None, 1)


def _roles() -> list[Role]:
    everyone = Role(EVERYONE_ID, SERVER, "@everyone", 0, 0, EVERYONE)
    rights = [bit for name, bit in BITS.items() if name != "ADMINISTRATOR"]
    return [
        everyone,
        *(Role(i, SERVER, f"role {n}", 0, n + 1, rights[n]) for n, i in enumerate(ROLE_IDS)),
    ]


def _member(user_id: UserId) -> ServerMember:
    return ServerMember(SERVER, user_id, 1, role_ids=ROLE_IDS)


def _channel(number: int) -> Channel:
    return Channel(
        ChannelId(1_000 + number),
        Kind.TEXT,
        f"channel-{number}",
        "",
        None,
        False,
        1,
        server_id=SERVER,
        position=number,
        overrides=_overrides(),
    )


def _overrides() -> tuple[Override, ...]:
    """Of the everyone role and nine others; everybody sees the channel in the end."""
    some = [Override(i, True, VIEW_CHANNEL, 1 << n % 6 + 4) for n, i in enumerate(ROLE_IDS[1:])]
    return (Override(EVERYONE_ID, True, 0, VIEW_CHANNEL), *some)


def permissions(times: int = 200_000) -> float:
    """From memory: the roles put together, then the channel's overrides."""
    roles = [role.permissions for role in _roles()]
    overrides = {o.target_id: o for o in _overrides()}

    def compute() -> int:
        base = in_server(roles[0], roles[1:])
        return in_channel(base, overrides, EVERYONE_ID, ROLE_IDS, 99)

    return min(timeit.repeat(compute, number=times, repeat=3)) / times * 1e6


if __name__ == "__main__":
    main()
