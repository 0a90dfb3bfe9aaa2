"""Builds of Hubbub that are broken on purpose: a test that does not catch them is blind."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import hubbub


@dataclass(frozen=True)
class Edit:
    """One place in one file. The old text must stand there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """What a careless change could do to the product."""

    name: str
    edits: tuple[Edit, ...]


ACK_BEFORE_COMMIT = Mutation(
    "messages are acked though only every 20th transaction is committed",
    (
        Edit(
            "storage/database.py",
            '        connection.execute("begin immediate")\n',
            "        if not connection.in_transaction:\n"
            '            connection.execute("begin immediate")\n',
        ),
        Edit(
            "storage/database.py",
            '        connection.execute("commit")\n',
            '        self._waited = getattr(self, "_waited", 0) + 1\n'
            "        if self._waited % 20 == 0 or not all(isinstance(x, list) for x in outcomes):\n"
            '            connection.execute("commit")\n',
        ),
    ),
)

NOT_SYNCED = Mutation(
    "commits are not synced",
    (
        Edit(
            "storage/database.py",
            'connection.pragma("synchronous", "FULL")',
            'connection.pragma("synchronous", "NORMAL")',
        ),
    ),
)

_STORE_NO_NONCE = Edit(
    "storage/drafts.py",
    "        draft.nonce,\n        draft.reply_to,\n        stored(draft.mentions)",
    "        None,\n        draft.reply_to,\n        stored(draft.mentions)",
)
NO_DEDUPE = Mutation("nonces are not stored", (_STORE_NO_NONCE,))
DEDUPE_IN_MEMORY = Mutation(
    "nonces are remembered until the process ends",
    (
        _STORE_NO_NONCE,
        Edit(
            "storage/drafts.py",
            "    if nonced:\n        keys = ",
            "    from hubbub.storage.messages import _GET\n"
            "    for draft in nonced:\n"
            "        place = (draft.channel_id, draft.author.id, draft.nonce)\n"
            "        first_id = _REMEMBERED.setdefault(place, draft.id)\n"
            "        rows = yield _GET(channel=draft.channel_id, id=first_id)\n"
            "        if rows:\n"
            "            outcome[draft.id] = Sent(to_message(rows[0]), draft.nonce, duplicate=True)\n"
            "    if nonced:\n        keys = ",
        ),
        Edit(
            "storage/drafts.py",
            "\n_NonceKey = ",
            "\n_REMEMBERED: dict = {}\n_NonceKey = ",
        ),
    ),
)

NOT_HELD = Mutation(
    "a session is live while its snapshot is read",
    (
        Edit(
            "gateway/gateway.py",
            "session.is_held = bool(session.dialect.follows)\n",
            "session.is_held = False\n",
        ),
    ),
)
HELD_IS_DROPPED = Mutation(
    "what happened while the snapshot was read is forgotten",
    (
        Edit(
            "gateway/gateway.py",
            "held = session.take_held()\n",
            "_, held = session.take_held(), []\n",
        ),
    ),
)

KICKED_STAYS_SUBSCRIBED = Mutation(
    "a kick does not end subscriptions",
    (
        Edit(
            "gateway/fanout.py",
            "                for session in self._hub.of_user(event.member.user_id):\n"
            "                    session.lose(event.channel_id)\n",
            "                pass\n",
        ),
    ),
)
CHECKED_AT_SUBSCRIBE_ONLY = Mutation(
    "whoever could see a channel once may read and write it for ever",
    (
        Edit(
            "services/visibility.py",
            "    if visible(room, caller.user_id):\n",
            "    if True:\n",
        ),
    ),
)


def build(folder: Path, mutation: Mutation) -> Path:
    """A copy of the source with the mutation in it, for `RunningServer(source=…)`."""
    package = folder / "hubbub"
    original = Path(hubbub.__file__).parent
    shutil.copytree(original, package, ignore=shutil.ignore_patterns("__pycache__"))
    for edit in mutation.edits:
        file = package / edit.file
        text = file.read_text()
        found = text.count(edit.old)
        assert found == 1, f"{mutation.name}: {edit.file} has the old text {found} times, not once"
        file.write_text(text.replace(edit.old, edit.new))
    return folder
