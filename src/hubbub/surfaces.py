"""What each listener speaks (docs/design.md §5): with bootstrap.py the only files that name concrete classes.

The main listener has everything, each dialect under its own name where their paths clash. `--listen PORT=dialect`
adds one whose root belongs to one dialect, on the port and the paths that its clients expect.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.routing import Route

from hubbub.config import Settings
from hubbub.dialects.channelchat import (
    ORIGINAL_OPERATIONS,
    SEED_OPERATIONS,
    ChannelChatDialect,
    ChannelChatRest,
)
from hubbub.dialects.chatgroup import ChatGroup, ChatGroupRest
from hubbub.dialects.lens import LensDialect
from hubbub.dialects.mew import MewDialect, MewRest
from hubbub.dialects.mutiperson import LobbyDialect, MutiPersonDialect, MutiPersonRest
from hubbub.dialects.native import NativeDialect, NativeRest
from hubbub.dialects.native.page import PAGES
from hubbub.dialects.studybuddy import (
    ACCOUNT_OPERATIONS,
    MESSAGE_OPERATIONS,
    StudyBuddyDialect,
    StudyBuddyRest,
)
from hubbub.gateway.gateway import Gateway
from hubbub.ports.clock import Clock
from hubbub.ports.dialect import Dialect
from hubbub.ports.ids import IdSource
from hubbub.transport.address import Addresses
from hubbub.transport.engineio import EngineServer
from hubbub.transport.http import UPGRADE, Http, application, websocket_only
from hubbub.transport.pages import client_folder, lens_pages, web_client
from hubbub.transport.server import Server, server
from hubbub.transport.socketio import GatewayNamespaces, Namespace
from hubbub.transport.upgrade import Door
from hubbub.wire.engine import Engine
from hubbub.wire.engineio import Options
from hubbub.wire.namespaces import Client
from hubbub.wire.rest import RestApi

SOCKET_IO: Final = "/socket.io/"
DIALECTS: Final = (
    "native",
    "channelchat",
    "chatgroup",
    "mew",
    "studybuddy",
    "mutiperson",
)  # what may stand behind `--listen PORT=`
_WITH_TOKEN: Final = "/channelchat/api/v1/ws"  # noqa: S105  # a path; the token is in its query


def lensed() -> Mapping[str, Dialect]:
    """What the lens renders with, by label: every dialect of DIALECTS, one with several wordings several times."""
    return {
        "native": NativeDialect(),
        "channelchat": ChannelChatDialect(),
        "chatgroup": ChatGroup("/").plain,
        "mew": MewDialect("/"),
        "studybuddy": StudyBuddyDialect(),
        "mutiperson": MutiPersonDialect(),
        "mutiperson, first stage": LobbyDialect(),
    }


class Surface(msgspec.Struct, frozen=True):
    """The paths of one listener. `by_token`: WebSockets whose address carries the token. `upgrade`: what a plain
    request to a WebSocket is told. `anywhere`: what WebSockets on all other paths speak. `pages`: files that are served."""

    apis: Sequence[RestApi]
    sockets: Mapping[str, Sequence[Dialect]] = {}
    by_token: frozenset[str] = frozenset()
    namespaces: Mapping[str, Namespace] = {}
    upgrade: str = UPGRADE
    anywhere: Sequence[Dialect] = ()
    pages: Sequence[Route] = ()


class Surfaces:
    """`common` are the routes of every listener: health, metrics, reports of pages."""

    def __init__(
        self,
        settings: Settings,
        gateway: Gateway,
        http: Http,
        addresses: Addresses,
        clock: Clock,
        ids: IdSource,
        common: Sequence[Route],
        lensed: Mapping[str, Dialect],
    ) -> None:
        self._settings = settings
        self._gateway = gateway
        self._http = http
        self._addresses = addresses
        self._clock = clock
        self._ids = ids
        self._common = common
        self._origins = http.origins
        self._engines: list[EngineServer] = []
        self._native = NativeDialect(settings.heartbeat_seconds)
        self._lens = LensDialect(lensed, settings.heartbeat_seconds)
        self._channelchat = ChannelChatDialect(settings.channelchat_heartbeat_seconds)
        self._studybuddy = StudyBuddyDialect()
        self._mutiperson = (MutiPersonDialect(), LobbyDialect())
        # One of each, wherever it is heard: who shares a dialect shares its frames.
        chatgroup, mew = ChatGroup("/"), MewDialect("/")
        own_chatgroup = {"/chatgroup": Namespace(spoken=ChatGroup("/chatgroup"))}
        own_mew = {"/mew": Namespace(MewDialect("/mew"))}
        self._chatgroup = {"/": Namespace(spoken=chatgroup), **own_chatgroup}
        self._mew = {"/": Namespace(mew), **own_mew}
        self._both = {"/": Namespace(mew, chatgroup), **own_mew, **own_chatgroup}

    def main(self) -> Server:
        """The listener of everything."""
        channelchat, studybuddy = self._channelchat, self._studybuddy
        by_first_frame = (channelchat, studybuddy, *self._mutiperson)
        return self._serve(
            Surface(
                (
                    self._native_rest(),
                    ChannelChatRest(("", "/channelchat"), SEED_OPERATIONS),
                    ChannelChatRest(("/channelchat",), ORIGINAL_OPERATIONS),
                    ChatGroupRest(("/chatgroup/api",), self._clock),
                    self._mew_rest(),
                    *_studybuddy_rest("/studybuddy/api"),
                    MutiPersonRest(("/ws", "/mutiperson/ws")),
                ),
                {
                    "/gateway": (self._native,),
                    "/lens/tap": (self._lens,),
                    "/ws": by_first_frame,
                    "/": by_first_frame,
                    "/studybuddy/ws": (studybuddy,),
                    "/mutiperson": self._mutiperson,
                    "/mutiperson/ws": self._mutiperson,
                    "/channelchat/ws": (channelchat,),
                    _WITH_TOKEN: (channelchat,),
                },
                frozenset({_WITH_TOKEN}),
                self._both,
                pages=(*lens_pages(), *web_client(client_folder())),
            )
        )

    def of(self, dialect: str) -> Server:
        """The listener of one dialect."""
        surfaces = (
            self._of_native,
            self._of_channelchat,
            self._of_chatgroup,
            self._of_mew,
            self._of_studybuddy,
            self._of_mutiperson,
        )
        named = dict(zip(DIALECTS, surfaces, strict=True))
        return self._serve(named[dialect]())

    def _of_native(self) -> Surface:
        sockets = {"/gateway": (self._native,), "/lens/tap": (self._lens,)}
        return Surface((self._native_rest(),), sockets, pages=lens_pages())

    def _of_channelchat(self) -> Surface:
        mine = (self._channelchat,)
        operations = (*SEED_OPERATIONS, *ORIGINAL_OPERATIONS)
        sockets = dict.fromkeys(("/ws", "/", "/api/v1/ws"), mine)
        # Images say where they are, and that is where they are on every listener.
        apis = ChannelChatRest(("", "/channelchat"), operations)
        return Surface((apis,), sockets, frozenset({"/api/v1/ws"}))

    def _of_chatgroup(self) -> Surface:
        apis = (ChatGroupRest(("/api", "/chatgroup/api"), self._clock),)
        return Surface(apis, namespaces=self._chatgroup)

    def _of_mew(self) -> Surface:
        return Surface((self._mew_rest(),), namespaces=self._mew)

    def _of_studybuddy(self) -> Surface:
        apis = _studybuddy_rest("/api", "/studybuddy/api")
        return Surface(apis, {"/ws": (self._studybuddy,)}, upgrade="Expected Upgrade: websocket")

    def _of_mutiperson(self) -> Surface:
        return Surface((MutiPersonRest(("/ws", "/mutiperson/ws")),), anywhere=self._mutiperson)

    def _native_rest(self) -> NativeRest:
        return NativeRest(PAGES, self._clock)

    def _mew_rest(self) -> MewRest:
        return MewRest(("/api", "/mew/api"), is_open=self._settings.registration == "open")

    # -- a listener ---------------------------------------------------------------------------------

    def _serve(self, surface: Surface) -> Server:
        routes = [route for api in surface.apis for route in self._http.routes(api)]
        routes += [*self._common, *surface.pages]
        engines: dict[str, EngineServer] = {}
        if surface.namespaces:
            engine = self._engine(surface.namespaces)
            engines = {SOCKET_IO: engine, SOCKET_IO.rstrip("/"): engine}
            routes += [engine.route(path) for path in engines]
        door = Door(
            self._gateway,
            self._origins,
            surface.sockets,
            surface.by_token,
            engines,
            surface.anywhere,
        )
        routes += [websocket_only(path, surface.upgrade) for path in door.paths if path != "/"]
        has_docs = any(isinstance(api, NativeRest) for api in surface.apis)
        app = application(routes, self._settings.cors_origins, has_docs=has_docs)
        return server(app, door, self._addresses)

    def _engine(self, namespaces: Mapping[str, Namespace]) -> EngineServer:
        entered = GatewayNamespaces(self._gateway, self._ids, namespaces)

        def client(engine: Engine, address: str) -> Client:
            return Client(engine, entered, address)

        engine = EngineServer(
            client,
            self._ids.secret,
            Options(),
            self._addresses,
            self._origins,
            lambda: not self._gateway.dispatch.draining,
            capped=self._settings.rate_limits == "on",
        )
        self._engines.append(engine)
        return engine

    def drain(self) -> None:
        """Ends what carries no session of the gateway, which has said goodbye to its own."""
        for engine in self._engines:
            engine.close(1001, "draining")

    def sizes(self) -> dict[str, int]:
        """What must settle to zero when everybody has gone (T44)."""
        sizes = [engine.sizes() for engine in self._engines]
        return {name: sum(size[name] for size in sizes) for name in sizes[0]}


def _studybuddy_rest(*prefixes: str) -> tuple[RestApi, ...]:
    """The seed's part at the root too, where the client of the seed's time looks for it."""
    return (
        StudyBuddyRest(("", *prefixes), MESSAGE_OPERATIONS),
        StudyBuddyRest(prefixes, ACCOUNT_OPERATIONS, ("/messages", *prefixes)),
    )
