"""S6: who signs in with a wrong name can't tell it from a wrong password, by answer or by time."""

import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final

import pytest

from support.guests import add_guest
from support.rest import PASSWORD, Answer, Person, call, sign_up
from support.server import RunningServer

WRONG = "not the password"
SAMPLES = 60


def _try(url: str, login: str) -> Answer:
    return call("POST", f"{url}/api/v1/auth/login", {"login": login, "password": WRONG})


def test_s6_unknown_name_and_wrong_password_get_one_answer(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    known, unknown = _try(server.url, person().name), _try(server.url, "nobody-at-all")
    assert known.status == unknown.status == 401
    assert known.body == unknown.body
    volatile = {"date"}
    assert {k: v for k, v in known.headers.items() if k not in volatile} == {
        k: v for k, v in unknown.headers.items() if k not in volatile
    }


def test_s6_one_answer_also_in_the_original_dialect(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    name = f"{person().name}@example.org"
    body = {"username": name.partition("@")[0] + "x", "email": name, "password": "correct horse"}
    assert call("POST", f"{server.url}/channelchat/register", body).status == 200
    answers = [
        call("POST", f"{server.url}/channelchat/login", {"email": email, "password": WRONG})
        for email in (name, "nobody@example.org")
    ]
    assert answers[0].body == answers[1].body
    assert answers[0].status == answers[1].status


def test_s6_the_system_user_can_not_be_signed_in_as(server: RunningServer) -> None:
    assert _try(server.url, "system").body == _try(server.url, "nobody-at-all").body


def test_s6_a_guest_is_to_a_sign_in_as_a_name_that_nobody_has(server: RunningServer) -> None:
    guest, nobody = _try(server.url, add_guest(server.data).name), _try(server.url, "nobody-at-all")
    assert (guest.status, guest.body) == (nobody.status, nobody.body)


# Each dialect's way in: path, body, and the status and text for who is disabled and has the right password.
_WAYS_IN: Final = (
    ("/api/v1/auth/login", "login", 403, "This account is disabled"),
    ("/channelchat/login", "email", 200, "This account is disabled"),
    ("/chatgroup/api/auth/login", "email", 403, "此账号已停用"),
    ("/studybuddy/api/auth/login", "username_or_email", 403, "This account is disabled"),
    ("/api/auth/login", "email", 403, "This account is disabled"),
)


@pytest.mark.parametrize(("path", "field", "status", "said"), _WAYS_IN)
def test_s6_only_the_right_password_tells_that_an_account_is_disabled(
    server: RunningServer, path: str, field: str, status: int, said: str
) -> None:
    gone, url = _add_disabled(server), server.url + path
    wrong, nobody = (
        call("POST", url, {field: login, "password": WRONG})
        for login in (gone, "nobody-at-all@example.org")
    )
    assert (wrong.status, wrong.body) == (nobody.status, nobody.body)
    right = call("POST", url, {field: gone, "password": PASSWORD})
    assert right.status == status
    assert said in str(right.body)


def _add_disabled(server: RunningServer) -> str:
    """The e-mail of somebody who may not sign in any more."""
    person = sign_up(server.url)
    email = f"{person.name}@example.org"
    with closing(sqlite3.connect(server.data / "hubbub.db", timeout=30)) as file:
        file.execute(
            "update users set disabled = 1, email = ?1, email_key = ?1 where id = ?2",
            (email, int(person.id)),
        )
        file.commit()
    return email


def _medians(url: str, known: str) -> tuple[float, float]:
    """Interleaved, so that what else the machine does meets both alike."""
    times: dict[str, list[float]] = {known: [], "nobody-at-all": []}
    for _ in range(SAMPLES):
        for login, found in times.items():
            start = time.perf_counter()
            _try(url, login)
            found.append(time.perf_counter() - start)
    one, other = (statistics.median(found) for found in times.values())
    return one, other


@pytest.mark.parametrize("disabled", [False, True])
def test_s6_unknown_name_takes_as_long_as_a_wrong_password(
    server: RunningServer, disabled: bool
) -> None:
    known = _add_disabled(server) if disabled else sign_up(server.url).name
    differences = []
    for _ in range(3):  # a machine that others use too gets more than one try
        one, other = _medians(server.url, known)
        differences.append(abs(one - other) / max(one, other))
        if differences[-1] < 0.15:
            break
    assert min(differences) < 0.15, differences
