"""Categories: headings over a server's channels, by MANAGE_CHANNEL."""

from collections.abc import Iterable

import msgspec

from hubbub.model.commands import Caller
from hubbub.model.entities import Channel
from hubbub.model.errors import conflict, invalid, not_found
from hubbub.model.ids import CategoryId, ServerId
from hubbub.model.limits import CATEGORIES, CHANNEL_NAME_CHARS
from hubbub.model.names import clean
from hubbub.model.permissions import MANAGE_CHANNEL
from hubbub.model.server_commands import CreateCategory, DeleteCategory, UpdateCategory
from hubbub.model.server_events import CategoryCreated, CategoryDeleted, CategoryUpdated
from hubbub.model.servers import Category
from hubbub.ports.store import Transaction, settled
from hubbub.services.audit import Note
from hubbub.services.server_service import ServerService, in_server
from hubbub.services.states import ServerState
from hubbub.services.visibility import require_permission

POSITIONS = 10_000  # of channels and categories; those at the same place stand by age
Stored = tuple[Category, int]  # with the version; 0 where nothing changed


class Categories(ServerService):
    """Nobody's permissions hang on them."""

    async def create(self, caller: Caller, command: CreateCategory) -> Category:
        """At the end, unless it has a position."""
        await self.load(caller, command.server_id)
        name = clean("name", command.name, CHANNEL_NAME_CHARS)
        category_id = CategoryId(self._ids.next_id())

        def prepare() -> Transaction[Stored]:
            state = self._managed(caller, command.server_id)
            if len(state.categories) >= CATEGORIES:
                raise conflict(f"A server may have {CATEGORIES} categories; delete one first.")
            position = place(command.position, state.categories.values())
            made = Category(category_id, command.server_id, name, position)
            note = self._note(caller, "category.create", made)
            return self._store.servers.put_category(made, note)

        category, _ = await self._store.write(
            prepare,
            lambda done: (in_server(CategoryCreated(command.server_id, done[1], done[0])),),
            barrier=True,
        )
        return category

    async def update(self, caller: Caller, command: UpdateCategory) -> Category:
        """Its name, its position."""
        found = await self._find(caller, command.category_id, command.server_id)
        if command.name is None and command.position is None:
            raise invalid("body", "give at least one of name, position")

        def prepare() -> Transaction[Stored]:
            state = self._managed(caller, found.server_id)
            old = _of(state, command.category_id)
            name = old.name
            if command.name is not None:
                name = clean("name", command.name, CHANNEL_NAME_CHARS)
            position = old.position
            if command.position is not None:
                position = place(command.position, ())
            new = msgspec.structs.replace(old, name=name, position=position)
            if new == old:
                return settled((old, 0))
            note = self._note(caller, "category.update", new)
            return self._store.servers.put_category(new, note)

        category, _ = await self._store.write(
            prepare,
            lambda done: (
                (in_server(CategoryUpdated(found.server_id, done[1], done[0])),) if done[1] else ()
            ),
            barrier=True,
        )
        return category

    async def delete(self, caller: Caller, command: DeleteCategory) -> None:
        """Its channels stay, under none."""
        found = await self._find(caller, command.category_id, command.server_id)

        def prepare() -> Transaction[int]:
            state = self._managed(caller, found.server_id)
            old = _of(state, command.category_id)
            note = self._note(caller, "category.delete", old)
            return self._store.servers.delete_category(old, note)

        gone = found.server_id, command.category_id
        await self._store.write(
            prepare,
            lambda version: (in_server(CategoryDeleted(gone[0], version, gone[1])),),
            barrier=True,
        )

    def _note(self, caller: Caller, action: str, category: Category) -> Note:
        told = {"name": category.name, "position": category.position}
        place = category.server_id, action, category.id
        return self._journal.note(caller, *place, changes=told)

    def _managed(self, caller: Caller, server_id: ServerId) -> ServerState:
        state = self.known(caller, server_id)
        require_permission(state, caller, MANAGE_CHANNEL)
        return state

    async def _find(
        self, caller: Caller, category_id: CategoryId, server_id: ServerId | None
    ) -> Category:
        """Of whichever server, where none is named; of another's servers there is nothing to be seen."""
        if server_id is not None:
            return _of(await self.load(caller, server_id), category_id)
        found = await self._store.read(self._store.servers.get_category(category_id))
        if found is None:
            raise not_found("category")
        state = await self._directory.states.get(found.server_id)
        if caller.user_id not in state.members:
            raise not_found("category")
        return found


def _of(state: ServerState, category_id: CategoryId) -> Category:
    category = state.categories.get(category_id)
    if category is None:
        raise not_found("category")
    return category


def place(wanted: int | None, others: Iterable[Category | Channel]) -> int:
    """Where something comes: at the end, unless it has a position; raises `Refused(invalid)`."""
    if wanted is None:
        return max((other.position for other in others), default=-1) + 1
    if not 0 <= wanted < POSITIONS:
        raise invalid("position", f"it must be 0 to {POSITIONS - 1}")
    return wanted
