"""One id is one id in every dialect: what the lens marks as the same, run in Node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from fakes.clock import START_MS
from hubbub.model.entities import Message, User
from hubbub.model.events import MessageSent
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.services.lens import frames_of
from hubbub.surfaces import lensed
from hubbub.transport import pages

SCRIPT = Path(__file__).parents[2] / "node" / "lens.mjs"
ID = 1536953949343744


def _node(tmp_path: Path, ids: object = (), frames: object = (), pasted: object = ()) -> Any:
    module = tmp_path / "ids.mjs"  # beside no package.json, the name says that it is a module
    shutil.copy(Path(pages.__file__).parent / "lens" / "ids.js", module)
    given = json.dumps({"ids": ids, "frames": frames, "pasted": pasted})
    done = subprocess.run(
        ["node", str(SCRIPT), str(module)], input=given, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_id_is_known_in_every_form_and_by_its_field_where_it_is_small(tmp_path: Path) -> None:
    same = [["channel_id", str(ID)], ["_id", f"{ID:024x}"], ["from", ID], ["", f"{ID:024x}"]]
    small = [["group_id", 0], ["channelId", "0"], ["user_ids", 3]]
    none = [
        ["seq", 7],
        ["timestamp", START_MS],
        ["createdAt", ID],
        ["content", str(ID)],
        ["id", "007"],
        ["id", -1],
        ["id", 1.5],
        ["id", 2**53],
        ["id", None],
        ["valid", 3],
    ]
    found = _node(tmp_path, ids=same + small + none)["ids"]
    assert found[: len(same)] == [ID] * len(same)
    assert found[len(same) : -len(none)] == [0, 0, 3]
    assert found[-len(none) :] == [None] * len(none)


def test_ids_of_one_message_are_the_same_in_every_dialect(tmp_path: Path) -> None:
    author = User(UserId(ID + 1), "alice", "Alice", START_MS)
    message = Message(MessageId(ID + 2), ChannelId(ID), 3, 7, author, "hi [x", START_MS)
    told = {
        label: one for label, one in lensed().items() if "first stage" not in label
    }  # it has no ids of messages
    frames = frames_of(told, MessageSent(message.channel_id, 7, message))
    texts = [text for said in frames.values() for text in said]
    for _, ids in _node(tmp_path, frames=texts)["frames"]:
        assert {ID, ID + 1, ID + 2} == set(ids)


def test_frame_is_parted_from_the_packet_around_it(tmp_path: Path) -> None:
    texts = ['42/mew,["ready"]', '{"a":1}', "3", '{"cut":"of…']
    found = [head for head, _ in _node(tmp_path, frames=texts)["frames"]]
    assert found == ["42/mew,", "", "3", '{"cut":"of…']


def test_pasted_id_may_come_from_any_dialect(tmp_path: Path) -> None:
    pasted = [str(ID), f" {ID:024X} ", "0", "x", "", "1" * 17, "-1"]
    found = _node(tmp_path, pasted=pasted)["pasted"]
    assert found == [str(ID), str(ID), "0", None, None, None, None]
