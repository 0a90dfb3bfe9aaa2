"""Every page and dialog of the client, and how one gets there: for tests and pictures that look at all of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from playwright.async_api import Error, Locator, Page

from support.browser import Visitor
from support.town import Town

HOME: Final = "/people/friends"
NARROW_HOME: Final = "/"
MENU: Final = "[role=menu]:popover-open"
PICKER: Final = "[role=dialog]:popover-open .grid button"
Role = Literal["button", "menuitem", "link", "article"]
# The place that the address names is there with the focus, and nothing in it is still being loaded.
_SETTLED: Final = """([route, mark]) => {
  const main = document.querySelector('main');
  const waits = [...(main?.querySelectorAll('[role=status]') ?? [])].some((one) => /^(Loading|正在加载)/.test(one.textContent.trim()));
  const isThere = location.hash === `#${route}` && main !== null && document.querySelector(mark) !== null;
  return isThere && !waits && document.activeElement !== document.body;
}"""


@dataclass(frozen=True)
class Step:
    """A press on what has this role, and this name in English or in Chinese. `key`: a key instead."""

    role: Role
    english: str
    chinese: str
    key: str = ""

    def on(self, page: Page | Locator) -> Locator:
        """Where it is; the last one, which is the newest of messages."""
        name = re.compile(f"^(?:{self.english}|{self.chinese})")
        return page.get_by_role(self.role, name=name).last


def button(english: str, chinese: str) -> Step:
    return Step("button", english, chinese)


def item(english: str, chinese: str) -> Step:
    return Step("menuitem", english, chinese)


def key(combination: str) -> Step:
    return Step("button", "", "", combination)


@dataclass(frozen=True)
class Look:
    """A page, and what is opened on it. `mark` finds what shows that the page is there, `opens` what the steps lead to."""

    name: str
    route: str
    mark: str
    steps: tuple[Step, ...] = ()
    opens: str = "dialog[open]"


def current(route: str) -> str:
    """A mark: the link to the route says that one is there."""
    return f'[aria-current="page"][href="#{route}"]'


def pages(town: Town) -> Iterator[Look]:
    """All pages that a member, owner and administrator has."""
    garden = f"/s/{town.server['id']}/settings"
    planting, group = f"/c/{town.channels['planting']}", f"/c/{town.kitchen}"
    sections = {
        "/people": ("friends", "requests", "blocked", "find"),
        "/settings": (
            *("profile", "account", "devices", "notifications", "look", "bots", "about"),
        ),
        "/admin": ("people", "figures", "settings"),
        garden: (
            *("overview", "channels", "roles", "members", "invites", "bans", "webhooks", "audit"),
        ),
        f"{planting}/settings": ("overview", "permissions", "webhooks", "notify"),
        f"{group}/settings": ("overview", "members", "requests", "bans", "notify"),
        f"/c/{town.direct}/settings": ("notify",),
        "/c/0/settings": ("notify",),
    }
    for place, names in sections.items():
        for name in names:
            route = f"{place}/{name}"
            yield Look(route, route, current(route))
    for channel in (town.channels["planting"], town.reading, town.kitchen, town.direct):
        yield Look(f"/c/{channel}", f"/c/{channel}", "main article")
    yield Look("lobby", "/c/0", "main textarea")
    yield Look("empty channel", f"/c/{town.channels['tools']}", "main textarea")
    role = f"{garden}/roles"
    yield Look("role", role, current(role), (Step("link", "Keepers", "Keepers"),), "main fieldset")
    yield Look("invite", f"/invite/{town.invite}", "main h1")
    yield Look("nowhere", "/nothing/here", "main h1")
    yield Look("channel that is not there", "/c/1", "main h1")
    yield Look("claim", "/claim", "main h1")
    yield Look("start", "/people", "main h1")


def dialogs(town: Town, home: str = HOME) -> Iterator[Look]:
    """What is opened on pages: menus, dialogs, pickers, editing. `home` is a page with the sidebar."""
    add = button("New, or join", "新建或加入")
    me = button("Account ", "账号")
    yield from (
        Look("switcher", home, "nav li a", (key("Control+k"),)),
        Look("shortcuts", home, "nav li a", (key("Control+/"),)),
        Look("menu to add", home, "nav li a", (add,), MENU),
        Look("new direct", home, "nav li a", (add, item("Write to", "给某人"))),
        Look("new group", home, "nav li a", (add, item("New group", "新建群组"))),
        Look("new server", home, "nav li a", (add, item("New server", "新建服务器"))),
        Look("join by link", home, "nav li a", (add, item("Join by", "通过邀请"))),
        Look("find groups", home, "nav li a", (add, item("Find open", "查找公开"))),
        Look("account menu", home, "nav li a", (me,), MENU),
        Look("another account", home, "nav li a", (me, item("Sign in with", "登录另一个"))),
        Look("sign out", home, "nav li a", (me, item("Sign out", "退出登录"))),
    )
    server = button("Menu of Hillside", "Hillside Garden的菜单")
    yield Look("invite people", home, "nav li a", (server, item("Invite people", "邀请他人")))
    make = (server, item("New channel", "新建频道"))
    yield Look("new channel by the menu", home, "nav li a", make)
    more = button("More about Teo", "(?:关于|.*)Teo")
    friends = "/people/friends"
    yield Look("person card", friends, current(friends), (more,))
    yield from _chat(town, narrow=home != HOME)
    yield from _settings(town)


def _tool(english: str, chinese: str, *, narrow: bool) -> tuple[Step, ...]:
    """Of the channel's head; on a phone they are in its menu."""
    menu = button("This channel", "此频道")
    return (menu, item(english, chinese)) if narrow else (button(english, chinese),)


