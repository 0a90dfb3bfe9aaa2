"""The page itself: what it loads, what its policy lets through, and what stands there without a build."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import hubbub
from support.browser import DESKTOP, PHONE, Visitor
from support.rest import call
from support.server import RunningServer, running

Visit = Callable[..., Awaitable[Visitor]]
SOURCE = Path(hubbub.__file__).parents[1]
MOUNTED = "() => document.title !== '' && document.querySelector('#app')?.childElementCount > 0"


def reports(server: RunningServer) -> str:
    """The metric's line."""
    lines = call("GET", f"{server.url}/metrics").body.splitlines()
    return str(next(line for line in lines if line.startswith("hubbub_csp_reports_total")))


async def test_page_loads_from_here_alone_and_its_policy_has_nothing_to_report(
    visit: Visit, site: RunningServer
) -> None:
    before = reports(site)
    visitor = await visit()
    await visitor.open()
    await visitor.until(MOUNTED)
    paths = [urlsplit(address).path for address in visitor.requests]
    assert "/" in paths
    assert any(path.startswith("/assets/") for path in paths)
    assert visitor.unexpected() == []
    assert reports(site) == before


async def test_scripts_arrive_packed_and_come_from_the_cache_the_second_time(visit: Visit) -> None:
    visitor = await visit()
    async with visitor.page.expect_response(
        lambda r: "/assets/" in r.url and ".js" in r.url
    ) as info:
        await visitor.open()
    response = await info.value
    assert (await response.all_headers())["content-encoding"] == "gzip"
    await visitor.until(MOUNTED)
    await visitor.page.reload()
    await visitor.until(MOUNTED)
    sizes = "() => performance.getEntriesByType('resource').filter((r) => r.name.includes('/assets/')).map((r) => r.transferSize)"
    assert set(await visitor.page.evaluate(sizes)) == {0}


@pytest.mark.parametrize(
    ("script", "directive"),
    [
        ("document.body.innerHTML = '<b>x</b>'", "require-trusted-types-for"),
        ("trustedTypes.createPolicy('default', { createHTML: (x) => x })", "trusted-types"),
        ("document.body.setAttribute('style', 'color: red')", "style-src-attr"),
        (
            "document.head.append(Object.assign(document.createElement('style'), { textContent: 'b{}' }))",
            "style-src-elem",
        ),
        (
            "document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/x.png' }))",
            "img-src",
        ),
        ("fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src"),
    ],
)
async def test_what_the_policy_forbids_is_stopped_counted_and_a_trouble(
    visit: Visit, site: RunningServer, script: str, directive: str
) -> None:
    """Else the other tests' silence would prove nothing."""
    visitor = await visit()
    await visitor.open()
    before = reports(site)
    is_report = lambda response: response.url.endswith("/csp-reports")  # noqa: E731  # two words
    async with visitor.page.expect_response(is_report) as info:
        await visitor.page.evaluate(f"() => {{ try {{ {script}; }} catch {{ return; }} }}")
    assert (await info.value).status == 204
    assert reports(site) != before
    await visitor.trouble(f"^policy: {directive} ")
    visitor.expect("^(console|elsewhere): ")  # which say the same


async def test_error_of_a_script_is_a_trouble(visit: Visit) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.page.evaluate("() => { setTimeout(() => { throw new Error('broken'); }); }")
    assert await visitor.trouble("^script: .*broken")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_page_without_a_person_has_no_serious_finding_and_no_sideways_scrolling(
    visit: Visit, size: tuple[int, int]
) -> None:
    visitor = await visit(size=size)
    await visitor.open()
    await visitor.until(MOUNTED)
    assert await visitor.axe() == []
    assert await visitor.overflow() == 0


async def test_axe_finds_what_is_wrong(visit: Visit) -> None:
    visitor = await visit()
    await visitor.open()
    await visitor.page.evaluate("() => document.body.append(document.createElement('button'))")
    assert "button-name" in [finding["id"] for finding in await visitor.axe()]


async def test_server_without_a_build_shows_how_to_get_one(visit: Visit, tmp_path: Path) -> None:
    without = shutil.ignore_patterns("web_dist", "__pycache__")
    source = shutil.copytree(SOURCE, tmp_path / "src", ignore=without)
    with running(tmp_path, source=source) as server:
        visitor = await visit(url=server.url)
        page = await visitor.open()
        assert "make run" in await page.inner_text("body")
        assert await page.inner_text("p:lang(zh)")
        assert await visitor.axe() == []
        assert call("GET", f"{server.url}/health").status == 200
        assert "web         " in server.output()
        assert "not built" in server.output()
