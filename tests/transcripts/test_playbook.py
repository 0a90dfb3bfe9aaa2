"""The runner of transcripts: that it finds what is wrong, and says where."""

import re
from pathlib import Path

import pytest

from support.server import RunningServer
from transcripts.matching import Mismatch, Names
from transcripts.playbook import Wrong, frame_types, parse, play

TALK = """\
@ channel general alice bob
@ alice native
@ bob channelchat
bob > {"type": "join_channel", "data": {"channel_id": "$general"}}
bob < {"type": "join_channel_ack", "data": {"...": true}}
alice > {"type": "send_message", "ref": 1, "data": {"channel_id": "$general", "content": "hi"}}
alice < {"type": "message_ack", "ref": 1, "data": {"message_id": "$m:id", "...": true}}
alice < {"type": "new_message", "data": {"...": true}}
bob < {"type": "new_message", "data": {"message_id": "$m:str", "content": "hi", "...": true}}
"""


@pytest.fixture
def names() -> Names:
    found = Names()
    found.set("alice.id", "7")
    found.set("count", 3)
    return found


async def _play(tmp_path: Path, server: RunningServer, text: str) -> None:
    path = tmp_path / "talk.transcript"
    path.write_text(text)
    await play(path, server)


async def _failure(tmp_path: Path, server: RunningServer, text: str) -> str:
    with pytest.raises(Wrong) as wrong:
        await _play(tmp_path, server, text)
    return str(wrong.value)


# -- playing --------------------------------------------------------------------------------------------


async def test_play_when_transcript_is_true_passes(tmp_path: Path, server: RunningServer) -> None:
    await _play(tmp_path, server, TALK + "alice .\nbob .\n")


async def test_play_when_value_is_wrong_tells_file_line_want_and_got(
    tmp_path: Path, server: RunningServer
) -> None:
    text = TALK.replace('"content": "hi", "...": true}}\n', '"content": "ho", "...": true}}\n')
    message = await _failure(tmp_path, server, text)
    assert message.startswith("talk.transcript:9: data.content: want 'ho', got 'hi'")
    assert re.search(r'want \{.*"ho".*\n  got  \{.*"hi"', message)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"ref": 1, "data": {"message_id"', '"data": {"message_id"', "unexpected ['ref']"),
        ('"$m:id", "...": true', '"$m:id"', "unexpected ["),
        ('"$m:str"', '"$m:int"', "want $m:int"),
        ('"message_id": "$m:str"', '"user_id": "$m:str"', "want $m ="),
        ('"content": "hi", "..."', '"content": "hi", "colour": "red", "..."', "missing ['colour']"),
    ],
)
async def test_play_when_expectation_is_broken_fails(
    tmp_path: Path, server: RunningServer, old: str, new: str, problem: str
) -> None:
    assert old in TALK
    assert problem in await _failure(tmp_path, server, TALK.replace(old, new))


async def test_play_when_frames_are_left_over_fails_at_the_end(
    tmp_path: Path, server: RunningServer
) -> None:
    text = TALK.rsplit("bob <", 1)[0]
    message = await _failure(tmp_path, server, text)
    assert message.startswith("talk.transcript: end: bob: want nothing more")


async def test_play_when_nothing_more_is_wrong_shows_the_frame(
    tmp_path: Path, server: RunningServer
) -> None:
    text = TALK.replace('bob < {"type": "new_message"', 'bob .\nbob < {"type": "new_message"')
    message = await _failure(tmp_path, server, text)
    assert message.startswith("talk.transcript:9: bob: want nothing more")
    assert "new_message" in message


