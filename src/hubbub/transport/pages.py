"""Pages with scripts: files of this package, from here alone, and loading nothing from elsewhere.

They are read once, at the start; what a build has packed (`name.gz` beside `name`) is sent packed to who takes it.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hubbub.transport.reports import REPORTS_PATH

_MEDIA: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
_BINARY: Final = "application/octet-stream"
_SEALED: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    # All browsers know it and send at once; with `report-to` they wait, and only where there is TLS.
    f"report-uri {REPORTS_PATH}; require-trusted-types-for 'script'; "
)
# Trusted Types: not even the page's own scripts can make markup out of a message.
_LENS_POLICY: Final = _SEALED + "img-src 'self'; trusted-types 'none'"
# The policies are Svelte's own templates, what the sanitiser has cleaned, and the address of the service worker.
_CLIENT_POLICY: Final = _SEALED + (
    "img-src 'self' blob:; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "trusted-types svelte-trusted-html dompurify hubbub"
)
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ASK_AGAIN: Final = "no-cache"
_FOR_EVER: Final = "public, max-age=31536000, immutable"  # their names change with their content
_ASSETS: Final = "assets/"
_NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Hubbub</title>
<link rel="icon" href="/lens/icon.svg" type="image/svg+xml">
<h1>Hubbub</h1>
<p>The server runs, but its web client was not built. In a copy of the repository, <code>make run</code> builds it, which
needs Node.js 20 or newer with npm; a wheel has it built in. Then start the server again.</p>
<p lang="zh">服务器正在运行，但网页客户端尚未构建。在代码仓库中执行 <code>make run</code> 即可构建，需要 Node.js 20
或更高版本及 npm；wheel 安装包已内置。之后请重新启动服务器。</p>
<p><a href="/api/v1/docs">API</a> · <a href="/lens">Lens</a></p>
</html>
"""

Endpoint = Callable[[Request], Awaitable[Response]]


class File(msgspec.Struct, frozen=True):
    """What a path answers: the bytes as they are, and packed with gzip where that exists."""

    plain: bytes
    packed: bytes | None
    headers: Mapping[str, str]

    def answer(self, request: Request) -> Response:
        """200 with the body, or 304 for who has it already."""
        headers = dict(self.headers)
        if _has(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(None, 304, headers)
        if self.packed is not None and _takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(self.packed, 200, headers | {"content-encoding": "gzip"})
        return Response(self.plain, 200, headers)


def lens_pages() -> list[Route]:
    """`/lens` and what it loads."""
    found = _files(files("hubbub.transport") / "lens", _LENS_POLICY)
    paths = {"/lens" if name == "index.html" else f"/lens/{name}": file for name, file in found}
    return [_route(path, file) for path, file in paths.items()]


def client_folder() -> Traversable | None:
    """Where the web client is; None if it was not built."""
    folder = files("hubbub") / "web_dist"
    return folder if (folder / "index.html").is_file() else None


def web_client(folder: Traversable | None) -> list[Route]:
    """`/` and what it loads; without a folder a page that says how to get one."""
    if folder is None:
        return [_route("/", _file("index.html", _NOT_BUILT.encode(), None, _CLIENT_POLICY))]
    found = dict(_files(folder, _CLIENT_POLICY))
    assets = {name: file for name, file in found.items() if name.startswith(_ASSETS)}
    others = {name: file for name, file in found.items() if name not in assets}
    paths = {"/" if name == "index.html" else f"/{name}": file for name, file in others.items()}
    routes = [_route(path, file) for path, file in paths.items()]
    # One route for all: each request to the API passes by every route.
    return [*routes, Route(f"/{_ASSETS}{{name:path}}", _any_of(assets), methods=["GET"])]


def _files(folder: Traversable, policy: str, prefix: str = "") -> Iterator[tuple[str, File]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = prefix + entry.name
        if entry.name.startswith(".") or entry.name.endswith(".gz"):
            continue
        if entry.is_dir():
            yield from _files(entry, policy, f"{name}/")
        else:
            yield name, _file(name, entry.read_bytes(), _packed(folder, entry.name), policy)


def _packed(folder: Traversable, name: str) -> bytes | None:
    beside = folder / f"{name}.gz"
    return beside.read_bytes() if beside.is_file() else None


def _file(name: str, plain: bytes, packed: bytes | None, policy: str) -> File:
    varies = {} if packed is None else {"vary": "accept-encoding"}
    headers = _HEADERS | {
        "content-type": _MEDIA.get(name.rpartition(".")[2], _BINARY),
        "content-security-policy": policy,
        "cache-control": _FOR_EVER if name.startswith(_ASSETS) else _ASK_AGAIN,
        # Weak: packed or not, it means the same.
        "etag": f'W/"{hashlib.sha256(plain).hexdigest()[:24]}"',
    }
    return File(plain, packed, headers | varies)


def _route(path: str, file: File) -> Route:
    async def endpoint(request: Request) -> Response:
        return file.answer(request)

    return Route(path, endpoint, methods=["GET"])


def _any_of(assets: Mapping[str, File]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        file = assets.get(_ASSETS + request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        return file.answer(request)

    return endpoint


def _has(if_none_match: str, etag: str) -> bool:
    """RFC 9110 §13.1.2, by the weak comparison."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def _takes_gzip(accept_encoding: str) -> bool:
    """RFC 9110 §12.5.3: named, or anything, and not by a weight of zero."""
    weights = dict(_weights(accept_encoding))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weights(header: str) -> Iterator[tuple[str, float]]:
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        try:
            yield name.strip(), float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            yield name.strip(), 0.0
