"""T28 for administrators: a right that is lost while a write waits for its transaction is lost."""

import asyncio

import pytest

from fakes.town import Town
from hubbub.model.administration import ListPeople, PersonChange, SignOutPerson, UpdatePerson
from hubbub.model.commands import Command
from hubbub.model.entities import User
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import UserId


async def _admin(town: Town) -> User:
    made = await town.person()
    return await town.world.write(town.store.accounts.update_user(made.id, is_admin=True))


async def _still(town: Town, user_id: UserId) -> bool:
    found = await town.store.read(town.store.accounts.get_user(user_id))
    return found is not None and found.is_admin and not found.disabled


@pytest.mark.parametrize(
    "change", [{"is_admin": False}, {"disabled": True}], ids=["demoted", "disabled"]
)
async def test_t28_two_who_unmake_each_other_leave_an_administrator(
    town: Town, change: dict[str, bool]
) -> None:
    ann, bob = await _admin(town), await _admin(town)
    both = (
        town.do(ann, UpdatePerson(bob.id, **change)),  # type: ignore[arg-type]  # its own fields
        town.do(bob, UpdatePerson(ann.id, **change)),  # type: ignore[arg-type]  # as above
    )
    results = await asyncio.gather(*both, return_exceptions=True)
    refused = [result for result in results if isinstance(result, Refused)]
    assert [refusal.code for refusal in refused] == [Code.FORBIDDEN]
    assert [await _still(town, user.id) for user in (ann, bob)] == [True, False]


@pytest.mark.parametrize(
    "command",
    [
        lambda user_id: UpdatePerson(user_id, is_admin=True),
        lambda user_id: UpdatePerson(user_id, password="another horse entirely"),
        lambda user_id: UpdatePerson(user_id, disabled=True),
        lambda user_id: SignOutPerson(user_id),
    ],
    ids=["admin", "password", "disabled", "sessions"],
)
async def test_t28_who_is_stored_as_no_administrator_does_nothing(
    town: Town, command: type[Command]
) -> None:
    """Memory may be some seconds behind the command line."""
    ann, bob = await _admin(town), await town.person()
    login = await town.world.sign_in(bob, "hash")
    change = PersonChange(is_admin=False)
    steps = town.store.people.govern(None, ann.id, change, lambda _by, _user: None)
    await town.world.write(steps)
    await town.forbidden(ann, command(bob.id))
    assert await town.store.read(town.store.accounts.get_user(bob.id)) == bob
    live = await town.store.read(town.store.accounts.list_logins(bob.id))
    assert [one.id for one in live] == [login]


async def test_pages_of_people_are_bounded(town: Town) -> None:
    ann = await _admin(town)
    for limit in (0, 101):
        await town.refused(ann, ListPeople(limit=limit), Code.INVALID)
