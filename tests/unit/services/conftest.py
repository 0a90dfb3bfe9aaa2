"""A town for each test; at its end memory must say what the store says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    made = Town(tmp_path / "hubbub.db")
    yield made
    await made.require_current()
    await made.store.close()
