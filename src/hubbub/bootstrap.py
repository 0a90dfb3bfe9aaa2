"""The composition root: the only file that names concrete classes."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

from hubbub import __version__, conformance
from hubbub.auth.passwords import Argon2Passwords
from hubbub.auth.secrets import load_keys
from hubbub.auth.tokens import JwtTokens
from hubbub.broker.memory import MemoryBroker
from hubbub.config import Settings
from hubbub.folder import DATABASE, Unstartable
from hubbub.gateway.fanout import Fanout
from hubbub.gateway.gateway import Gateway
from hubbub.gateway.hub import Hub
from hubbub.gateway.parts import Parts
from hubbub.gateway.presence import PresenceTracker
from hubbub.gateway.receipts import Receipts
from hubbub.gateway.recovery import Recovery
from hubbub.gateway.redelivery import Redelivery
from hubbub.gateway.tasks import Tasks
from hubbub.gateway.upkeep import Upkeep
from hubbub.gateway.viewers import Viewers
from hubbub.model.administration import Vitals
from hubbub.model.errors import Disconnect, Refused
from hubbub.model.events import MemberJoined, MessageSent, Publication, UserUpdated
from hubbub.model.server_events import ServerMemberJoined
from hubbub.services.accounts import Accounts
from hubbub.services.bots import Bots
from hubbub.services.categories import Categories
from hubbub.services.channels import Channels
from hubbub.services.conversations import Conversations
from hubbub.services.directory import Directory
from hubbub.services.directs import Directs
from hubbub.services.dispatch import Dispatch, Services
from hubbub.services.guests import Guests
from hubbub.services.images import Images
from hubbub.services.installation import Installation
from hubbub.services.invites import Invites
from hubbub.services.lens import Lens
from hubbub.services.logins import Logins
from hubbub.services.members import Members
from hubbub.services.memory import AGE_SECONDS
from hubbub.services.messages import Messages, RecallPolicy
from hubbub.services.people import People
from hubbub.services.pins import Pins
from hubbub.services.preferences import Preferences
from hubbub.services.rates import Rates
from hubbub.services.reactions import Reactions
from hubbub.services.reads import Reads
from hubbub.services.relationships import Relationships
from hubbub.services.roles import Roles
from hubbub.services.server_members import ServerMembers
from hubbub.services.servers import Servers
from hubbub.services.states import ServerStates
from hubbub.services.text_channels import TextChannels
from hubbub.services.webhooks import Webhooks
from hubbub.storage.blobs import FolderBlobs
from hubbub.storage.store import SqliteStore
from hubbub.surfaces import DIALECTS, Surfaces, lensed
from hubbub.system import SystemClock, SystemIds, memory_bytes
from hubbub.transport.address import Addresses
from hubbub.transport.http import Http, health, metrics
from hubbub.transport.metrics import Metrics
from hubbub.transport.origin import Origins
from hubbub.transport.reports import CspReports
from hubbub.transport.server import Server, bind

log = structlog.get_logger("hubbub")

RECHECK_SECONDS = 30.0
LINGER_SECONDS = 2.0

DOUBT = Disconnect(1012, "the database was reopened; reconnect and resume", reconnect=True)


def listen(settings: Settings) -> list[socket.socket]:
    """The main listener, then those of `listen`. Before anything is made on disk; raises `Unstartable`."""
    for _, dialect in settings.listeners:
        if dialect not in DIALECTS:
            known = ", ".join(DIALECTS)
            raise Unstartable(f"There is no dialect {dialect!r} to listen for; there are {known}.")
    main = _bind(settings.host, settings.port, "Choose another --port or set HUBBUB_PORT.")
    hint = "Choose another port in --listen, or set HUBBUB_LISTEN."
    return [main, *(_bind(settings.host, port, hint) for port, _ in settings.listeners)]


def _bind(host: str, port: int, hint: str) -> socket.socket:
    try:
        return bind(host, port)
    except OSError as error:
        number = error.errno or 0
        if number < 0:  # of getaddrinfo
            raise Unstartable(
                f"There is no address for {host!r}. Give --host an address or a name of this machine."
            ) from None
        if number == errno.EADDRNOTAVAIL:
            hint = "This machine does not have that address: choose another --host."
        raise Unstartable(f"Can't listen on {host}:{port}: {os.strerror(number)}. {hint}") from None


def conformance_server(port: int, *, engineio: bool) -> tuple[socket.socket, Server]:
    """For `hubbub conformance`. Raises `Unstartable`."""
    ids = SystemIds(SystemClock(), 0)
    make = conformance.engineio if engineio else conformance.socketio
    return _bind("127.0.0.1", port, "Choose another --port."), make(ids.secret)


class Node:
    """A whole server. Make it inside the running loop. `sources`: where each setting was given (config.py)."""

    def __init__(
        self, settings: Settings, folder: Path, sources: Mapping[str, str] | None = None
    ) -> None:
        self.settings = settings
        self._sources = sources
        self._clock = SystemClock()
        self._ids = SystemIds(self._clock, settings.node)
        # Before the store: nothing has to be undone when the secret is not as it should be.
        self._tokens = JwtTokens(load_keys(folder / "secret"), self._clock)
        self._broker = MemoryBroker()
        self.store = SqliteStore(folder / DATABASE, self._broker.publish, self._on_doubt)
        self._blobs = FolderBlobs(folder / "images")
        self._passwords = Argon2Passwords()
        self.tasks = Tasks()
        self._hub = Hub()
        self._recovery = Recovery(self._clock, self._ids)
        self._directory = Directory(self.store, ServerStates(self.store))
        self._rates = Rates(self._clock, enabled=settings.rate_limits == "on")
        self._logins = self._make_logins()
        is_open = settings.guests == "open"
        self._guests = Guests(self.store, self._rates, self._clock, self._ids, is_open=is_open)
        self._presence = PresenceTracker(
            self._hub,
            self.store,
            self._directory,
            self._broker,
            self.tasks,
            grace=settings.presence_grace_seconds,
        )
        self._viewers = Viewers(
            self._broker, self._clock, self._rates, grace=settings.presence_grace_seconds
        )
        self._lensed = lensed()
        self.services = self._make_services()
        self._receipts = Receipts(self._directory, self.services.reads)
        self._redelivery = Redelivery(self.services.reads, self._clock)
        self._fanout = Fanout(
            self._hub, self._directory.states, self._recovery, self._receipts, self._redelivery
        )
        self.dispatch = Dispatch(self.services, self._rates)
        self.gateway = self._make_gateway()
        self._upkeep = Upkeep(self.gateway, self._recovery, self._clock, self._ids)
        self._broker.subscribe(self._deliver)
        self.surfaces = self._make_surfaces()
        self._servers: list[Server] = []

    # -- parts --------------------------------------------------------------------------------------

    def _make_logins(self) -> Logins:
        return Logins(
            self.store,
            self._tokens,
            self._rates,
            self._clock,
            self._ids,
            access_seconds=self.settings.access_token_seconds,
            refresh_seconds=self.settings.refresh_token_seconds,
        )

    def _make_services(self) -> Services:
        store, directory, clock, ids = self.store, self._directory, self._clock, self._ids
        recall = RecallPolicy(self.settings.recall_by, self.settings.recall_seconds)
        ground = store, directory, clock, ids
        messages = Messages(store, directory, self._rates, clock, ids, recall, self._presence)
        self._images = Images(store, self._blobs, messages, directory, self._rates, ids)
        text_channels = TextChannels(*ground)
        channels = Channels(*ground, text_channels)
        relationships = Relationships(store, self._rates, clock, ids)
        is_open = self.settings.registration == "open"
        parts = self._logins, self._passwords, self._rates, clock, ids
        accounts = Accounts(store, *parts, is_open=is_open)
        told = self.settings, self._sources, store, accounts, clock, self._vitals
        return Services(
            accounts,
            self._logins,
            channels,
            Members(store, directory, clock),
            messages,
            Reactions(store, directory, self._rates),
            Reads(store, directory, self._broker),
            self._presence,
            self._images,
            relationships,
            Servers(*ground),
            Categories(*ground),
            text_channels,
            Roles(*ground),
            ServerMembers(*ground),
            Invites(*ground, self._rates),
            Webhooks(*ground, self._rates),
            Bots(*ground, self._logins, self._rates),
            Pins(store, directory, clock),
            Preferences(store, directory),
            self._guests,
            Directs(store, directory, channels, messages, relationships),
            Conversations(store, directory, channels, messages, self._presence),
            Lens(messages, self._lensed),
            People(store, self._passwords, self._presence),
            Installation(*told),
        )

    def _vitals(self) -> Vitals:
        sizes = self.gateway.sizes()
        return Vitals(sizes["users"], sizes["sessions"], memory_bytes(), self.store.commits)

    def _make_gateway(self) -> Gateway:
        parts = Parts(
            self.store,
            self._directory,
            self.dispatch,
            self._logins,
            self._guests,
            self.services.members,
            self._hub,
            self._fanout,
            self._presence,
            self._viewers,
            self._recovery,
            self._receipts,
            self._redelivery,
            self._clock,
            self._ids,
        )
        return Gateway(parts, capped=self.settings.rate_limits == "on")

    def _make_surfaces(self) -> Surfaces:
        settings = self.settings
        addresses = Addresses(settings.trusted_proxies)
        reports = CspReports(self._rates, addresses)
        counted = Metrics(self.gateway, self._fanout, self.store, reports)
        common = (
            health(self.store.ping, lambda: self.dispatch.draining),
            metrics(counted.page, settings.metrics_token),
            reports.route(),
        )
        origins = Origins(settings.cors_origins, at_home=settings.is_at_home)
        http = Http(self.dispatch, self._logins, self._guests, addresses, origins)
        ground = self._clock, self._ids, common, self._lensed
        return Surfaces(settings, self.gateway, http, addresses, *ground)

    # -- events -------------------------------------------------------------------------------------

    def _deliver(self, publications: Sequence[Publication]) -> None:
        """Memory first: whatever is decided next is decided by what is committed."""
        for publication in publications:
            if (
                type(publication.event) is not MessageSent
            ):  # nearly all are, and nobody remembers those
                self._directory.apply(publication.event)
                self._logins.apply(publication.event)
                self._images.apply(publication.event)
                self._redelivery.apply(publication.event)
                if isinstance(publication.event, MemberJoined | ServerMemberJoined):
                    self._presence.met(publication.event)  # in a task: once all have heard of it
                elif isinstance(publication.event, UserUpdated):
                    self._presence.renamed(publication.event.user)  # as above
        self._fanout.deliver(publications)

    def _on_doubt(self) -> None:
        """What is remembered may not be what is stored: everything starts again from the file."""
        self._directory.forget_all()
        self._logins.forget()
        self.gateway.disconnect_all(DOUBT)

    # -- life ---------------------------------------------------------------------------------------

    async def serve(
        self, listeners: Sequence[socket.socket], on_ready: Callable[[Sequence[str]], None]
    ) -> None:
        """On what `listen` bound, until SIGTERM or SIGINT, then drains. `on_ready` gets the addresses."""
        dialects = [dialect for _, dialect in self.settings.listeners]
        self._servers = [self.surfaces.main(), *map(self.surfaces.of, dialects)]
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        self.tasks.start(self._upkeep.sweep_forever(), "sweep")
        self.tasks.start(self._age_forever(), "age")
        self.tasks.start(self._recheck_forever(), "recheck")
        addresses = [self._address(listener) for listener in listeners]
        if self.settings.guests == "open":
            log.info("guests_are_admitted", setting="guests")
        on_ready(addresses)
        log.info("listening", addresses=addresses, version=__version__)
        pairs = zip(self._servers, listeners, strict=True)
        await asyncio.gather(*(server.serve([listener]) for server, listener in pairs))

    def _address(self, listener: socket.socket) -> str:
        host = self.settings.host
        return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"

    async def _recheck_forever(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            with contextlib.suppress(Refused):  # the database does not answer; the next time it may
                await self.recheck()

    async def recheck(self) -> None:
        """What the command line has changed about people with connections takes effect on these."""
        news = [
            *await self._logins.recheck(self._hub.known()),
            *await self._guests.recheck(self._hub.guests()),
        ]
        if news:
            self._broker.publish(news)

    async def _age_forever(self) -> None:
        while True:
            await asyncio.sleep(AGE_SECONDS)
            self._directory.age_all(self._hub.servers())

    def _stop(self) -> None:
        if not self.dispatch.draining:
            self.dispatch.draining = True
            self.tasks.start(self._drain(), "drain")

    async def _drain(self) -> None:
        """No new work, then what is under way, then goodbye (guarantee G11)."""
        log.info("draining")
        await self._upkeep.drain()
        self.surfaces.drain()
        await self._linger()
        for server in self._servers:
            server.should_exit = True

    async def _linger(self) -> None:
        """For the clients' own close frames: a socket that is closed with unread bytes is reset, and a reset
        would overtake the close frame that says why."""
        deadline = self._clock.monotonic() + LINGER_SECONDS
        states = [server.server_state for server in self._servers]
        while any(state.connections for state in states) and self._clock.monotonic() < deadline:  # noqa: ASYNC110  # see below
            await asyncio.sleep(0.02)  # uvicorn tells nobody when a connection has gone

    async def close(self) -> None:
        """Commits what waits and lets everything go."""
        self._presence.close()
        self._viewers.close()
        self._receipts.close()
        await self._redelivery.close()
        await self.tasks.close()
        await self.store.close()
        await self._blobs.close()
        self._passwords.close()
        log.info("stopped")
