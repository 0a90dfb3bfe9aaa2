"""What a message to a server's channel costs: no read of the database besides its append."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convergence.node import LocalServer
from hubbub.model.commands import SendMessage
from hubbub.model.permissions import BITS
from hubbub.model.server_commands import AcceptInvite, CreateInvite, CreateRole, CreateServer
from hubbub.model.server_commands import UpdateServerMember as UpdateMember


async def test_message_to_a_server_reads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = LocalServer(tmp_path)
    owner, member = [await server.register(name) for name in ("owner", "member")]
    boss, speaker = [await server.caller(t.access_token) for t in (owner, member)]
    made: Any = await server.do(boss, CreateServer("home", first_channel="general"))
    server_id, channel = made.server.id, made.channels[0].channel.id
    invite: Any = await server.do(boss, CreateInvite(server_id))
    await server.do(speaker, AcceptInvite(invite.code))
    role: Any = await server.do(boss, CreateRole(server_id, "loud", 0, BITS["MENTION_EVERYONE"]))
    await server.do(boss, UpdateMember(server_id, member.user.id, role_ids=(role.id,)))
    await server.do(speaker, SendMessage(channel, "the first one may load the room"))
    reads = _counted(server, monkeypatch)
    for content in ("plain", f"<@{owner.user.id}> <@&{role.id}> @everyone @here"):
        await server.do(speaker, SendMessage(channel, content, "nonce " + content[:5]))
    assert reads == []
    await server.close()


def _counted(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Fills with every read from now on."""
    reads: list[object] = []
    read: Callable[[Any], object] = server.node.store.read

    def counted(transaction: Any) -> object:
        reads.append(transaction)
        return read(transaction)

    monkeypatch.setattr(server.node.store, "read", counted)
    return reads
