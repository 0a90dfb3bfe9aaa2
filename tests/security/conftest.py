"""What tests of authority share: servers with one person in every role, and services without connections."""

import re
from collections.abc import Iterator

import pytest

from security.server_scene import Guild, Guilds
from support.rest import Person, sign_up
from support.server import RunningServer, running
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


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that still has its first administrator to find."""
    with running(tmp_path_factory.mktemp("governed")) as started:
        yield started


@pytest.fixture(scope="module")
def admin(governed: RunningServer) -> Person:
    """Its administrator."""
    token = re.search(r'"token": "([^"]+)"', governed.output())
    assert token is not None
    person = sign_up(governed.url)
    person.ok("POST", "/auth/claim-admin", {"token": token[1]})
    return person
