"""T28: who is removed from a channel sees nothing later than the removal, by no way at all."""

import random

import pytest

from failure.kick import WAYS, removed_under_flood
from failure.scenarios import seed
from support.server import RunningServer


@pytest.mark.parametrize("way", WAYS)
async def test_t28_removed_member_sees_nothing_later(server: RunningServer, way: str) -> None:
    assert await removed_under_flood(server, random.Random(seed()), way) == []
