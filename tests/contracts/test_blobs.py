"""What every place for bytes promises, and what only files can get wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.blobs import MemoryBlobs
from hubbub.model.errors import Code, Refused
from hubbub.ports.blobs import Blobs
from hubbub.storage.blobs import FolderBlobs


@pytest.fixture(params=["memory", "folder"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    made: Blobs = MemoryBlobs() if request.param == "memory" else FolderBlobs(tmp_path / "b")
    yield made
    await made.close()


async def test_what_was_put_is_there_and_can_be_replaced(blobs: Blobs) -> None:
    assert await blobs.get("users/1") is None
    await blobs.put("users/1", b"one")
    assert await blobs.get("users/1") == b"one"
    await blobs.put("users/1", b"two")
    assert await blobs.get("users/1") == b"two"


async def test_dropping_takes_a_key_or_all_below_it_and_nothing_beside(blobs: Blobs) -> None:
    for key in ("channels/1/1", "channels/1/2", "channels/11/1", "users/1"):
        await blobs.put(key, key.encode())
    blobs.drop("channels/1")
    blobs.drop("users/1")
    blobs.drop("users/2")
    await blobs.close()  # waits for what was begun
    found = [k for k in ("channels/1/1", "channels/1/2", "users/1") if await _peek(blobs, k)]
    assert found == []
    assert await _peek(blobs, "channels/11/1")


async def _peek(blobs: Blobs, key: str) -> bool:
    """Also when closed: a file is looked for as a file."""
    if isinstance(blobs, FolderBlobs):
        return (blobs._folder / key).exists()
    return await blobs.get(key) is not None


@pytest.mark.parametrize("key", ["", "../x", "a/../b", "/etc/passwd", "a//b", "A", "a\0b", "a.b"])
async def test_a_key_never_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    blobs = FolderBlobs(tmp_path / "b")
    with pytest.raises(ValueError, match="not a key"):
        await blobs.put(key, b"")
    with pytest.raises(ValueError, match="not a key"):
        await blobs.get(key)
    with pytest.raises(ValueError, match="not a key"):
        blobs.drop(key)
    await blobs.close()


async def test_a_file_that_cannot_be_written_is_refused_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path / "b")
    await blobs.put("users/1", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hubbub.storage.blobs.os.fsync", full)
    with pytest.raises(Refused) as refused:
        await blobs.put("users/1", b"new")
    assert refused.value.code is Code.UNAVAILABLE
    assert await blobs.get("users/1") == b"old"
    assert [path.name for path in (tmp_path / "b/users").iterdir()] == ["1"]
    await blobs.close()
