"""Who may what in a server: one row for every operation there, generated into tests by test_t29_servers.py."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

# `blind` is a member who may not see the channel; `moderator` may moderate, ban and manage roles, but neither
# channels nor the server.
CAST: Final = ("owner", "admin", "moderator", "member", "blind", "banned", "stranger")
OUTSIDE: Final = ("banned", "stranger")
S: Final = "/servers/{server_id}"
C: Final = "/channels/{channel_id}"
M: Final = C + "/messages/{message_id}"
ROLE: Final = S + "/roles/{role_id}"
MEMBER: Final = S + "/members/{user_id}"
ME: Final = S + "/members/@me"
BAN: Final = S + "/bans/{user_id}"
CATEGORY: Final = S + "/categories/{category_id}"
PIN: Final = C + "/pins/{message_id}"
TARGET: Final = C + "/overrides/{target_id}"
WEBHOOK: Final = "/webhooks/{webhook_id}"
IN_CHANNEL: Final = C + "/members/{user_id}"
REACTION: Final = M + "/reactions/{emoji}/@me"
BOT: Final = S + "/bots/{bot_id}"
LOW: Final = "{role_id}"
HIDE: Final = {"target_id": LOW, "kind": "role", "deny": ["VIEW_CHANNEL"]}


_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


class Row(NamedTuple):
    """`{name}` in paths and bodies is filled in; `names` says where one stands for another (`user_id` for
    `banned_id`). Answers in the order of CAST: 2 done, 3 forbidden, 4 not found, 9 conflict."""

    method: str
    path: str
    answers: str
    body: Any = None
    names: Mapping[str, str] = _NO_NAMES

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.body or ''}{dict(self.names) or ''}"

    @property
    def operation(self) -> tuple[str, str]:
        """As it stands in the table of operations."""
        path = self.path.partition("?")[0]
        return self.method, path.replace("members/@me", "members/{user_id}")


BANNED: Final = {"user_id": "banned_id"}
OF_LOW: Final = {"target_id": "role_id"}
OF_ADMIN: Final = {"target_id": "admin_role_id"}
OF_BLIND: Final = {"target_id": "blind_id"}
IN_SERVER: Final = (
    Row("GET", S, "2222244"),
    Row("PATCH", S, "2233344", {"name": "new"}),
    Row("PATCH", S, "2333344", {"owner_id": "{user_id}"}),
    Row("DELETE", S, "2333344"),
    Row("GET", S + "/audit-log", "2233344"),
    Row("GET", S + "/channels", "2222244"),
    Row("POST", S + "/channels", "2233344", {"name": "new"}),
    Row("POST", S + "/channels", "2233344", {"name": "new", "category_id": "{category_id}"}),
    Row("POST", S + "/categories", "2233344", {"name": "new"}),
    Row("PATCH", CATEGORY, "2233344", {"name": "new"}),
    Row("DELETE", CATEGORY, "2233344"),
    Row("POST", S + "/roles", "2223344", {"name": "new"}),
    Row("POST", S + "/roles", "2223344", {"name": "new", "permissions": ["KICK_MEMBERS"]}),
    Row("POST", S + "/roles", "2233344", {"name": "new", "permissions": ["MANAGE_SERVER"]}),
    Row("PATCH", S + "/roles", "2233344", [{"role_id": LOW, "position": 2}]),
    Row("PATCH", ROLE, "2223344", {"name": "new"}),
    Row("PATCH", ROLE, "2233344", {"permissions": ["ADMINISTRATOR"]}),
    Row("PATCH", ROLE, "2333344", {"name": "new"}, {"role_id": "admin_role_id"}),
    Row("DELETE", ROLE, "2223344"),
    Row("DELETE", ROLE, "2333344", None, {"role_id": "admin_role_id"}),
    Row("GET", S + "/members", "2222244"),
    Row("GET", MEMBER, "2222244"),
    Row("PATCH", MEMBER, "2223344", {"nickname": "new"}),
    Row("PATCH", MEMBER, "2223344", {"role_ids": [LOW]}),
    Row("PATCH", MEMBER, "2333344", {"role_ids": ["{admin_role_id}"]}),
    Row("PATCH", MEMBER, "3333344", {"notify": "nothing"}),
    Row("PATCH", ME, "2222244", {"nickname": "new"}),
    Row("PATCH", ME, "2222244", {"notify": "nothing"}),
    Row("PATCH", ME, "2233344", {"role_ids": ["{admin_role_id}"]}),
    Row("DELETE", MEMBER, "2223344"),
    Row("DELETE", ME, "9222244"),
    Row("GET", S + "/bans", "2223344"),
    Row("PUT", BAN, "2223344"),
    Row("DELETE", BAN, "2223344", None, BANNED),
    Row("POST", S + "/invites", "2222244"),
    Row("GET", S + "/invites", "2222244"),
    Row("PUT", BOT, "2233344"),
)
BY_CODE: Final = (
    Row("GET", "/invites/{code}", "2222242"),
    Row("POST", "/invites/{code}", "2222242"),
    Row("DELETE", "/invites/{code}", "2233344"),
)
IN_CHANNELS: Final = (
    Row("GET", C, "2222444"),
    Row("PATCH", C, "2233444", {"name": "new"}),
    Row("PATCH", C, "2233444", {"category_id": "{category_id}"}),
    Row("DELETE", C, "2233444"),
    Row("PUT", C + "/overrides", "2223444", []),
    Row("PUT", C + "/overrides", "2223444", [HIDE]),
    Row("PUT", TARGET, "2223444", {"kind": "role", "deny": ["SEND_MESSAGES"]}, OF_LOW),
    Row("PUT", TARGET, "2233444", {"kind": "role", "allow": ["MANAGE_CHANNEL"]}, OF_LOW),
    Row("PUT", TARGET, "2333444", {"kind": "role", "deny": ["SEND_MESSAGES"]}, OF_ADMIN),
    Row("DELETE", TARGET, "2223444", None, OF_BLIND),
    Row("POST", C + "/webhooks", "2233444", {"name": "new"}),
    Row("GET", C + "/webhooks", "2233444"),
    Row("PATCH", WEBHOOK, "2233444", {"name": "new"}),
    Row("DELETE", WEBHOOK, "2233444"),
    Row("GET", C + "/pins", "2222444"),
    Row("PUT", PIN, "2223444"),
    Row("DELETE", PIN, "2223444"),
    Row("GET", C + "/notify", "2222444"),
    Row("PUT", C + "/notify", "2222444", {"notify": "mentions"}),
    Row("GET", C + "/members", "3333444"),
    Row("PUT", IN_CHANNEL, "3333444"),
    Row("DELETE", IN_CHANNEL, "3333444"),
    Row("GET", C + "/messages", "2222444"),
    Row("POST", C + "/messages", "2222444", {"content": "hi"}),
    Row("GET", M, "2222444"),
    Row("PATCH", M, "2333444", {"content": "changed"}),
    Row("DELETE", M, "2223444"),
    Row("PUT", REACTION, "2222444"),
    Row("DELETE", REACTION, "2222444"),
    Row("PUT", C + "/read", "2222444", {"seq": 1}),
    Row("PUT", C + "/delivered", "2222444", {"seq": 1}),
    Row("POST", C + "/typing", "2222444"),
)
ROWS: Final = (*IN_SERVER, *BY_CODE, *IN_CHANNELS)

# Who has the token needs no account.
BY_TOKEN: Final = frozenset(
    {
        ("POST", WEBHOOK + "/{webhook_token}"),
        ("POST", WEBHOOK + "/{webhook_token}/slack"),
    }
)
# One's own, and nobody else's.
PERSONAL: Final = frozenset(
    {
        ("GET", "/servers"),
        ("POST", "/servers"),
        ("GET", "/bots"),
        ("POST", "/bots"),
        ("POST", "/bots/{bot_id}/token"),
        ("DELETE", "/bots/{bot_id}"),
        ("GET", "/users/@me/notify"),
        ("GET", "/users/@me/preferences"),
        ("PUT", "/users/@me/preferences"),
    }
)
COVERED: Final = frozenset({row.operation for row in ROWS} | BY_TOKEN | PERSONAL)
