"""Which picture a person has: a mark that everybody who sees them gets."""

import hashlib
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MARK = sa.text("UPDATE users SET avatar = :mark WHERE id = :id")


def upgrade() -> None:
    """Who has a picture already gets its mark. Pictures are files beside the database, named by their people."""
    avatar: sa.Column[str] = sa.Column("avatar", sa.Text(), nullable=False, server_default="")
    op.add_column("users", avatar)
    connection = op.get_bind()
    folder = Path(connection.engine.url.database or "").parent / "images" / "users"
    for picture in folder.iterdir() if folder.is_dir() else ():
        if picture.name.isdecimal():  # else it was being written when the machine stopped
            mark = hashlib.sha256(picture.read_bytes()).hexdigest()[:12]
            connection.execute(_MARK, {"mark": mark, "id": int(picture.name)})