def _chat(town: Town, *, narrow: bool) -> Iterator[Look]:
    route = f"/c/{town.kitchen}"
    mark = "main article"
    last = Step("article", "Mara", "Mara")
    again = button("More", "更多")
    yield from (
        Look("pins", route, mark, _tool("Pinned messages", "置顶消息", narrow=narrow)),
        Look("date", route, mark, _tool("Jump to a date", "跳转到日期", narrow=narrow)),
        Look("emoji", route, mark, (button("Insert an emoji", "插入表情"),), PICKER),
        Look("message with actions", route, mark, (last,), "main [data-row] [role=group] button"),
        Look("message menu", route, mark, (last, again), MENU),
        Look("reaction", route, mark, (last, button("Add a reaction", "添加回应")), PICKER),
        Look("reply", route, mark, (last, button("Reply$", "回复$")), "main textarea:focus"),
        Look("edit", route, mark, (last, button("Edit$", "编辑$")), ".edit textarea:focus"),
        Look("recall", route, mark, (last, again, item("Recall", "撤回"))),
    )


def _settings(town: Town) -> Iterator[Look]:
    garden = f"/s/{town.server['id']}/settings"
    at = {
        name: f"{garden}/{name}" for name in ("overview", "channels", "members", "invites", "bans")
    }
    admin, devices = "/admin/people", "/settings/devices"
    teo = button("More about Teo", "(?:关于|.*)Teo")
    yield from (
        Look("new channel", at["channels"], "main", (button("New channel", "新建频道"),)),
        Look("new category", at["channels"], "main", (button("New category", "新建分类"),)),
        Look("member", at["members"], "main", (teo, item("Roles and", ".*身份组"))),
        Look("kick", at["members"], "main", (teo, item("Kick", "踢出|移出"))),
        Look("lift a ban", at["bans"], "main", (button("Lift the ban", "解除"),)),
        Look("password", admin, "main", (teo, item("Set a new", "设置新"))),
        Look("disable", admin, "main", (teo, item("Disable", "停用|禁用"))),
        Look("end sessions", devices, "main", (button("Sign out everywhere", "在所有设备"),)),
    )


async def look(visitor: Visitor, wanted: Look) -> None:
    """Goes there by the address, without loading the page anew, and opens what is to be opened."""
    page = visitor.page
    try:
        await page.evaluate("(route) => { location.hash = `#${route}`; }", wanted.route)
        await visitor.until(_SETTLED, [wanted.route, wanted.mark])
        for step in wanted.steps:
            await press(page, step)
        if wanted.steps:
            await page.locator(wanted.opens).first.wait_for()
    except Error as error:
        raise AssertionError(f"{wanted.name} does not open: {error}") from error


async def press(page: Page, step: Step) -> None:
    """By the keyboard: what is only there while one points at it is there for the focus as well."""
    if step.key:
        await page.keyboard.press(step.key)
        return
    found = step.on(page)
    if step.role == "menuitem":
        # A menu takes the focus to its first item when it has opened, which may be a moment later.
        await page.locator(":popover-open :focus").wait_for()
    await found.focus()
    if step.role != "article":
        await page.keyboard.press("Enter")


async def close(page: Page) -> None:
    """Closes what `look` has opened."""
    open_ones = page.locator("dialog[open], :popover-open, main .edit")
    for _ in range(await open_ones.count()):
        await page.keyboard.press("Escape")
