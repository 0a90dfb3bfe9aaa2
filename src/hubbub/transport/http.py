"""The HTTP side: every dialect's REST table as Starlette routes, health and metrics."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ExceptionHandler

from hubbub.config import is_loopback
from hubbub.model.commands import Caller
from hubbub.model.entities import Tokens
from hubbub.model.errors import Malformed, Refused, forbidden, invalid, unauthorized, unavailable
from hubbub.model.ids import UserId
from hubbub.model.limits import BODY_BYTES
from hubbub.model.shapes import malformed
from hubbub.services.dispatch import Dispatch
from hubbub.services.guests import Guests
from hubbub.services.logins import Logins
from hubbub.transport.address import Addresses
from hubbub.transport.body import read_body, read_file, read_form, read_image, unwrapped
from hubbub.transport.origin import Origins
from hubbub.wire.fields import user_id
from hubbub.wire.rest import NO_TOKEN, Answer, Args, Operation, RestApi

log = structlog.get_logger("hubbub.http")

UPGRADE = "This is a WebSocket: connect with ws:// or wss://, not with http.\n"
BODY_SECONDS = 10.0
UPLOADS = 4  # at once: each is held in memory, whole
Endpoint = Callable[[Request], Awaitable[Response]]
_ELSEWHERE = (
    "This web page may not act for guests here: its origin must be among the setting cors_origins, and a server that "
    "only this machine reaches must be asked for as localhost."
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


class Http:
    """What REST requests pass through: token, arguments, command, answer."""

    def __init__(
        self,
        dispatch: Dispatch,
        logins: Logins,
        guests: Guests,
        addresses: Addresses,
        origins: Origins,
    ) -> None:
        self._dispatch = dispatch
        self._logins = logins
        self._guests = guests
        self._addresses = addresses
        self.origins = origins
        self._uploads = asyncio.Semaphore(UPLOADS)

    def routes(self, api: RestApi) -> list[Route]:
        """A dialect's table, under each of its prefixes."""
        found: list[Route] = []
        for prefix in api.prefixes:
            for operation in api.operations:
                found += self._route(api, operation, prefix)
        found += [Route(path, _fixed(page), methods=["GET"]) for path, page in api.pages.items()]
        return found

    def _route(self, api: RestApi, operation: Operation, prefix: str) -> list[Route]:
        endpoint = self._endpoint(api, operation)
        path, methods = prefix + operation.path, [operation.method]
        # `@me` is a person by another name: one who does not know their own id.
        own = path.replace("{user_id}", "@me")
        routes = [Route(path, endpoint, methods=methods)]
        return routes if own == path else [Route(own, endpoint, methods=methods), *routes]

    def _endpoint(self, api: RestApi, operation: Operation) -> Endpoint:
        body: msgspec.json.Decoder[object] | None = None
        if operation.body is not None:
            body = msgspec.json.Decoder(operation.body)

        async def endpoint(request: Request) -> Response:
            try:
                caller = await self._caller(api, operation, request)
                args = await self._arguments(operation, body, caller, request)
                if operation.bearer is not None:
                    token = operation.bearer(args.body)
                    caller = await self._logins.authenticate(token, caller.address)
                return _response(
                    api.answer(operation, await self._carry_out(operation, caller, args))
                )
            except Refused as refusal:
                return _response(api.refuse(operation, refusal))
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception:  # the command boundary: logged whole, answered empty
                log.exception("incident", operation=operation.path)
                return _response(api.refuse(operation, unavailable("Something went wrong here.")))

        return endpoint

    async def _carry_out(self, operation: Operation, caller: Caller, args: Args) -> object:
        result = await self._dispatch.handle(caller, operation.command(args))
        if operation.then is not None:
            if isinstance(result, Tokens):  # who has just signed in goes on as themselves
                caller = Caller(caller.address, result.user, result.login_id)
            more = await self._dispatch.handle(caller, operation.then(result, args))
            result = result, more
        return result if operation.view is None else operation.view(result, args)

    async def _caller(self, api: RestApi, operation: Operation, request: Request) -> Caller:
        address = self._addresses.of(request)
        if operation.public:
            if operation.visitors:
                self._require_own_page(request.headers)
            return Caller(address)
        token = api.token(request.headers.get("authorization"), request.query_params)
        claimed = _claimed(operation, request)
        if not token:
            if claimed is None and not operation.visitors:
                raise unauthorized(NO_TOKEN)
            self._require_own_page(request.headers)
            if claimed is None:
                return self._guests.visitor(address)
            return await self._guests.claim(address, claimed)
        caller = await self._logins.authenticate(token, address)
        if claimed not in (None, caller.user_id):
            raise unauthorized("The token is another user's.")
        return caller

    def _require_own_page(self, given: Mapping[str, str]) -> None:
        """Who shows no token is believed: any page could speak for a guest (threat S23)."""
        page = given.get("origin"), given.get("host"), given.get("sec-fetch-site")
        if not self.origins.allows_page(*page):
            raise forbidden(_ELSEWHERE)

    async def _arguments(
        self,
        operation: Operation,
        decoder: "msgspec.json.Decoder[object] | None",
        caller: Caller,
        request: Request,
    ) -> Args:
        path = dict(request.path_params)
        if caller.user is not None and "{user_id}" in operation.path:
            path.setdefault("user_id", str(caller.user.id))
        query = None if operation.query is None else _query(operation.query, request.query_params)
        body: object = None
        if operation.upload:
            async with self._uploads:
                body = await read_file(request, operation.upload)
        elif operation.images:
            async with self._uploads:
                body = await read_image(request)
        elif operation.body is not None and decoder is not None:
            body = await self._read(operation, operation.body, decoder, request)
        label = request.headers.get("user-agent", "")[:200]
        return Args(path, query, body, label, None if caller.user is None else caller.user.id)

    async def _read(
        self,
        operation: Operation,
        kind: type,
        decoder: "msgspec.json.Decoder[object]",
        request: Request,
    ) -> object:
        if operation.form:
            payload, fields = await read_form(request, BODY_BYTES, BODY_SECONDS)
            if fields is not None:
                return _query(kind, fields)
        else:
            payload = await read_body(request, BODY_BYTES, BODY_SECONDS)
        if operation.payload:
            payload = unwrapped(request, payload, operation.payload)
        return _body(operation, decoder, payload)


