"""Fixtures: one started server for all tests that need nothing special, and fresh ones for the rest."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.rest import Person, sign_up
from support.server import RunningServer, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Shared: make your own people and channels, and leave it running. Presence has a short grace."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder, {"HUBBUB_PRESENCE_GRACE_SECONDS": "0.2"}) as started:
        yield started


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[RunningServer]:
    """One of its own, for tests that kill, fill or stop it."""
    with running(tmp_path) as started:
        yield started


@pytest.fixture
def person(server: RunningServer) -> Callable[[], Person]:
    """Makes new people on the shared server."""
    return lambda: sign_up(server.url)
