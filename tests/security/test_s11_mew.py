"""S11, in Mew: what only the server decides is passed over, in whatever request it stands."""

import json
from typing import Any

import msgspec
import pytest

from hubbub.dialects.mew.routes import OPERATIONS
from hubbub.wire.rest import Operation
from support.mew import Town
from support.rest import Person, call
from support.server import RunningServer
from support.sockets import Mew

ID, TIME, TEXT, NUMBER = (
    f"{4_000_000_000_000_321:024x}",
    "2000-01-01T00:00:00.000Z",
    "f0rged",
    987_654,
)
FORGED: dict[str, object] = {
    "_id": ID,
    "id": ID,
    "__v": NUMBER,
    "authorId": ID,
    "creatorId": ID,
    "ownerId": ID,
    "userId": ID,
    "botUserId": ID,
    "serverId": ID,
    "channelId": ID,
    "everyoneRoleId": ID,
    "createdAt": TIME,
    "updatedAt": TIME,
    "editedAt": TIME,
    "retractedAt": TIME,
    "joinedAt": TIME,
    "discriminator": TEXT,
    "context": TEXT,
    "token": TEXT,
    "code": TEXT,
    "nickname": TEXT,
    "mentions": [ID],
    "reactions": [{"emoji": TEXT, "userIds": [ID]}],
    "recipients": [ID],
    "permissionOverrides": [{"targetType": "member", "targetId": ID, "allow": [], "deny": []}],
    "uses": NUMBER,
    "isBot": True,
    "isOwner": True,
    "isDefault": True,
    "isAdmin": True,
    "__proto__": {"isAdmin": True},
}
WRITES = [o for o in OPERATIONS if o.body is not None]


def test_every_route_that_takes_a_body_is_a_write_here() -> None:
    assert len(WRITES) > 25


def own_fields(kind: Any) -> set[str]:
    """What an operation does ask for."""
    inner = (
        kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else kind.__args__[0]
    )
    return {field.encode_name for field in msgspec.structs.fields(inner)}


def forged(operation: Operation) -> dict[str, object]:
    mine = own_fields(operation.body)
    return {field: value for field, value in FORGED.items() if field not in mine}


def with_forged(good: Any, more: dict[str, object]) -> Any:
    return [item | more for item in good] if isinstance(good, list) else good | more


@pytest.mark.parametrize("operation", WRITES, ids=lambda o: f"{o.method} {o.path}")
def test_s11_read_only_field_in_a_write_is_passed_over(
    server: RunningServer, operation: Operation
) -> None:
    town = Town(server.url)
    good = town.body(operation.method, operation.path)
    body = with_forged(good, forged(operation))
    token = None if operation.public else town.alice.token
    answer = call(operation.method, town.url + town.path(operation.path), body, token)
    assert answer.status in (200, 201, 204, 401, 403), answer  # the last two: of the password
    shown = json.dumps([answer.body, town.state()])
    for value in (ID, TIME, TEXT, str(NUMBER)):
        assert value not in shown
    unforged(town)


def unforged(town: Town) -> None:
    state = town.state()
    assert state["/users/@me"]["isBot"] is False
    owners = {m["_id"]: m["isOwner"] for m in state["/members"]}
    assert [i for i, is_owner in owners.items() if is_owner] == [state["/users/@me"]["_id"]]
    assert [r["name"] for r in state["/roles"] if r["isDefault"]] == ["@everyone"]


async def test_s11_read_only_field_in_an_event_is_passed_over(server: RunningServer) -> None:
    town = Town(server.url)
    async with Mew(server.ws, town.bob.token) as socket:
        more = {key: value for key, value in FORGED.items() if key != "channelId"}
        sent = {"channelId": town.names["channel_id"], "content": "mine", **more}
        await socket.send({"id": 1, "event": ["message/create", sent]})
        found = await socket.wait(lambda frame: isinstance(frame, dict) and frame.get("id") == 1)
    shown = json.dumps([found["ack"], town.state()])
    assert found["ack"][0]["message"]["authorId"]["_id"] == town.names["person_id"]
    for value in (ID, TIME, TEXT, str(NUMBER)):
        assert value not in shown


@pytest.mark.parametrize("by_event", [True, False])
async def test_s11_nobody_is_shown_under_another_name(
    server: RunningServer, *, by_event: bool
) -> None:
    """The original let any user put `payload.overrides` on a message."""
    town = Town(server.url)
    overrides = {"username": TEXT, "avatarUrl": f"https://example.org/{TEXT}.png"}
    body = {"content": "hi", "payload": {"overrides": overrides, "kept": 1}}
    if by_event:
        async with Mew(server.ws, town.bob.token) as socket:
            event = ["message/create", {"channelId": town.names["channel_id"], **body}]
            await socket.send({"id": 1, "event": event})
            await socket.wait(lambda frame: isinstance(frame, dict) and frame.get("id") == 1)
    else:
        town.ask("POST", "/channels/{channel_id}/messages", body, by=town.bob)
    newest = town.state()["/messages"][0]
    assert newest["payload"] == {"kept": 1}
    assert TEXT not in json.dumps(newest)


def test_s11_role_of_another_server_can_not_be_changed(server: RunningServer) -> None:
    """The original looked roles up by their id alone."""
    town, other = Town(server.url), Town(server.url)
    role = town.names["role_id"]
    path = f"/servers/{other.names['server_id']}/roles/{role}"
    for method, body in (("PATCH", {"name": TEXT}), ("DELETE", None)):
        assert call(method, town.url + path, body, other.alice.token).status == 404
    assert role in json.dumps(town.state()["/roles"])
    assert TEXT not in json.dumps(town.state())


def test_s11_read_marker_and_things_of_other_channels_stay(server: RunningServer) -> None:
    town, other = Town(server.url), Town(server.url)
    message = other.names["message_id"]
    answer = town.ask("POST", "/channels/{channel_id}/ack", {"lastMessageId": message})
    assert answer.status == 404
    assert town.state()["/channels"][0]["lastReadMessageId"] is None
    moved = {"categoryId": other.names["category_id"]}
    path = "/servers/{server_id}/channels/{channel_id}"
    assert 400 <= town.ask("PATCH", path, moved).status < 500
    target = {"targetType": "role", "targetId": other.names["role_id"]}
    deny = [{**target, "allow": [], "deny": ["SEND_MESSAGES"]}]
    assert 400 <= town.ask("PUT", path + "/permissions", deny).status < 500
    _assert_unmoved(town, town.alice)


def _assert_unmoved(town: Town, alice: Person) -> None:
    found = town.ask("GET", "/servers/{server_id}/channels", by=alice).body[0]
    assert "categoryId" not in found
    assert found["permissionOverrides"] == []
