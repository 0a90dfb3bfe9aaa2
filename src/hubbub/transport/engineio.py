"""Engine.IO's paths: long polling by HTTP, and WebSockets that begin or take over a session."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from time import monotonic
from urllib.parse import parse_qs

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hubbub.model.errors import Refused
from hubbub.transport.address import Addresses
from hubbub.transport.body import read_body
from hubbub.transport.origin import Origins
from hubbub.transport.websocket import WebSocket
from hubbub.wire.engine import Engine, Upper
from hubbub.wire.engineio import (
    BAD_METHOD,
    BAD_REQUEST,
    BAD_VERSION,
    FORBIDDEN,
    PROTOCOL,
    UNKNOWN_SID,
    UNKNOWN_TRANSPORT,
    BadRequest,
    Options,
)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
POST_SECONDS = 10.0
FIELDS = 20  # of a query
UNKNOWN_PER_ADDRESS = 20  # sessions of one address that carry nothing yet (G18)
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_TEXT = "text/plain; charset=UTF-8"


class EngineSocket:
    """A WebSocket under a session: what transport/websocket.py hands its messages to."""

    __slots__ = ("_engine", "_socket")

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._engine: Engine | None = None

    def carry(self, engine: Engine) -> None:
        """From now on."""
        self._engine = engine

    def receive(self, payload: bytes, now: float) -> None:
        """A text message."""
        if self._engine is not None:
            self._engine.frame(self._socket, payload, is_binary=False, now=now)

    def receive_binary(self, payload: bytes, now: float) -> None:
        """A binary message."""
        if self._engine is not None:
            self._engine.frame(self._socket, payload, is_binary=True, now=now)

    def pause(self) -> None:
        """The client does not take what is sent."""
        if self._engine is not None and self._engine.socket is self._socket:
            self._engine.pause()

    def resume(self) -> None:
        """It takes it again."""
        if self._engine is not None and self._engine.socket is self._socket:
            self._engine.resume()

    def leave(self, *, clean: bool) -> None:
        """The socket has gone."""
        if self._engine is not None:
            self._engine.detached(self._socket, clean=clean)


class EngineServer:
    """All sessions of one path. `make_upper` says what they carry; `is_open` is asked before a new one."""

    def __init__(
        self,
        make_upper: Callable[[Engine, str], Upper],
        make_sid: Callable[[], str],
        options: Options,
        addresses: Addresses,
        origins: Origins,
        is_open: Callable[[], bool],
        *,
        capped: bool,
    ) -> None:
        self._make_upper = make_upper
        self._make_sid = make_sid
        self._options = options
        self._addresses = addresses
        self._origins = origins
        self._is_open = is_open
        self._capped = capped
        self._engines: dict[str, Engine] = {}
        self._new: dict[str, set[Engine]] = {}
        self._posting: set[Engine] = set()

    # -- sessions -----------------------------------------------------------------------------------

    def _open(self, address: str, socket: WebSocket | None = None) -> Engine:
        engine = Engine(
            self._make_sid(),
            self._options,
            asyncio.get_running_loop(),
            lambda engine: self._make_upper(engine, address),
            self._ended,
            socket,
        )
        self._engines[engine.sid] = engine
        if self._capped:
            self._new.setdefault(address, set()).add(engine)
        return engine

    def _is_full(self, address: str) -> bool:
        new = self._new.get(address, set())
        new -= {engine for engine in new if engine.closed or engine.upper.is_connected}
        if not new:
            self._new.pop(address, None)
        return len(new) >= UNKNOWN_PER_ADDRESS

    def _ended(self, engine: Engine) -> None:
        """A session is over; one more poll may still ask why."""
        if engine.is_owed:
            loop = asyncio.get_running_loop()
            loop.call_later(self._options.ping_timeout, self._engines.pop, engine.sid, None)
        else:
            self._engines.pop(engine.sid, None)

    def close(self, code: int, reason: str) -> None:
        """Ends all sessions: a poll that hangs is answered."""
        for engine in tuple(self._engines.values()):
            engine.close(clean=False, code=code, reason=reason)

    def sizes(self) -> dict[str, int]:
        """What must settle to zero when everybody has gone (T44)."""
        for address in tuple(self._new):
            self._is_full(address)
        return {"engines": len(self._engines), "new_engines": len(self._new)}

    # -- WebSocket ----------------------------------------------------------------------------------

    def admit(self, address: str, query: str) -> HTTPStatus | None:
        """400 for what is no Engine.IO v4, 503 where no more may come in."""
        params = _params(query)
        sid = params.get("sid")
        if params.get("EIO") != PROTOCOL or params.get("transport") != "websocket":
            return HTTPStatus.BAD_REQUEST
        if sid is not None and sid not in self._engines:
            return HTTPStatus.BAD_REQUEST
        if sid is None and (not self._is_open() or self._is_full(address)):
            return HTTPStatus.SERVICE_UNAVAILABLE
        return None

    def connected(self, socket: WebSocket, query: str) -> EngineSocket:
        """A WebSocket that begins a session, or wants to take one over."""
        receiver = EngineSocket(socket)
        sid = _params(query).get("sid")
        if sid is None:
            receiver.carry(self._open(socket.address, socket))
            return receiver
        engine = self._engines.get(sid)
        if engine is not None and engine.probe(socket):
            receiver.carry(engine)
        else:
            socket.end(1008, "the session has its WebSocket already")
        return receiver

    # -- polling ------------------------------------------------------------------------------------

    def route(self, path: str) -> Route:
        """GET and POST of the path."""
        return Route(path, self._endpoint, methods=METHODS)

    async def _endpoint(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except BadRequest as bad:
            body = msgspec.json.encode({"code": bad.code, "message": bad.message})
            status = 403 if bad.code == FORBIDDEN else 400
            return Response(body, status, _HEADERS, "application/json")
        except ClientDisconnect:
            return Response(status_code=400)

    async def _answer(self, request: Request) -> Response:
        params = request.query_params
        if params.get("EIO") != PROTOCOL:
            raise BadRequest(BAD_VERSION)
        if params.get("transport") != "polling":
            raise BadRequest(UNKNOWN_TRANSPORT)
        if not self._origins.allows(request.headers.get("origin"), request.headers.get("host")):
            raise BadRequest(FORBIDDEN)
        engine = self._engine(request)
        if request.method == "GET":
            return await self._poll(engine, request)
        if request.method == "POST":
            return await self._post(engine, request)
        raise BadRequest(BAD_METHOD)

    def _engine(self, request: Request) -> Engine:
        sid = request.query_params.get("sid")
        if sid is not None:
            engine = self._engines.get(sid)
            if engine is None:
                raise BadRequest(UNKNOWN_SID)
            return engine
        if request.method != "GET":
            raise BadRequest(BAD_METHOD)
        address = self._addresses.of(request)
        if not self._is_open() or self._is_full(address):
            raise BadRequest(FORBIDDEN)
        return self._open(address)

    async def _poll(self, engine: Engine, request: Request) -> Response:
        answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def answer(payload: bytes) -> None:
            if not answered.done():
                answered.set_result(payload)

        engine.poll(answer)
        if not answered.done():
            await _until(answered, request)
        if not answered.done():
            engine.cancel(answer)
            raise BadRequest(UNKNOWN_SID)
        return Response(answered.result(), 200, _HEADERS, _TEXT)

    async def _post(self, engine: Engine, request: Request) -> Response:
        if engine in self._posting:  # nobody could tell which of them is first
            engine.close(clean=False)
            raise BadRequest(BAD_REQUEST)
        self._posting.add(engine)
        try:
            body = await read_body(request, self._options.max_payload, POST_SECONDS)
            engine.post(body, monotonic())
            await self._drained(engine)
        except Refused:
            engine.close(clean=False)
            raise BadRequest(BAD_REQUEST) from None
        finally:
            self._posting.discard(engine)
        return Response(b"ok", 200, _HEADERS, "text/html")

    async def _drained(self, engine: Engine) -> None:
        """A client that says more than can be taken waits for its `ok`."""
        if not engine.is_paused:
            return
        flows = asyncio.Event()
        engine.on_resume = flows.set
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POST_SECONDS):
                await flows.wait()


@lru_cache(maxsize=16)  # nearly all ask the same, and each is asked for twice
def _params(query: str) -> Mapping[str, str]:
    try:
        fields = parse_qs(query, max_num_fields=FIELDS)
    except ValueError:  # more than anybody needs
        return {}
    return {name: values[0] for name, values in fields.items()}


async def _until(answered: "asyncio.Future[bytes]", request: Request) -> None:
    """Returns when there is an answer, or the client has gone."""
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((answered, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