def _claimed(operation: Operation, request: Request) -> UserId | None:
    """Whom the query says who asks is, where a dialect asks it; raises `Refused`."""
    given = request.query_params.get(operation.claim) if operation.claim else None
    return None if given is None else user_id(given, operation.claim)


def _query(kind: type, given: Mapping[str, str]) -> object:
    """Only the parameters that the operation has; where a token may stand there too, it is not one."""
    known = {k: v for k, v in given.items() if k != "accesstoken"}
    try:
        return msgspec.convert(known, kind, strict=False)
    except msgspec.ValidationError as error:
        raise malformed(error, kind) from None


def _body(operation: Operation, decoder: "msgspec.json.Decoder[object]", payload: bytes) -> object:
    if not payload and operation.body_optional:
        return None
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        raise malformed(error, decoder.type) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"The body is not JSON: {error}") from None
    except RecursionError:
        raise invalid("body", "it is nested too deeply") from None


def _response(answer: Answer) -> Response:
    headers = _HEADERS | dict(answer.headers)
    media = None if answer.status == 204 else answer.media_type
    return Response(answer.body, answer.status, headers, media)


def _fixed(page: Callable[[], Answer]) -> Endpoint:
    async def endpoint(_request: Request) -> Response:
        return _response(page())

    return endpoint


def health(ping: Callable[[], Awaitable[None]], is_draining: Callable[[], bool]) -> Route:
    """`GET /health`: 200 only when the store answers and new work is taken."""

    async def endpoint(_request: Request) -> Response:
        if is_draining():
            return Response(b'{"status":"draining"}', 503, _HEADERS, "application/json")
        try:
            async with asyncio.timeout(2):
                await ping()
        except (TimeoutError, Refused):
            return Response(b'{"status":"no database"}', 503, _HEADERS, "application/json")
        return Response(b'{"status":"ok"}', 200, _HEADERS, "application/json")

    return Route("/health", endpoint)


def metrics(page: Callable[[], bytes], token: str) -> Route:
    """`GET /metrics`: for loopback, or with the token."""

    async def endpoint(request: Request) -> Response:
        if not _may_measure(request, token):
            return Response(b"metrics are for loopback, or with metrics_token\n", 403, _HEADERS)
        media = "text/plain; version=0.0.4; charset=utf-8"
        return Response(page(), 200, _HEADERS, media)

    return Route("/metrics", endpoint)


def _may_measure(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    # What a proxy hands on comes from loopback too; only the proxy knows from where it had it.
    proxied = any(h in request.headers for h in ("x-forwarded-for", "forwarded", "via"))
    peer = request.client.host if request.client else ""
    return is_loopback(peer) and not proxied


def websocket_only(path: str, text: str = UPGRADE) -> Route:
    """A plain request to where WebSockets are spoken: 426 (RFC 9110 §15.5.22)."""
    headers = _HEADERS | {"upgrade": "websocket", "connection": "upgrade"}

    async def endpoint(_request: Request) -> Response:
        return Response(text, 426, headers, "text/plain")

    return Route(path, endpoint)


async def _unknown(request: Request, error: Exception) -> Response:
    """What is no route at all, in RFC 9457's form: which dialect was meant, nobody can tell."""
    status = getattr(error, "status_code", 404)
    there = "" if status == 404 else ", ".join(_methods(request))
    detail = f"There is no {request.method} {request.url.path[:200]}"
    detail += f"; there is {there}." if there else "."
    title = "Not found" if status == 404 else "Method not allowed"
    code = "not_found" if status == 404 else "invalid"
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "message": detail,  # where clients of Mew look for it
    }
    headers = _HEADERS | ({"allow": there} if there else {})
    return Response(msgspec.json.encode(problem), status, headers, "application/problem+json")


def _methods(request: Request) -> list[str]:
    """Those of all routes of the path: each method is a route of its own."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    found = [route for route in routes if route.path_regex.match(request.url.path)]
    return sorted({method for route in found for method in route.methods or ()})


# Where people and tools look first for what an API offers.
_GUESSES = {"/": "/api/v1/docs", "/docs": "/api/v1/docs", "/openapi.json": "/api/v1/openapi.json"}


def _redirect(path: str, target: str) -> Route:
    async def endpoint(_request: Request) -> Response:
        return RedirectResponse(target, 307, _HEADERS)

    return Route(path, endpoint, methods=["GET"])


def application(
    routes: Sequence[Route], cors_origins: Sequence[str], *, has_docs: bool = False
) -> Starlette:
    """Everything that is not a WebSocket. `has_docs`: native's documentation is found."""
    middleware: list[Middleware] = []
    if cors_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(cors_origins),
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["authorization", "content-type"],
                expose_headers=["retry-after"],
            )
        )
    guesses = [_redirect(*guess) for guess in _GUESSES.items()] if has_docs else []
    everything = [*routes, *guesses]
    unknown: dict[int | type[Exception], ExceptionHandler] = {404: _unknown, 405: _unknown}
    return Starlette(routes=everything, middleware=middleware, exception_handlers=unknown)
