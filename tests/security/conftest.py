"""What tests of authority share: servers with one person in every role, and services without connections."""

from collections.abc import Iterator

import pytest

from security.server_scene import Guild, Guilds
from support.server import RunningServer
from unit.services.conftest import town

__all__ = ["elsewhere", "guilds", "settled", "town"]


@pytest.fixture(scope="module")
def guilds(server: RunningServer) -> Guilds:
    return Guilds(server.url)


@pytest.fixture(scope="module")
def settled(guilds: Guilds) -> Iterator[Guild]:
    """For questions that change nothing."""
    with guilds.guild() as guild:
        yield guild


@pytest.fixture(scope="module")
def elsewhere(guilds: Guilds) -> Iterator[Guild]:
    """Another server of the same people."""
    with guilds.guild() as guild:
        yield guild
