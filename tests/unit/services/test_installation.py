"""What the server says of itself."""

from pathlib import Path

import msgspec

from fakes.town import Town
from hubbub import __version__
from hubbub.config import Settings
from hubbub.model.administration import About, Figures, GetAbout, GetFigures, ListSettings
from hubbub.model.commands import ClaimAdmin, CreateGroup
from hubbub.model.entities import User
from hubbub.services.installation import COUNTED_SECONDS


async def test_anybody_is_told_whether_there_is_an_administrator_to_become(town: Town) -> None:
    ann = await town.person()
    offered = About("Hubbub", __version__, is_open=True, claimable=True)
    taken = msgspec.structs.replace(offered, claimable=False)
    assert await town.do(None, GetAbout()) == taken, "no token has been printed"
    token = await town.services.accounts.offer_admin()
    assert token is not None
    assert await town.do(None, GetAbout()) == offered
    await town.do(ann, ClaimAdmin(token))
    assert await town.do(None, GetAbout()) == taken


async def test_administrator_made_elsewhere_ends_the_offer(town: Town) -> None:
    ann = await town.person()
    await town.services.accounts.offer_admin()
    await town.world.write(town.store.accounts.update_user(ann.id, is_admin=True))
    assert (await town.do(None, GetAbout())).claimable is False


def _ruler(user: User) -> User:
    return msgspec.structs.replace(user, is_admin=True)


async def test_figures_are_counted_now_and_then(town: Town) -> None:
    ann = _ruler(await town.person())
    first: Figures = await town.do(ann, GetFigures())
    await town.do(ann, CreateGroup("room"))
    again: Figures = await town.do(ann, GetFigures())
    assert again.counts == first.counts
    town.clock.advance(COUNTED_SECONDS)
    later: Figures = await town.do(ann, GetFigures())
    assert later.counts.channels == first.counts.channels + 1
    assert later.uptime_seconds == first.uptime_seconds + COUNTED_SECONDS
    assert later.started_at == first.started_at


async def test_settings_are_all_but_the_secrets(town: Town) -> None:
    found = await town.do(_ruler(await town.person()), ListSettings())
    assert [s.name for s in found] == [
        name for name in Settings.__struct_fields__ if name != "metrics_token"
    ]
    assert "not to be seen" not in str(found)
    sources = {s.name: s.source for s in found}
    assert (sources["port"], sources["host"]) == ("flag", "default")


async def test_rated_town_tells_about_itself_whoever_asks(tmp_path: Path) -> None:
    town = Town(tmp_path / "rated.db", rated=True)
    for _ in range(300):
        assert (await town.do(None, GetAbout())).name == "Hubbub"
    await town.store.close()
