"""The server as a whole: what anybody may know of it, and its figures and settings for administrators."""

from collections.abc import Callable, Mapping
from typing import Final

from hubbub import __version__
from hubbub.config import SECRETS, Settings, effective, purpose
from hubbub.model.administration import (
    About,
    Counts,
    Figures,
    GetAbout,
    GetFigures,
    ListSettings,
    Setting,
    Vitals,
)
from hubbub.model.caller import Caller
from hubbub.ports.clock import Clock
from hubbub.ports.store import Store
from hubbub.services.accounts import Accounts
from hubbub.services.people import require_admin

# Counting looks at every user and channel, though not at messages: however many ask, it is done this often.
COUNTED_SECONDS: Final = 5.0


class Installation:
    """`sources`: where each setting was given, None where nobody knows. `vitals` looks at the process."""

    def __init__(
        self,
        settings: Settings,
        sources: Mapping[str, str] | None,
        store: Store,
        accounts: Accounts,
        clock: Clock,
        vitals: Callable[[], Vitals],
    ) -> None:
        self._settings = settings
        self._sources = sources
        self._store = store
        self._accounts = accounts
        self._clock = clock
        self._vitals = vitals
        self._started_at, self._started = clock.now_ms(), clock.monotonic()
        self._counted: tuple[float, Counts] | None = None

    async def about(self, _caller: Caller, _command: GetAbout) -> About:
        """For everybody: nothing here may tell who is here."""
        is_open = self._settings.registration == "open"
        return About(self._settings.name, __version__, is_open, await self._accounts.is_claimable())

    async def figures(self, caller: Caller, _command: GetFigures) -> Figures:
        """Nothing of it is exact: it is counted now and then."""
        require_admin(caller)
        uptime = int(self._clock.monotonic() - self._started)
        counts = await self._count()
        return Figures(counts, self._vitals(), __version__, self._started_at, uptime)

    async def settings(self, caller: Caller, _command: ListSettings) -> list[Setting]:
        """In the order of docs/settings.md, without what only its holder may know (threat S21)."""
        require_admin(caller)
        shown = [pair for pair in effective(self._settings).items() if pair[0] not in SECRETS]
        return [Setting(key, value, self._source(key), purpose(key)) for key, value in shown]

    def _source(self, key: str) -> str:
        return "" if self._sources is None else self._sources.get(key, "default")

    async def _count(self) -> Counts:
        now = self._clock.monotonic()
        if self._counted is None or now - self._counted[0] >= COUNTED_SECONDS:
            counts = await self._store.read(self._store.people.count_all())
            self._counted = now, counts
        return self._counted[1]
