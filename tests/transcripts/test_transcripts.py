"""Every transcript holds, and between them they say everything that native can say."""

import re
from pathlib import Path

import pytest

from hubbub.dialects.channelchat.codec import COMMANDS as CHANNELCHAT_COMMANDS
from hubbub.dialects.native.codec import COMMANDS as NATIVE_COMMANDS
from hubbub.dialects.native.events import EVENTS as NATIVE_EVENTS
from hubbub.dialects.studybuddy.codec import COMMANDS as STUDYBUDDY_COMMANDS
from hubbub.surfaces import DIALECTS
from support.server import RunningServer, running
from transcripts.playbook import frame_types, parse, play

MEW_EVENTS = {
    "ready",
    "PRESENCE_INITIAL_STATE",
    "PRESENCE_UPDATE",
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "CHANNEL_UPDATE",
    "CHANNEL_DELETE",
    "CATEGORY_UPDATE",
    "CATEGORY_DELETE",
    "DM_CHANNEL_CREATE",
    "SERVER_UPDATE",
    "SERVER_DELETE",
    "SERVER_KICK",
    "MEMBER_JOIN",
    "MEMBER_LEAVE",
    "PERMISSIONS_UPDATE",
    "error",
}
HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("*/*.transcript"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda p: f"{p.parent.name}/{p.stem}")
async def test_transcript_when_played_holds(path: Path, server: RunningServer) -> None:
    steps = parse(path)
    assert any(step.verb in ("<", "!", "closed") for step in steps), "it expects nothing"
    await play(path, server)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_session_of_a_dialects_page_when_played_holds(tmp_path: Path, dialect: str) -> None:
    page = (HERE.parents[1] / "docs" / "dialects" / f"{dialect}.md").read_text()
    session = re.search(r"```transcript\n(.*?)```", page, re.DOTALL)
    assert session is not None
    path = tmp_path / f"{dialect}.md"
    path.write_text(session[1])
    with running(tmp_path) as alone:  # its names are a reader's, and may be taken elsewhere
        await play(path, alone)


def _types(folder: str, verb: str) -> set[str]:
    steps = [step for path in (HERE / folder).glob("*.transcript") for step in parse(path)]
    return frame_types(steps, verb)


@pytest.mark.parametrize("command", NATIVE_COMMANDS)
def test_native_command_when_in_table_occurs_in_a_transcript(command: str) -> None:
    assert command in _types("native", ">")


@pytest.mark.parametrize("event", [name for name, _ in NATIVE_EVENTS.values()])
def test_native_event_when_in_table_occurs_in_a_transcript(event: str) -> None:
    assert event in _types("native", "<")


@pytest.mark.parametrize("event", sorted(MEW_EVENTS))
def test_mew_event_when_in_the_seed_occurs_in_a_transcript(event: str) -> None:
    assert event in _types("mew", "<")


@pytest.mark.parametrize("command", CHANNELCHAT_COMMANDS)
def test_channelchat_command_when_in_table_occurs_in_a_transcript(command: str) -> None:
    assert command in _types("channelchat", ">")


@pytest.mark.parametrize("command", STUDYBUDDY_COMMANDS)
def test_studybuddy_command_when_in_table_occurs_in_a_transcript(command: str) -> None:
    assert command in _types("studybuddy", ">")


STUDYBUDDY_PAGE = (HERE.parents[1] / "docs" / "dialects" / "studybuddy.md").read_text()


@pytest.mark.parametrize("kind", sorted(_types("studybuddy", "<") | set(STUDYBUDDY_COMMANDS)))
def test_studybuddy_frame_when_in_a_transcript_is_on_its_page(kind: str) -> None:
    assert re.search(rf"[`\"]{kind}\b", STUDYBUDDY_PAGE)
