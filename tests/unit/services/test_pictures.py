"""Pictures of people: who sees that there is another one, and what is left of one that was taken back."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from fakes.town import Town
from hubbub.model.commands import (
    CreateGroup,
    DropUserImage,
    GetUserImage,
    History,
    SendMessage,
    SetUserImage,
    UpdateProfile,
)
from hubbub.model.entities import User
from hubbub.model.errors import Code
from hubbub.model.events import UserUpdated

PNG, GIF = b"\x89PNG\r\n\x1a\n1", b"GIF89a2"


def mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


async def test_another_picture_has_another_mark_that_messages_carry(town: Town) -> None:
    ann = await town.person()
    room = (await town.do(ann, CreateGroup("room"))).channel.id
    await town.heard()
    for content in (PNG, GIF):
        found: User = await town.do(ann, SetUserImage(content))
        assert found.avatar == mark(content)
        told = [p.event for p in await town.heard()]
        assert told == [UserUpdated(found)]
        await town.do(found, SendMessage(room, "hi"))
        await town.heard()
        assert (await town.do(ann, GetUserImage(ann.id))).content == content
    page = await town.do(ann, History(room))
    assert {message.author.avatar for message in page.messages} == {mark(GIF)}


async def test_picture_that_was_taken_back_is_gone(town: Town) -> None:
    ann, bob = await town.person(), await town.person()
    await town.do(ann, SetUserImage(PNG))
    await town.heard()
    await town.do(ann, DropUserImage())
    (told,) = await town.heard()
    assert isinstance(told.event, UserUpdated)
    assert told.event.user.avatar == ""
    await town.absent(bob, GetUserImage(ann.id))
    assert await town.blobs.get(f"users/{ann.id}") == b""


async def test_picture_and_mark_belong_together_however_many_come_at_once(town: Town) -> None:
    ann = await town.person()
    contents = [PNG + bytes([n]) for n in range(20)]
    put = town.blobs.put

    async def late(key: str, content: bytes) -> None:
        await put(key, content)
        for _ in range(30 - content[-1]):  # the last one soonest
            await asyncio.sleep(0)

    town.blobs.put = late  # type: ignore[method-assign]  # a disk that says so later
    await asyncio.gather(*(town.do(ann, SetUserImage(content)) for content in contents))
    user = await town.store.read(town.store.accounts.get_user(ann.id))
    assert user is not None
    assert user.avatar == mark((await town.do(ann, GetUserImage(ann.id))).content)


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"\x89PNG"])
async def test_what_is_no_picture_changes_nothing(town: Town, content: bytes) -> None:
    ann = await town.person()
    await town.do(ann, SetUserImage(PNG))
    await town.refused(ann, SetUserImage(content), Code.INVALID)
    assert (await town.do(ann, GetUserImage(ann.id))).content == PNG


async def test_guests_have_no_pictures(town: Town) -> None:
    vera = await town.guest()
    for command in (SetUserImage(PNG), DropUserImage()):
        await town.forbidden(vera, command)


async def test_new_names_and_pictures_are_rated(tmp_path: Path) -> None:
    town = Town(tmp_path / "rated.db", rated=True)
    ann = await town.person()
    for n in range(10):
        await town.do(ann, UpdateProfile(f"Ann {n}"))
        await town.do(ann, SetUserImage(PNG))
    for command in (UpdateProfile("Ann"), SetUserImage(PNG), DropUserImage()):
        await town.refused(ann, command, Code.RATE_LIMITED)
    await town.store.close()
