"""T29 for relationships: what two people are to each other × who asks for what; who is blocked is not told."""

import pytest

from support.rest import Person, sign_up
from support.server import RunningServer

ABSENT = "4503599627370495"
FRIEND, BLOCK = {"bond": "friend"}, {"bond": "blocked"}
# What the caller has done, what the other has done, and the answers to: asking, blocking, ending.
MATRIX: dict[str, tuple[str, str, str]] = {
    "strangers": ("", "", "224"),
    "I have asked": ("friend", "", "922"),
    "they have asked": ("", "friend", "222"),
    "friends": ("friend", "friend", "922"),
    "I block": ("blocked", "", "922"),
    "they block": ("", "blocked", "224"),
    "both block": ("blocked", "blocked", "922"),
    "they block, I have asked": ("friend", "blocked", "922"),
}
STATUS = {"2": 204, "4": 404, "9": 409}


def _pair(server: RunningServer, mine: str, theirs: str) -> tuple[Person, Person]:
    """A block comes first: after it, a request of the other leads nowhere."""
    me, other = sign_up(server.url), sign_up(server.url)
    steps = [(other, me, theirs), (me, other, mine)]
    for who, whom, bond in steps:
        if bond:
            who.ok("PUT", f"/relationships/{whom.id}", {"bond": bond})
    return me, other


def _listed(person: Person) -> dict[str, str]:
    found = person.ok("GET", "/relationships")["relationships"]
    return {row["user"]["id"]: row["bond"] for row in found}


@pytest.mark.parametrize("state", MATRIX)
def test_t29_answer_in_every_state_is_the_tables(server: RunningServer, state: str) -> None:
    mine, theirs, marks = MATRIX[state]
    wrong = []
    for mark, (method, body) in zip(
        marks, (("PUT", FRIEND), ("PUT", BLOCK), ("DELETE", None)), strict=True
    ):
        me, other = _pair(server, mine, theirs)
        status = me.call(method, f"/relationships/{other.id}", body).status
        if status != STATUS[mark]:
            wrong.append((method, body, status))
    assert wrong == []


def test_t29_list_is_ones_own_and_what_others_do_to_each_other_is_in_no_answer(
    server: RunningServer,
) -> None:
    ann, bob = _pair(server, "friend", "friend")
    eve = sign_up(server.url)
    assert _listed(eve) == {}
    ended = eve.call("DELETE", f"/relationships/{bob.id}")
    absent = eve.call("DELETE", f"/relationships/{ABSENT}")
    assert (ended.status, ended.body) == (absent.status, absent.body) == (404, absent.body)
    assert (_listed(ann), _listed(bob)) == ({bob.id: "friend"}, {ann.id: "friend"})


@pytest.mark.parametrize("body", [FRIEND, BLOCK])
def test_t29_nobody_the_system_and_oneself_have_no_relationship(
    server: RunningServer, body: dict[str, str]
) -> None:
    me = sign_up(server.url)
    answers = [me.call("PUT", f"/relationships/{i}", body) for i in (ABSENT, "0")]
    assert [a.status for a in answers] == [404, 404]
    assert answers[0].body == answers[1].body
    assert me.call("PUT", f"/relationships/{me.id}", body).status == 422
    assert me.call("DELETE", "/relationships/@me").status == 404
    assert _listed(me) == {}


def test_s28_who_is_blocked_finds_what_strangers_find_and_reaches_nobody(
    server: RunningServer,
) -> None:
    blocked, blocker = _pair(server, "", "blocked")
    stranger, other = _pair(server, "", "")
    found = []
    for person, whom in ((blocked, blocker), (stranger, other)):
        path = f"/relationships/{whom.id}"
        asked = [person.call("PUT", path, FRIEND) for _ in range(2)]
        bonds = list(_listed(person).values())
        ended = [person.call("DELETE", path) for _ in range(2)]
        found.append(([(a.status, a.body) for a in (*asked, *ended)], bonds, _listed(person)))
    assert found[0] == found[1]
    assert _listed(blocker) == {blocked.id: "blocked"}


def test_s28_end_of_a_friendship_and_of_a_request_look_the_same_with_a_block(
    server: RunningServer,
) -> None:
    for mine in ("friend", ""):
        me, other = _pair(server, "friend", mine)
        other.ok("PUT", f"/relationships/{me.id}", BLOCK)
        assert _listed(me) == {}
        assert me.call("DELETE", f"/relationships/{other.id}").status == 404
        assert _listed(other) == {me.id: "blocked"}
