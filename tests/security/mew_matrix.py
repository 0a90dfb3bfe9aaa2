"""Who may what over Mew's REST: one row for every operation in a server, generated into tests by test_t29_mew.py."""

from typing import Final

from security.server_matrix import Row

S: Final = "/servers/{server_id}"
C: Final = "/channels/{channel_id}"
ROLE: Final = S + "/roles/{role_id}"
MEMBER: Final = S + "/members/{person_id}"
ME: Final = S + "/members/@me"
WEBHOOKS: Final = S + C + "/webhooks"
WEBHOOK: Final = WEBHOOKS + "/{webhook_id}"
HIDE: Final = {"targetType": "role", "targetId": "{role_id}", "allow": [], "deny": ["VIEW_CHANNEL"]}
KEEP: Final = {
    "targetType": "member",
    "targetId": "{blind_id}",
    "allow": [],
    "deny": ["VIEW_CHANNEL"],
}
NEW: Final = {"name": "new"}
UP: Final = {"role_id": "admin_role_id"}


def _messages(place: str) -> tuple[Row, ...]:
    message = place + "/messages/{message_id}"
    return (
        Row("GET", place + "/messages", "2222444"),
        Row("POST", place + "/messages", "2222444", {"content": "hi"}),
        Row("PATCH", message, "2333444", {"content": "changed"}),
        Row("DELETE", message, "2223444"),
        Row("PUT", message + "/reactions/{emoji}/@me", "2222444"),
        Row("DELETE", message + "/reactions/{emoji}/@me", "2222444"),
        Row("POST", place + "/ack", "2222444", {"lastMessageId": "{message_id}"}),
        Row("GET", place + "/notification-settings", "2222444"),
        Row("PUT", place + "/notification-settings", "2222444", {"level": "MUTE"}),
    )


IN_SERVER: Final = (
    Row("GET", S, "2222244"),
    Row("PATCH", S, "2233344", NEW),
    Row("DELETE", S, "2333344"),
    Row("GET", S + "/categories", "2222244"),
    Row("POST", S + "/categories", "2233344", NEW),
    Row("PATCH", "/categories/{category_id}", "2233344", NEW),
    Row("DELETE", "/categories/{category_id}", "2233344"),
    Row("GET", S + "/channels", "2222244"),
    Row("POST", S + "/channels", "2233344", {"name": "new", "type": "GUILD_TEXT"}),
    Row("GET", S + "/roles", "2222244"),
    Row("POST", S + "/roles", "2223344", NEW),
    Row("POST", S + "/roles", "2233344", {"name": "new", "permissions": ["MANAGE_SERVER"]}),
    Row("PATCH", S + "/roles/positions", "2233344", [{"roleId": "{role_id}", "position": 2}]),
    Row("PATCH", ROLE, "2223344", NEW),
    Row("PATCH", ROLE, "2233344", {"permissions": ["ADMINISTRATOR"]}),
    Row("PATCH", ROLE, "2333344", NEW, UP),
    Row("DELETE", ROLE, "2223344"),
    Row("DELETE", ROLE, "2333344", None, UP),
    Row("GET", S + "/members", "2222244"),
    Row("DELETE", MEMBER, "2223344"),
    Row("PUT", MEMBER + "/roles", "2223344", {"roleIds": ["{role_id}"]}),
    Row("PUT", MEMBER + "/roles", "2333344", {"roleIds": ["{admin_role_id}"]}),
    Row("DELETE", ME, "3222244"),
    Row("GET", ME + "/notification-settings", "2222244"),
    Row("PUT", ME + "/notification-settings", "2222244", {"notificationLevel": "MUTE"}),
    Row("POST", S + "/invites", "2222244", {}),
    Row("POST", S + "/bots/{bot_id}", "2233344"),
)
BY_CODE: Final = (
    Row("GET", "/invites/{code}", "2222242"),
    Row("POST", "/invites/{code}", "2222242"),
)
IN_CHANNELS: Final = (
    Row("PATCH", S + C, "2233444", NEW),
    Row("DELETE", S + C, "2233444"),
    Row("GET", S + C + "/permissions", "2222444"),
    Row("PUT", S + C + "/permissions", "2223444", [KEEP]),
    Row("PUT", S + C + "/permissions", "2223444", [KEEP, HIDE]),
    Row("GET", WEBHOOKS, "2233444"),
    Row("POST", WEBHOOKS, "2233444", NEW),
    Row("PATCH", WEBHOOK, "2233444", NEW),
    Row("POST", WEBHOOK + "/token", "2233444"),
    Row("DELETE", WEBHOOK, "2233444"),
    *_messages(C),
    *_messages(S + C),
)
ROWS: Final = (*IN_SERVER, *BY_CODE, *IN_CHANNELS)

# Not there: everybody gets the same answer.
ABSENT: Final = frozenset(
    {
        ("POST", S + "/icon"),
        ("GET", S + "/search"),
        *(
            (method, place + path)
            for place in (C, S + C)
            for method, path in (
                ("POST", "/uploads"),
                ("POST", "/uploads/presign"),
                ("GET", "/search"),
            )
        ),
    }
)
# One's own, everybody's, or by a secret; tests/integration and tests/failure have them.
OTHERS: Final = frozenset(
    {
        ("POST", "/webhooks/{webhook_id}/{token}"),
        ("DELETE", S + "/bots/{person_id}"),
        ("POST", "/servers"),
        ("POST", "/auth/register"),
        ("POST", "/auth/login"),
        ("POST", "/auth/bot"),
        ("GET", "/users/search"),
        ("GET", "/users/{person_id}"),
    }
)
COVERED: Final = (
    frozenset((row.method, row.path.replace("{bot_id}", "{person_id}")) for row in ROWS)
    | ABSENT
    | OTHERS
)