async def test_play_when_frame_never_comes_fails_in_time(
    tmp_path: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcripts.playbook.SECONDS", 0.1)
    message = await _failure(tmp_path, server, '@ alice native\nalice < {"type": "new_message"}\n')
    assert message.startswith("talk.transcript:2: alice: want")
    assert "got nothing" in message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("alice ! GET /api/v1/users/@me -> 201", "status: want 201, got 200"),
        ('alice ! GET /api/v1/users/@me -> 200 {"id": "1"}', "body: unexpected"),
        ("alice ! GET /api/v1/users/@me -> 200", "want '', got {"),
        ("@ alice refused 404 /gateway", "want a refusal with 404, got an open connection"),
        ("@ alice refused 401 /nowhere", "status: want 401, got 404"),
        ("@ alice native\nalice closed 4001", "want a close with 4001"),
        ("@ alice\nalice .", "alice has no open connection"),
        ('@ alice native\nalice > {"type": "$nobody"}', "$nobody has not been bound yet"),
        ("@ alice native\nalice < {type}", "this is not JSON"),
        ("@ alice klingon", "there is no 'klingon'"),
    ],
)
async def test_play_when_step_is_wrong_fails(
    tmp_path: Path,
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    problem: str,
) -> None:
    monkeypatch.setattr("transcripts.playbook.SECONDS", 0.2)
    assert problem in await _failure(tmp_path, server, text)


async def test_play_when_close_code_differs_fails(tmp_path: Path, server: RunningServer) -> None:
    connect = 'alice > {"type": "connect", "data": {"token": "bad"}}\n'
    refusal = 'alice < {"type": "error", "data": {"...": true}}\n'
    text = f"@ alice raw /gateway\n{connect}{refusal}alice closed 4006 *\n"
    assert "close code: want 4006, got 4001" in await _failure(tmp_path, server, text)


# -- parsing --------------------------------------------------------------------------------------------


def test_parse_when_line_is_no_step_fails_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.transcript"
    path.write_text("# a comment\n\nalice ? {}\n")
    with pytest.raises(Wrong, match=r"bad\.transcript:3: this is no step"):
        parse(path)


def test_parse_when_lines_are_indented_joins_them(tmp_path: Path) -> None:
    path = tmp_path / "long.transcript"
    path.write_text('alice > {"type":\n  # a remark\n    "x"}\nbob .\n')
    first, second = parse(path)
    assert (first.where, first.text) == ("long.transcript:1", '{"type": "x"}')
    assert second.where == "long.transcript:4"
    assert frame_types([first, second], ">") == {"x"}


# -- matching -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ({"a": 1}, {"a": 1}),
        ({"a": 1, "...": True}, {"a": 1, "b": 2}),
        ([1, "..."], [1, 2, 3]),
        (["..."], []),
        ({"id": "$alice.id"}, {"id": "7"}),
        ({"$alice.id": "online"}, {"7": "online"}),
        ("<@$alice.id> x$count", "<@7> x3"),
        (["$n:int", "$n"], [5, 5]),
        (["$n:int", "$n:str"], [5, "5"]),
        (["$_:time", "$_:time"], ["2026-11-21T11:30:34.000Z", "2026-11-21T11:30:35.000Z"]),
        ("$_:seconds", "2026-11-21T11:30:34Z"),
    ],
)
def test_match_when_it_agrees_passes(names: Names, want: object, got: object) -> None:
    names.match(want, got)
    with pytest.raises(Mismatch):
        names.match(want, {"something": "else"})


@pytest.mark.parametrize(
    ("want", "got"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "...": True}, {"b": 2}),
        ({"a": 1}, {"a": True}),
        (1, 1.0),
        (None, 0),
        ([1], [1, 2]),
        ([1, 2, "..."], [1]),
        ([1, 2], [2, 1]),
        ("$alice.id", 7),
        ("$count", True),
        (["$n:int", "$n"], [5, "5"]),
        (["$n:int", "$n:str"], [5, "6"]),
        ("$n:id", "007"),
        ("$n:id", 7),
        ("$n:int", True),
        ("$n:text", ""),
        ("$n:time", "2026-11-21T11:30:34Z"),
        ("$n:seconds", "2026-11-21T11:30:34.000Z"),
        ("$n:klingon", 1),
        ("$unknown", 1),
    ],
)
def test_match_when_it_differs_fails(names: Names, want: object, got: object) -> None:
    with pytest.raises(Mismatch):
        names.match(want, got)


def test_fill_when_name_stands_alone_keeps_its_type(names: Names) -> None:
    template = {"n": "$count", "t": "$count times $alice.id", "$alice.id": [True, None]}
    assert names.fill(template) == {"n": 3, "t": "3 times 7", "7": [True, None]}
