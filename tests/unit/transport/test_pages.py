"""Files that are served: media types, caching, packing, and the page in place of a client that was not built."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from hubbub.transport.pages import lens_pages, web_client

SCRIPT = b"console.log('hello');\n" * 100
PACKED = gzip.compress(SCRIPT)


def _client(folder: Path | None) -> httpx2.AsyncClient:
    app = Starlette(routes=[*web_client(folder), *lens_pages()])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://hubbub")


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    (tmp_path / "assets").mkdir()
    (tmp_path / ".sources").write_text("what it was made of")
    (tmp_path / "index.html").write_text("<!doctype html><title>Hubbub</title>")
    for name in ("sw.js", "icon.svg", "icon-192.png", "manifest.webmanifest", "words.bin"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-1a2b.js.gz").write_bytes(PACKED)
    async with _client(tmp_path) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/icon-192.png", "image/png"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/words.bin", "application/octet-stream"),
        ("/lens", "text/html; charset=utf-8"),
    ],
)
async def test_file_whose_name_stays_is_asked_for_again_each_time(
    client: httpx2.AsyncClient, path: str, media: str
) -> None:
    found = await client.get(path)
    assert (found.status_code, found.headers["content-type"]) == (200, media)
    assert found.headers["cache-control"] == "no-cache"
    assert found.headers["x-content-type-options"] == "nosniff"


async def test_asset_whose_name_says_its_content_is_kept_for_ever(
    client: httpx2.AsyncClient,
) -> None:
    found = await client.get("/assets/index-1a2b.js")
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("*", "gzip"),
        ("br;q=1, GZIP;q=0.5", "gzip"),
        ("identity", None),
        ("gzip;q=0, *;q=1", None),
        ("gzip;q=rubbish", None),
    ],
)
async def test_file_that_was_packed_goes_packed_to_who_takes_it(
    client: httpx2.AsyncClient, accepted: str, encoding: str | None
) -> None:
    found = await client.get("/assets/index-1a2b.js", headers={"accept-encoding": accepted})
    assert found.content == SCRIPT
    assert found.headers.get("content-encoding") == encoding
    assert found.headers["vary"] == "accept-encoding"
    assert int(found.headers["content-length"]) == len(PACKED if encoding else SCRIPT)


@pytest.mark.parametrize("path", ["/", "/assets/index-1a2b.js", "/lens"])
async def test_who_has_the_file_is_told_so_without_it(
    client: httpx2.AsyncClient, path: str
) -> None:
    etag = (await client.get(path)).headers["etag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = await client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = await client.get(path, headers={"if-none-match": '"other"'})
    assert other.status_code == 200


async def test_etags_of_two_files_differ(client: httpx2.AsyncClient) -> None:
    first, second = await client.get("/"), await client.get("/assets/index-1a2b.js")
    assert first.headers["etag"] != second.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/.sources",
        "/assets/index-1a2b.js.gz",
        "/assets/none.js",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/assets//etc/passwd",
        "/c/123",
    ],
)
async def test_what_is_no_file_of_the_client_is_not_there(
    client: httpx2.AsyncClient, path: str
) -> None:
    found = await client.get(path)
    # httpx folds `..` itself; what is then asked for is no file either, as only `/` is the page.
    assert found.status_code == 404


async def test_client_that_was_not_built_is_explained_in_both_languages() -> None:
    async with _client(None) as client:
        found = await client.get("/")
    assert found.status_code == 200
    assert found.text.count("make run") == 2
    assert "服务器" in found.text
    assert "script-src 'self'" in found.headers["content-security-policy"]
