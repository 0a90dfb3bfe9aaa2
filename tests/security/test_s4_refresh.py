"""S4: a refresh token works once; a second use ends the device."""

import asyncio

from support.rest import Person, call, sign_in, sign_up
from support.server import RunningServer
from support.sockets import Native


def _refresh(person: Person, token: str, nonce: str | None = None) -> tuple[int, dict[str, str]]:
    body = {"refresh_token": token} | ({} if nonce is None else {"nonce": nonce})
    answer = call("POST", f"{person.url}/api/v1/auth/refresh", body)
    return answer.status, answer.body


async def test_s4_parallel_refreshes_have_exactly_one_winner_50_times(
    server: RunningServer,
) -> None:
    person = sign_up(server.url)
    for _ in range(50):
        device = sign_in(server.url, person.name)
        tries = (asyncio.to_thread(_refresh, device, device.refresh_token) for _ in range(4))
        statuses = sorted(status for status, _ in await asyncio.gather(*tries))
        assert statuses == [200, 401, 401, 401]


async def test_s4_reuse_ends_the_family_its_sockets_and_no_other_device(
    server: RunningServer,
) -> None:
    person = sign_up(server.url)
    other = sign_in(server.url, person.name)
    async with Native(server.ws, person.token) as lost, Native(server.ws, other.token) as kept:
        status, fresh = _refresh(person, person.refresh_token)
        assert status == 200
        assert _refresh(person, person.refresh_token)[0] == 401
        assert (await lost.wait_closed(1))[0] == 4006
        await kept.drain()
    assert _refresh(person, fresh["refresh_token"])[0] == 401
    for token in (person.token, fresh["access_token"]):
        assert call("GET", f"{server.url}/api/v1/users/@me", token=token).status == 401
    assert other.call("GET", "/users/@me").status == 200


def test_s4_refused_refreshes_all_look_alike(server: RunningServer) -> None:
    person = sign_up(server.url)
    ended = sign_up(server.url)
    ended.ok("POST", "/auth/logout")
    _refresh(person, person.refresh_token)
    wrong = [person.refresh_token, ended.refresh_token, "unknown", person.token]
    answers = [_refresh(person, token) for token in wrong]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 401


def test_s4_refresh_tokens_are_not_stored_as_they_are(server: RunningServer) -> None:
    person = sign_up(server.url)
    files = [p for p in server.data.iterdir() if p.name.startswith("hubbub.db")]
    assert files
    assert all(person.refresh_token.encode() not in p.read_bytes() for p in files)


async def test_s4_a_repeated_refresh_has_the_same_answer_and_another_nonce_is_theft(
    server: RunningServer,
) -> None:
    person = sign_up(server.url)
    tries = (asyncio.to_thread(_refresh, person, person.refresh_token, "one") for _ in range(4))
    answers = await asyncio.gather(*tries)
    assert [status for status, _ in answers] == [200] * 4
    assert len({body["refresh_token"] for _, body in answers}) == 1
    fresh = answers[0][1]["refresh_token"]
    assert _refresh(person, person.refresh_token, "two")[0] == 401
    assert _refresh(person, fresh, "three")[0] == 401


def test_s4_what_was_answered_and_used_is_not_answered_again(server: RunningServer) -> None:
    person = sign_up(server.url)
    _, first = _refresh(person, person.refresh_token, "one")
    _, second = _refresh(person, first["refresh_token"], "one")
    assert first["refresh_token"] != second["refresh_token"]
    assert _refresh(person, person.refresh_token, "one")[0] == 401
    assert _refresh(person, second["refresh_token"], "one")[0] == 401
