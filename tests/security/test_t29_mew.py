"""T29 for Mew: role × route, as in native; what the socket refuses is what REST refuses."""

import pytest

from hubbub.dialects.mew.routes import OPERATIONS
from security.mew_matrix import BY_CODE, COVERED, IN_CHANNELS, IN_SERVER, ROWS
from security.server_matrix import CAST, OUTSIDE, Row
from security.server_scene import UNKNOWN, Guild, Guilds, fill
from security.test_t29_servers import STATUS
from support.rest import Answer, call
from support.server import RunningServer
from support.sockets import Mew


def _hex(text: str) -> str:
    """An id as Mew writes it; a code or a token as it is."""
    return f"{int(text):024x}" if text.isdigit() else text


def _ask(guilds: Guilds, guild: Guild, role: str, row: Row, **other: str) -> Answer:
    names = {name: _hex(value) for name, value in guild.ids.items()}
    names |= {"emoji": "👍", "bot_id": _hex(guilds.bots[role]), "person_id": names["user_id"]}
    names |= {name: names[real] for name, real in row.names.items()}
    names |= {name: _hex(value) for name, value in other.items()}
    person = guild.cast[role]
    url = f"{person.url}/api{row.path.format(**names)}"
    return call(row.method, url, fill(row.body, names), person.token)


def test_t29_every_operation_of_mew_has_a_row() -> None:
    missing = {(o.method, o.path) for o in OPERATIONS} - COVERED
    assert {(m, p) for m, p in missing if not p.startswith("/users/@me")} == set()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_t29_answer_to_every_role_is_the_tables(guilds: Guilds, settled: Guild, row: Row) -> None:
    wrong = []
    for role, mark in zip(CAST, row.answers, strict=True):
        if row.method != "GET" and mark == "2":
            with guilds.guild() as guild:
                found = _ask(guilds, guild, role, row)
        else:
            found = _ask(guilds, settled, role, row)
        if found.status not in STATUS[mark]:
            wrong.append((role, mark, found.status, found.body))
    assert wrong == []


@pytest.mark.parametrize("row", IN_SERVER, ids=str)
def test_t29_hidden_and_absent_servers_get_one_answer(
    guilds: Guilds, settled: Guild, row: Row
) -> None:
    name = "category_id" if row.path.startswith("/categories") else "server_id"
    for role in OUTSIDE:
        hidden = _ask(guilds, settled, role, row)
        absent = _ask(guilds, settled, role, row, **{name: UNKNOWN})
        assert (hidden.status, hidden.body) == (absent.status, absent.body), role


@pytest.mark.parametrize("row", IN_CHANNELS, ids=str)
def test_t29_hidden_and_absent_channels_get_one_answer(
    guilds: Guilds, settled: Guild, row: Row
) -> None:
    for role in (*OUTSIDE, "blind"):
        hidden = _ask(guilds, settled, role, row)
        absent = _ask(guilds, settled, role, row, channel_id=UNKNOWN)
        assert (hidden.status, hidden.body) == (absent.status, absent.body), role


@pytest.mark.parametrize("row", [r for r in IN_CHANNELS if r.path.startswith("/servers")], ids=str)
def test_t29_channel_under_another_server_is_as_absent(
    guilds: Guilds, settled: Guild, elsewhere: Guild, row: Row
) -> None:
    server_id = elsewhere.ids["server_id"]
    foreign = _ask(guilds, settled, "owner", row, server_id=server_id)
    absent = _ask(guilds, settled, "owner", row, server_id=server_id, channel_id=UNKNOWN)
    assert (foreign.status, foreign.body) == (absent.status, absent.body)
    assert foreign.status == 404


@pytest.mark.parametrize("name", ["role_id", "category_id", "webhook_id", "message_id"])
def test_t29_ids_of_another_server_are_as_absent(
    guilds: Guilds, settled: Guild, elsewhere: Guild, name: str
) -> None:
    rows = [r for r in ROWS if f"{{{name}}}" in r.path and not r.path.startswith("/categories")]
    for row in rows:
        foreign = _ask(guilds, settled, "owner", row, **{name: elsewhere.ids[name]})
        absent = _ask(guilds, settled, "owner", row, **{name: UNKNOWN})
        assert (foreign.status, foreign.body) == (absent.status, absent.body), row
        assert foreign.status == 404, row


@pytest.mark.parametrize("row", BY_CODE, ids=str)
def test_t29_invite_of_who_is_banned_is_as_absent(guilds: Guilds, settled: Guild, row: Row) -> None:
    hidden = _ask(guilds, settled, "banned", row)
    absent = _ask(guilds, settled, "banned", row, code="A" * len(settled.ids["code"]))
    assert (hidden.status, hidden.body) == (absent.status, absent.body)


@pytest.mark.parametrize(("role", "mark"), list(zip(CAST, "2222444", strict=True)))
async def test_t29_socket_answers_as_rest_does(
    server: RunningServer, settled: Guild, role: str, mark: str
) -> None:
    channel = _hex(settled.ids["channel_id"])
    async with Mew(server.ws, settled.cast[role].token) as mew:
        create = ["message/create", {"channelId": channel, "content": "by socket"}]
        await mew.send({"id": 1, "event": create})
        found = await mew.wait(lambda f: isinstance(f, dict) and f.get("id") == 1)
    assert found["ack"][0]["success"] == (mark == "2"), found
    if mark != "2":
        assert found["ack"][0]["code"] == "not_found"
