"""S22: the secret is made at the first start, strong, and only the owner's to read."""

import stat
from pathlib import Path

import pytest

from hubbub.auth.secrets import KEY_BYTES, BadSecret, load_keys
from support.rest import sign_up
from support.server import RunningServer, running


def test_s22_first_start_makes_256_bits_that_only_the_owner_reads(
    fresh_server: RunningServer,
) -> None:
    path = fresh_server.data / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kid, _, digits = path.read_text().strip().partition(":")
    assert kid
    assert len(bytes.fromhex(digits)) * 8 == 256
    assert digits not in fresh_server.output()


def test_s22_folder_is_only_the_owners(fresh_server: RunningServer) -> None:
    assert stat.S_IMODE(fresh_server.data.stat().st_mode) == 0o700


def test_s22_second_start_keeps_the_secret_and_its_tokens(fresh_server: RunningServer) -> None:
    person = sign_up(fresh_server.url)
    before = (fresh_server.data / "secret").read_bytes()
    fresh_server.terminate()
    fresh_server.start()
    assert (fresh_server.data / "secret").read_bytes() == before
    assert person.call("GET", "/users/@me").status == 200


def test_s22_two_servers_make_two_secrets(tmp_path: Path) -> None:
    keys = [load_keys(tmp_path / str(n))[0] for n in range(20)]
    assert len({kid for kid, _ in keys}) == 20
    assert len({secret for _, secret in keys}) == 20


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "changeme",
        "kid:changeme",
        "kid:",
        ":" + "ab12" * 16,
        "kid:" + "00" * KEY_BYTES,
        "kid:" + "ab" * KEY_BYTES,
        "kid:" + "0123456789abcdef" * 3,
        "a:" + "0123456789abcdeffedc" * 8 + "\nb:short",
    ],
)
def test_s22_weak_secret_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret"
    path.write_text(text)
    with pytest.raises(BadSecret, match="secret"):
        load_keys(path)


def test_s22_rotated_key_signs_and_the_old_one_is_still_accepted(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        old = sign_up(server.url)
        server.terminate()
        path = server.data / "secret"
        kept = path.read_text()
        fresh = load_keys(tmp_path / "fresh")[0]
        path.write_text(f"{fresh[0]}:{fresh[1].hex()}\n{kept}")
        server.start()
        new = sign_up(server.url)
        assert old.call("GET", "/users/@me").status == 200
        server.terminate()
        path.write_text(kept)
        server.start()
        assert new.call("GET", "/users/@me").status == 401
