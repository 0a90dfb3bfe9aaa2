"""One client per dialect, on a real library, behind one set of verbs: what it can do, and how it shows what others do.

Ids go in and come out as decimal digits; each talker writes and reads them as its dialect does, and refuses any other
form. What a dialect cannot do, its talker has no method for.
"""

import asyncio
import re
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from typing import Any, ClassVar, Literal, NamedTuple, Self, get_args

from support.rest import Answer, call, sign_up
from support.server import RunningServer

Action = Literal["send", "edit", "recall", "react", "read", "join", "leave"]
ACTIONS: tuple[Action, ...] = get_args(Action)
EMOJI = "👍"
_HEX = re.compile(r"[0-9a-f]{24}")
_DECIMAL = re.compile(r"[1-9]\d*")


class Who(NamedTuple):
    """A person. A guest has no token."""

    id: str
    name: str
    token: str


class Seen(NamedTuple):
    """What a dialect showed. `about` is the message, or who comes or goes; `text` what was said, or the emoji."""

    action: Action
    about: str
    who: str
    text: str = ""


class Cannot(NotImplementedError):
    """The dialect has no word for it."""


def hexed(number: str) -> str:
    """An id of Mew and ChatGroup."""
    return f"{int(number):024x}"


def unhexed(text: object) -> str:
    assert isinstance(text, str), text
    assert _HEX.fullmatch(text), text
    return str(int(text, 16))


def decimal(text: object) -> str:
    """An id that is decimal digits here too."""
    assert isinstance(text, str), text
    assert _DECIMAL.fullmatch(text), text
    return text


def whole(number: object) -> str:
    """An id that is a number."""
    assert type(number) is int, number
    return str(number)


class Talker(ABC):
    """One person's connection, in a room that they are in. `async with` opens it."""

    dialect: ClassVar[str]

    def __init__(self, server: RunningServer, who: Who, room: str) -> None:
        self.server, self.who, self.room = server, who, room
        self._stack = AsyncExitStack()

    @classmethod
    async def person(cls, server: RunningServer) -> Who:
        """Somebody new."""
        made = await asyncio.to_thread(sign_up, server.url)
        return Who(made.id, made.name, made.token)

    @classmethod
    def can(cls, action: Action) -> bool:
        return getattr(cls, action) is not getattr(Talker, action)

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @abstractmethod
    async def _open(self) -> None:
        """Signed in, and hearing the rooms of its person, where it need not enter them."""

    async def enter(self) -> None:  # noqa: B027  # not every dialect has doors
        """From here on the room is heard; most dialects hear it already."""

    @abstractmethod
    async def frame(self) -> Any:
        """The next one that the server sends."""

    @abstractmethod
    def shown(self, frame: Any) -> Seen | None:
        """What a frame shows of the room; None: nothing that the grid asks for."""

    async def rest(self, method: str, path: str, body: object = None) -> Answer:
        """A request that must succeed, in the dialect's own REST."""
        url = self.server.url + path
        answer = await asyncio.to_thread(call, method, url, body, self.who.token or None)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body}"
        return answer

    @abstractmethod
    async def say(self, content: str) -> None:
        """Sends a message, and waits for no answer."""

    async def send(self, content: str) -> str:
        """The message's id, when it is acknowledged."""
        raise Cannot(content)

    async def edit(self, message_id: str, content: str) -> None:
        raise Cannot(message_id)

    async def recall(self, message_id: str) -> None:
        raise Cannot(message_id)

    async def react(self, message_id: str) -> None:
        """With EMOJI."""
        raise Cannot(message_id)

    async def read(self, message_id: str) -> None:
        """Up to a message."""
        raise Cannot(message_id)

    async def join(self) -> None:
        raise Cannot(self.room)

    async def leave(self) -> None:
        raise Cannot(self.room)
