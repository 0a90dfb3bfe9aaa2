"""S10: nobody rises by a detour, and nobody is removed by their equals."""

from support.rest import Person, sign_up
from support.server import RunningServer


def test_s10_server_admin_bans_from_the_lobby_and_lifts_the_ban(
    governed: RunningServer, admin: Person
) -> None:
    person = sign_up(governed.url)
    assert person.call("GET", "/channels/0/messages").status == 200
    assert admin.call("DELETE", f"/channels/0/members/{person.id}", ban="true").status == 204
    assert person.call("GET", "/channels/0/messages").status == 404
    assert person.call("PUT", "/channels/0/members/@me").status == 404
    assert admin.call("DELETE", f"/channels/0/members/{person.id}").status == 204
    assert person.call("GET", "/channels/0/messages").status == 200


def test_s10_ordinary_people_ban_nobody_from_the_lobby(
    governed: RunningServer, admin: Person
) -> None:
    person, other = sign_up(governed.url), sign_up(governed.url)
    for target in (other, admin):
        found = person.call("DELETE", f"/channels/0/members/{target.id}", ban="true")
        assert found.status == 403


def test_s10_server_admin_has_no_rights_in_other_peoples_groups(
    governed: RunningServer, admin: Person
) -> None:
    owner = sign_up(governed.url)
    channel = owner.group(private=True)
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("GET", "/messages", None),
        ("DELETE", f"/members/{owner.id}", None),
    ):
        assert admin.call(method, f"/channels/{channel}{path}", body).status == 404


def test_s10_server_admin_can_not_ban_themselves_or_the_system_from_the_lobby(
    governed: RunningServer, admin: Person
) -> None:
    for target in (admin.id, "0"):
        found = admin.call("DELETE", f"/channels/0/members/{target}", ban="true")
        assert found.status in (403, 404, 409), target


def test_s10_the_system_is_no_member_that_can_be_added(governed: RunningServer) -> None:
    owner = sign_up(governed.url)
    channel = owner.group()
    assert owner.call("PUT", f"/channels/{channel}/members/0").status == 404


def test_s10_owner_who_handed_over_is_no_longer_owner(governed: RunningServer) -> None:
    owner, heir = sign_up(governed.url), sign_up(governed.url)
    channel = owner.group()
    heir.join(channel)
    owner.ok("PATCH", f"/channels/{channel}", {"owner_id": heir.id})
    assert owner.call("DELETE", f"/channels/{channel}").status == 403
    assert owner.call("PATCH", f"/channels/{channel}", {"owner_id": owner.id}).status == 403
    assert owner.call("DELETE", f"/channels/{channel}/members/{heir.id}").status == 403
    assert heir.call("DELETE", f"/channels/{channel}").status == 204


def test_s10_who_was_removed_and_comes_back_is_an_ordinary_member(governed: RunningServer) -> None:
    owner, helper = sign_up(governed.url), sign_up(governed.url)
    channel = owner.group()
    members = f"/channels/{channel}/members"
    for who, path in ((helper, f"{members}/@me"), (owner, f"{members}/{helper.id}")):
        helper.join(channel)
        owner.ok("PUT", f"{members}/{helper.id}", {"role": "admin"})
        assert who.call("DELETE", path).status == 204
        assert helper.join(channel)["role"] == "member"
