"""Transactions on what people want to be told of."""

import sqlalchemy as sa

from hubbub.model.ids import UserId
from hubbub.storage.schema import preferences
from hubbub.storage.server_rows import insert_of
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import Steps, first

_OF_PERSON = preferences.c.user_id == param("user")
_HERE = (_OF_PERSON, preferences.c.place_id == param("place"))
_GET = Statement(sa.select(preferences.c.value).where(*_HERE))
_DROP = Statement(preferences.delete().where(*_HERE))
_INSERT = insert_of(preferences)
_LIST = Statement(
    sa.select(preferences.c.place_id, preferences.c.value)
    .where(_OF_PERSON)
    .order_by(preferences.c.place_id)
)


class PreferenceTables:
    """The transactions behind the port of the same name."""

    def get_preference(self, user_id: UserId, place_id: int) -> Steps[str | None]:
        """None where nothing was said."""
        return first(_GET(user=user_id, place=place_id), lambda row: str(row[0]))

    def set_preference(self, user_id: UserId, place_id: int, value: str | None) -> Steps[None]:
        """In place of what was said before; None takes it back."""
        yield _DROP(user=user_id, place=place_id)
        if value is not None:
            yield _INSERT(user_id=user_id, place_id=place_id, value=value)

    def list_preferences(self, user_id: UserId) -> Steps[dict[int, str]]:
        """By place."""
        rows = yield _LIST(user=user_id)
        return dict(rows)  # type: ignore[arg-type]  # an integer and a text column
