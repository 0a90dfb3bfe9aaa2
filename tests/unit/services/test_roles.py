"""Roles: their order, and that nobody makes, changes or moves one above themselves or beyond what they have."""

import pytest

from fakes.town import Town
from hubbub.model.commands import SendMessage
from hubbub.model.errors import Code
from hubbub.model.ids import RoleId
from hubbub.model.permissions import (
    ADMINISTRATOR,
    ALL,
    BAN_MEMBERS,
    EVERYONE,
    KICK_MEMBERS,
    MANAGE_ROLES,
    SEND_MESSAGES,
)
from hubbub.model.server_commands import (
    CreateRole,
    DeleteRole,
    ListAudit,
    MoveRoles,
    UpdateRole,
    UpdateServerMember,
)
from hubbub.model.server_events import RoleCreated, RoleDeleted, RoleUpdated
from hubbub.model.servers import Role
from hubbub.model.topics import server_topic


class Ladder:
    """A server with four roles, the highest last; the third has MANAGE_ROLES and a bearer."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Ladder":
        town = self.town
        self.ann = await town.person()
        view = await town.server(self.ann)
        self.id, self.everyone = view.server.id, view.server.everyone_role_id
        self.channel = view.channels[0].channel.id
        granted = (0, KICK_MEMBERS, MANAGE_ROLES | KICK_MEMBERS, BAN_MEMBERS)
        self.roles = [
            await town.role(self.ann, self.id, bits, f"role {n}")
            for n, bits in enumerate(granted, 1)
        ]
        self.warden = await town.newcomer(self.id, self.ann, self.roles[2])
        self.plain = await town.newcomer(self.id, self.ann)
        await town.heard()
        return self

    def order(self) -> list[str]:
        """Names by position, which start at 0 and have no gaps."""
        roles = sorted(self.town.state(self.id).roles.values(), key=lambda r: r.position)
        assert [r.position for r in roles] == list(range(len(roles)))
        return [r.name for r in roles[1:]]

    def now(self, n: int) -> Role:
        return self.town.state(self.id).roles[self.roles[n - 1].id]


@pytest.fixture
async def ladder(town: Town) -> Ladder:
    return await Ladder(town).build()


async def test_a_new_role_comes_in_above_everybodys(town: Town, ladder: Ladder) -> None:
    made = await town.do(ladder.warden, CreateRole(ladder.id, "new", 0xFF, KICK_MEMBERS, "why"))
    assert (made.name, made.color, made.position, made.permissions) == (
        "new",
        0xFF,
        1,
        KICK_MEMBERS,
    )
    assert ladder.order() == ["new", "role 1", "role 2", "role 3", "role 4"]
    heard = await town.heard()
    assert [type(p.event) for p in heard] == [RoleUpdated] * 4 + [RoleCreated]
    assert {p.topic for p in heard} == {server_topic(ladder.id)}
    (note, *_) = await town.do(ladder.ann, ListAudit(ladder.id))
    assert (note.action, note.target_id, note.reason) == ("role.create", made.id, "why")
    assert note.changes == {"name": "new", "color": 255, "permissions": ["KICK_MEMBERS"]}


async def test_roles_take_manage_roles(town: Town, ladder: Ladder) -> None:
    role = ladder.roles[0].id
    for command in (
        CreateRole(ladder.id, "new"),
        UpdateRole(ladder.id, role, name="new"),
        MoveRoles(ladder.id, ((role, 2),)),
        DeleteRole(ladder.id, role),
        UpdateServerMember(ladder.id, ladder.warden.id, role_ids=()),
    ):
        found = await town.forbidden(ladder.plain, command)
        assert "MANAGE_ROLES" in found.message
        await town.absent(await town.person(), command)


async def test_nobody_puts_into_a_role_what_they_lack(town: Town, ladder: Ladder) -> None:
    for bits in (BAN_MEMBERS, ADMINISTRATOR, ALL):
        await town.forbidden(ladder.warden, CreateRole(ladder.id, "new", 0, bits))
        role = ladder.roles[0].id
        await town.forbidden(ladder.warden, UpdateRole(ladder.id, role, permissions=bits))
    await town.do(ladder.ann, UpdateRole(ladder.id, ladder.roles[0].id, permissions=BAN_MEMBERS))
    # Nor take it away: it was given by somebody above.
    away = UpdateRole(ladder.id, ladder.roles[0].id, permissions=0)
    await town.forbidden(ladder.warden, away)
    beside = UpdateRole(ladder.id, ladder.roles[0].id, permissions=BAN_MEMBERS | KICK_MEMBERS)
    await town.do(ladder.warden, beside)
    assert ladder.now(1).permissions == BAN_MEMBERS | KICK_MEMBERS


async def test_of_permissions_only_those_within_the_mask_change(town: Town, ladder: Ladder) -> None:
    role = ladder.roles[1].id
    masked = UpdateRole(ladder.id, role, permissions=MANAGE_ROLES | BAN_MEMBERS, mask=MANAGE_ROLES)
    changed = await town.do(ladder.warden, masked)
    assert changed.permissions == KICK_MEMBERS | MANAGE_ROLES
    (published,) = await town.heard()
    assert isinstance(published.event, RoleUpdated)
    assert published.event.role == changed
    assert await town.do(ladder.warden, masked) == changed
    assert await town.heard() == []


async def test_nobody_changes_a_role_that_is_not_below_them(town: Town, ladder: Ladder) -> None:
    for n in (3, 4):
        role = ladder.roles[n - 1].id
        for command in (
            UpdateRole(ladder.id, role, name="mine"),
            DeleteRole(ladder.id, role),
            MoveRoles(ladder.id, ((role, 1),)),
        ):
            found = await town.forbidden(ladder.warden, command)
            assert "below" in found.message
    await town.do(ladder.warden, UpdateRole(ladder.id, ladder.roles[1].id, "named", 1))
    assert (ladder.now(2).name, ladder.now(2).color) == ("named", 1)


async def test_administrators_obey_the_order_of_roles_too(town: Town, ladder: Ladder) -> None:
    await town.do(ladder.ann, UpdateRole(ladder.id, ladder.roles[2].id, permissions=ADMINISTRATOR))
    await town.forbidden(ladder.warden, UpdateRole(ladder.id, ladder.roles[3].id, name="mine"))
    role = UpdateRole(ladder.id, ladder.roles[1].id, permissions=BAN_MEMBERS)
    assert (await town.do(ladder.warden, role)).permissions == BAN_MEMBERS


async def test_everybodys_role_is_changed_from_above_and_never_ends_or_moves(
    town: Town, ladder: Ladder
) -> None:
    quiet = UpdateRole(ladder.id, ladder.everyone, "all", permissions=EVERYONE & ~SEND_MESSAGES)
    await town.do(ladder.warden, quiet)
    assert town.state(ladder.id).roles[ladder.everyone].name == "all"
    await town.forbidden(ladder.plain, SendMessage(ladder.channel, "hi"))
    await town.forbidden(ladder.ann, DeleteRole(ladder.id, ladder.everyone))
    await town.refused(ladder.ann, MoveRoles(ladder.id, ((ladder.everyone, 1),)), Code.INVALID)


async def test_who_has_manage_roles_as_everybody_has_stands_above_nothing(
    town: Town, ladder: Ladder
) -> None:
    everybody = UpdateRole(ladder.id, ladder.everyone, permissions=EVERYONE | MANAGE_ROLES)
    await town.do(ladder.ann, everybody)
    for command in (
        CreateRole(ladder.id, "new"),
        UpdateRole(ladder.id, ladder.everyone, name="mine"),
        UpdateRole(ladder.id, ladder.roles[0].id, name="mine"),
    ):
        await town.forbidden(ladder.plain, command)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (((1, 3),), [2, 3, 1, 4]),
        (((4, 1),), [4, 1, 2, 3]),
        (((1, 4), (4, 1)), [4, 2, 3, 1]),
        (((2, 99),), [1, 3, 4, 2]),
        (((1, 1),), [1, 2, 3, 4]),
        (((1, 2), (2, 2)), [3, 2, 1, 4]),
    ],
)
async def test_the_owner_orders_all_roles(
    town: Town, ladder: Ladder, moves: tuple[tuple[int, int], ...], expected: list[int]
) -> None:
    before = {role.id: role for role in town.state(ladder.id).roles.values()}
    wanted = tuple((ladder.roles[n - 1].id, position) for n, position in moves)
    order = await town.do(ladder.ann, MoveRoles(ladder.id, wanted))
    assert [role.name for role in order] == [f"role {n}" for n in expected] == ladder.order()
    assert [role.position for role in order] == [1, 2, 3, 4]
    moved = {role for role in order if before[role.id].position != role.position}
    heard = await town.heard()
    assert {p.event.role for p in heard if isinstance(p.event, RoleUpdated)} == moved
    assert len(heard) == len(moved)


async def test_roles_move_only_below_who_moves_them(town: Town, ladder: Ladder) -> None:
    one, two = ladder.roles[0].id, ladder.roles[1].id
    for to in (3, 4, 99):
        await town.forbidden(ladder.warden, MoveRoles(ladder.id, ((one, to),)))
    await town.do(ladder.warden, MoveRoles(ladder.id, ((two, 1),)))
    assert ladder.order() == ["role 2", "role 1", "role 3", "role 4"]
    (note, *_) = await town.do(ladder.ann, ListAudit(ladder.id))
    assert note.action == "role.move"
    assert note.changes == {"positions": {str(two): 1, str(one): 2}}


async def test_an_order_that_can_not_be_is_refused(town: Town, ladder: Ladder) -> None:
    one = ladder.roles[0].id
    for positions in ((), ((one, 1), (one, 2)), ((one, 0),), ((one, -1),)):
        await town.refused(ladder.ann, MoveRoles(ladder.id, positions), Code.INVALID)
    await town.absent(ladder.ann, MoveRoles(ladder.id, ((RoleId(7), 1),)))
    await town.absent(ladder.ann, UpdateRole(ladder.id, RoleId(7), name="x"))
    await town.absent(ladder.ann, DeleteRole(ladder.id, RoleId(7)))


async def test_a_role_ends_for_its_bearers_and_in_overrides(town: Town, ladder: Ladder) -> None:
    two = ladder.roles[1]
    await town.give(ladder.ann, ladder.id, ladder.plain, two)
    await town.override(ladder.ann, ladder.channel, two.id, deny=SEND_MESSAGES)
    await town.heard()
    await town.do(ladder.warden, DeleteRole(ladder.id, two.id))
    assert ladder.order() == ["role 1", "role 3", "role 4"]
    heard = await town.heard()
    assert [type(p.event) for p in heard] == [RoleDeleted, RoleUpdated, RoleUpdated]
    state = town.state(ladder.id)
    assert state.members[ladder.plain.id].role_ids == ()
    assert state.channels[ladder.channel].overrides == ()
    (note, *_) = await town.do(ladder.ann, ListAudit(ladder.id))
    assert (note.action, note.changes) == ("role.delete", {"name": "role 2"})


async def test_nobody_ends_a_role_of_their_own_that_denies_them_something(
    town: Town, ladder: Ladder
) -> None:
    one = ladder.roles[0]
    await town.override(ladder.ann, ladder.channel, one.id, deny=SEND_MESSAGES)
    await town.give(ladder.ann, ladder.id, ladder.warden, one, ladder.roles[2])
    await town.forbidden(ladder.warden, DeleteRole(ladder.id, one.id))
    await town.give(ladder.ann, ladder.id, ladder.warden, ladder.roles[2])
    await town.do(ladder.warden, DeleteRole(ladder.id, one.id))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 101}),
        ("color", {"color": -1}),
        ("color", {"color": 0x1000000}),
        ("permissions", {"permissions": ALL + 1}),
        ("permissions", {"permissions": -1}),
    ],
)
async def test_what_a_role_can_not_be_is_refused(
    town: Town, ladder: Ladder, field: str, values: dict[str, object]
) -> None:
    make = CreateRole(ladder.id, **{"name": "x", **values})  # type: ignore[arg-type]  # any fields
    assert (await town.refused(ladder.ann, make, Code.INVALID)).field == field
    change = UpdateRole(ladder.id, ladder.roles[0].id, **values)  # type: ignore[arg-type]  # as above
    if values != {"permissions": ALL + 1}:  # outside of the mask, so it says nothing
        assert (await town.refused(ladder.ann, change, Code.INVALID)).field == field
    nothing = UpdateRole(ladder.id, ladder.roles[0].id)
    await town.refused(ladder.ann, nothing, Code.INVALID)


async def test_a_server_has_a_limited_number_of_roles(
    town: Town, ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.services.roles.ROLES", 5)
    await town.do(ladder.ann, CreateRole(ladder.id, "fifth"))
    await town.refused(ladder.ann, CreateRole(ladder.id, "sixth"), Code.CONFLICT)
