"""What the operator learns: from the log, in one form whoever writes it, and from the counts."""

import contextlib
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from hubbub.model.limits import FRAME_BYTES
from support.rest import PASSWORD, call, sign_up
from support.server import RunningServer, running


def _events(server: RunningServer) -> list[dict[str, Any]]:
    """The log's lines; the greeting is none."""
    lines = server.output().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def _close_code(server: RunningServer, *frames: str) -> int:
    with connect(f"{server.ws}/gateway") as ws:
        # The server may have closed before the empty fragment that ends a message of several is sent.
        with contextlib.suppress(ConnectionClosed):
            ws.send(list(frames) if len(frames) > 1 else frames[0])
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=10)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@pytest.mark.parametrize("frames", [(" " * (FRAME_BYTES + 1),), (" " * FRAME_BYTES, " ")])
def test_frame_that_is_too_large_is_counted_and_no_error_of_the_server(
    tmp_path: Path, frames: tuple[str, ...]
) -> None:
    with running(tmp_path, {"HUBBUB_LOG_FORMAT": "json", "HUBBUB_LOG_LEVEL": "debug"}) as server:
        assert _close_code(server, *frames) == 1009
        found = call("GET", f"{server.url}/metrics").body
        assert re.search(r'^hubbub_closes_total\{code="1009"\} 1.0$', found, re.MULTILINE)
        server.terminate()
        assert {event["level"] for event in _events(server)} <= {"debug", "info"}


def test_refused_sign_ins_and_new_administrators_are_told_without_names(tmp_path: Path) -> None:
    with running(tmp_path, {"HUBBUB_LOG_FORMAT": "json"}) as server:
        ann = sign_up(server.url, "annabel")
        for login in ("annabel", "nobody-at-all"):
            wrong = {"login": login, "password": PASSWORD + "!"}
            assert call("POST", f"{server.url}/api/v1/auth/login", wrong).status == 401
        token = re.search(r'"token": "([^"]+)"', server.output())
        assert token is not None
        ann.call("POST", "/auth/claim-admin", {"token": "wrong"})
        ann.ok("POST", "/auth/claim-admin", {"token": token[1]})
        server.terminate()
        told = [(e["event"], e.get("address") or e.get("user")) for e in _events(server)]
        assert told[2:-2] == [
            ("sign_in_refused", "127.0.0.1"),
            ("sign_in_refused", "127.0.0.1"),
            ("claim_refused", "127.0.0.1"),
            ("admin_made", int(ann.id)),
        ]
        logged = json.dumps(_events(server))
        assert not [
            secret for secret in ("annabel", "nobody", PASSWORD, token[1]) if secret in logged
        ]


@pytest.mark.parametrize("form", ["json", "console"])
def test_what_libraries_log_has_the_same_form(form: str) -> None:
    program = (
        "import logging, sys; from hubbub.logs import configure; configure('info', sys.argv[1]);"
        "logging.getLogger('uvicorn.error').warning('odd %s', 'thing')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, form], capture_output=True, text=True, check=True
    )
    if form == "json":
        told = json.loads(done.stderr)
        assert (told["event"], told["level"], told["logger"]) == (
            "odd thing",
            logging.getLevelName(logging.WARNING).lower(),
            "uvicorn.error",
        )
    else:
        assert re.match(r"\d{4}-\d\d-\d\dT\S+ \[warning *\] odd thing", done.stderr), done.stderr
