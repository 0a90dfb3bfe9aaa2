"""A whole server in this process, without sockets: real services, real SQLite."""

import asyncio
import shutil
import tempfile
from functools import cache
from pathlib import Path

from hubbub.bootstrap import Node
from hubbub.config import Settings
from hubbub.model.commands import Caller, Command, Register
from hubbub.model.entities import Tokens
from hubbub.model.errors import Disconnect, Refused
from hubbub.ports.store import nothing, settled
from hubbub.storage.migrate import migrate

SETTINGS = Settings(rate_limits="off", presence_grace_seconds=0.0)
GONE = Disconnect(1001, "restart", reconnect=True)


@cache
def _template() -> Path:
    """A migrated file, made once: a migration takes longer than a whole example."""
    path = Path(tempfile.mkdtemp(prefix="hubbub-template-")) / "hubbub.db"
    migrate(path)
    return path


class LocalServer:
    """Make it inside a running loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copy(_template(), folder / "hubbub.db")
        self.node = Node(SETTINGS, folder)

    async def register(self, name: str) -> Tokens:
        made = await self.do(Caller("192.0.2.1"), Register(name, "correct horse battery"))
        assert isinstance(made, Tokens)
        return made

    async def caller(self, token: str) -> Caller:
        return await self.node.services.logins.authenticate(token, "192.0.2.1")

    async def do(self, caller: Caller, command: Command) -> object:
        """As REST does it; raises `Refused`."""
        return await self.node.dispatch.handle(caller, command)

    async def allowed(self, caller: Caller, command: Command) -> bool:
        """Whether it was done."""
        try:
            await self.do(caller, command)
        except Refused:
            return False
        return True

    async def quiet(self) -> None:
        """Returns when all that was committed so far has been published."""
        for _ in range(2):
            await self.node.store.write(lambda: settled(None), nothing)
        for _ in range(3):
            await asyncio.sleep(0)

    async def restart(self) -> None:
        self.node.gateway.disconnect_all(GONE)
        await self.node.close()
        self.node = Node(SETTINGS, self._folder)

    async def close(self) -> None:
        self.node.gateway.disconnect_all(GONE)
        await self.node.close()
