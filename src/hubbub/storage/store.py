"""The store on SQLite: the port's groups of transactions, a writer queue and readers."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import apsw

from hubbub.model.entities import Draft, Sent
from hubbub.ports.store import Announce, Transaction
from hubbub.storage.accounts import AccountTables
from hubbub.storage.appender import Appender, Publish
from hubbub.storage.channels import ChannelTables
from hubbub.storage.database import Database
from hubbub.storage.messages import MessageTables
from hubbub.storage.migrate import BadDatabase, migrate
from hubbub.storage.people import PeopleTables
from hubbub.storage.preferences import PreferenceTables
from hubbub.storage.programs import ProgramTables
from hubbub.storage.relationships import RelationshipTables
from hubbub.storage.servers import ServerTables

T = TypeVar("T")


class SqliteStore:
    """Everything in one file. Make it inside the running loop, `close` it at the end."""

    def __init__(self, path: Path, publish: Publish, on_doubt: Callable[[], None]) -> None:
        migrate(path)
        self.accounts = AccountTables()
        self.people = PeopleTables(self.accounts)
        self.channels = ChannelTables()
        self.messages = MessageTables()
        self.relationships = RelationshipTables(self.channels)
        self.servers = ServerTables(self.channels)
        self.programs = ProgramTables(self.accounts, self.servers)
        self.preferences = PreferenceTables()
        try:
            self._database = Database(path, on_doubt)
        except apsw.Error as error:
            raise BadDatabase(f"{path} can't be opened: {error}.") from None
        self._appender = Appender(self._database, publish)

    async def read(self, transaction: Transaction[T]) -> T:
        """On a reader, against one snapshot."""
        return await self._database.read(transaction)  # type: ignore[arg-type]  # what a transaction yields is a Query here

    def append(
        self, draft: Draft, admit: Callable[[], object], announce: Announce[Sent]
    ) -> Awaitable[Sent]:
        """Group commit."""
        return self._appender.append(draft, admit, announce)

    def write(
        self,
        prepare: Callable[[], Transaction[T]],
        announce: Announce[T],
        *,
        barrier: bool = False,
    ) -> Awaitable[T]:
        """In the same queue as the messages, in the order of the calls."""
        return self._appender.write(prepare, announce, barrier=barrier)  # type: ignore[arg-type,return-value]  # the queue forgets T, the future gives it back

    async def published(self) -> None:
        """Returns when everything has been published that a read before this call can have seen."""
        await self._appender.published()

    @property
    def depth(self) -> int:
        """Writes that wait."""
        return self._appender.depth

    @property
    def commits(self) -> int:
        """Transactions so far."""
        return self._appender.commits

    @property
    def committed(self) -> int:
        """Writes in those."""
        return self._appender.committed

    async def ping(self) -> None:
        """Returns when the database answers."""
        await self.read(self.accounts.count_admins())

    async def close(self) -> None:
        """Commits what waits, then closes the file."""
        await self._appender.drain()
        self._database.close()
