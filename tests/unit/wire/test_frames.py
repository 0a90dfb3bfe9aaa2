"""Frames from the server: lengths in all three sizes, close reasons cut between characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.connection import payloads
from hubbub.wire.websocket import close_frame, text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_text_frame_of_every_size_reads_back(size: int) -> None:
    payload = bytes(n % 251 for n in range(size))
    assert payloads(text_frame(payload) + text_frame(b"next")) == [payload, b"next"]


@given(st.integers(1000, 4999), st.text(st.characters(exclude_categories=["Cs"])))
def test_close_frame_of_any_reason_is_a_whole_control_frame(code: int, reason: str) -> None:
    frame = close_frame(code, reason)
    assert frame[0] == 0x88
    assert frame[1] == len(frame) - 2 <= 125
    assert int.from_bytes(frame[2:4], "big") == code
    assert reason.startswith(frame[4:].decode())
