"""Everything that can happen in a channel, happening all the time."""

import asyncio
from types import TracebackType

from support.rest import Person
from support.sockets import Json, Native


class Flood:
    """`version_of` says which version a message has; `version` is the newest that was acknowledged."""

    def __init__(self, ws_url: str, author: Person, channel: str) -> None:
        self._native = Native(ws_url, author.token)
        self._channel = channel
        self.version = 0
        self.version_of: dict[str, int] = {}
        self._is_over = False

    async def __aenter__(self) -> "Flood":
        await self._native.__aenter__()
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._is_over = True
        await self._task
        await self._native.ws.close()

    async def more(self, rounds: int = 10) -> None:
        """Returns when that much more has been said, or nothing more can be."""
        wanted = len(self.version_of) + rounds
        while len(self.version_of) < wanted and not self._task.done():
            await asyncio.wait([self._task], timeout=0.005)

    async def _run(self) -> None:
        place = {"channel_id": self._channel}
        while not self._is_over:
            ack = await self._native.ask("send_message", content="flood", **place)
            if ack["type"] == "error":
                return  # the channel has been deleted
            await self._rest_of_round(place, ack["data"])

    async def _rest_of_round(self, place: Json, sent: Json) -> None:
        self.version = sent["version"]
        self.version_of[sent["message_id"]] = sent["version"]
        one = {"message_id": sent["message_id"]}
        await self._native.ask("edit_message", content="edited", **place, **one)
        await self._native.ask("typing", **place)
        await self._native.ask("mark_read", seq=sent["seq"], **place)
        await self._native.ask("add_reaction", emoji="👍", **place, **one)
        await self._native.ask("recall_message", **place, **one)
