"""A server as Mew's clients make it, with one of each thing, and a good body for every route that takes one."""

import json
from typing import Any
from urllib.parse import quote

from support.rest import PASSWORD, Answer, Json, Person, call, sign_up

# By method and path: what a client would send. `{name}` is that thing of the town.
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/auth/register"): {
        "username": "{fresh}",
        "email": "{fresh}@example.org",
        "password": PASSWORD,
    },
    ("POST", "/auth/login"): {"email": "{fresh}@example.org", "password": PASSWORD},
    ("POST", "/auth/bot"): {"accessToken": "{token}"},
    ("PATCH", "/users/@me"): {"username": "shown name"},
    ("POST", "/users/@me/password"): {"oldPassword": "wrong one", "newPassword": PASSWORD},
    ("PUT", "/users/@me/notification-settings"): {
        "soundEnabled": True,
        "soundVolume": 0.5,
        "desktopEnabled": False,
    },
    ("POST", "/users/@me/channels"): {"recipientId": "{person_id}"},
    ("POST", "/servers"): {"name": "another", "avatarUrl": "https://example.org/a.png"},
    ("PATCH", "/servers/{server_id}"): {"name": "n", "avatarUrl": "https://example.org/a.png"},
    ("POST", "/servers/{server_id}/categories"): {"name": "n", "position": 1},
    ("PATCH", "/categories/{category_id}"): {"name": "n", "position": 1},
    ("POST", "/servers/{server_id}/channels"): {
        "name": "n",
        "type": "GUILD_TEXT",
        "categoryId": "{category_id}",
        "topic": "t",
        "position": 1,
    },
    ("PATCH", "/servers/{server_id}/channels/{channel_id}"): {
        "name": "n",
        "categoryId": "{category_id}",
        "topic": "t",
        "position": 1,
    },
    ("PUT", "/servers/{server_id}/channels/{channel_id}/permissions"): [
        {"targetType": "role", "targetId": "{role_id}", "allow": ["SEND_MESSAGES"], "deny": []}
    ],
    ("POST", "/servers/{server_id}/roles"): {"name": "n", "permissions": [], "color": "#00FF00"},
    ("PATCH", "/servers/{server_id}/roles/positions"): [{"roleId": "{role_id}", "position": 1}],
    ("PATCH", "/servers/{server_id}/roles/{role_id}"): {
        "name": "n",
        "permissions": ["KICK_MEMBERS"],
        "color": "#00FF00",
    },
    ("PUT", "/servers/{server_id}/members/{person_id}/roles"): {"roleIds": ["{role_id}"]},
    ("PUT", "/servers/{server_id}/members/@me/notification-settings"): {
        "notificationLevel": "MUTE"
    },
    ("POST", "/servers/{server_id}/invites"): {
        "expiresAt": "2999-01-01T00:00:00Z",
        "maxUses": 5,
    },
    ("POST", "/servers/{server_id}/channels/{channel_id}/webhooks"): {
        "name": "n",
        "avatarUrl": "https://example.org/a.png",
    },
    ("PATCH", "/servers/{server_id}/channels/{channel_id}/webhooks/{webhook_id}"): {
        "name": "n",
        "avatarUrl": "https://example.org/a.png",
    },
    ("POST", "/webhooks/{webhook_id}/{token}"): {
        "content": "c",
        "username": "n",
        "avatar_url": "https://example.org/a.png",
        "type": "app/x-card",
        "payload": {"title": "t"},
    },
    ("POST", "/users/@me/bots"): {"name": "bot {fresh}"},
}
for _place in ("/channels/{channel_id}", "/servers/{server_id}/channels/{channel_id}"):
    BODIES |= {
        ("POST", _place + "/ack"): {"lastMessageId": "{message_id}"},
        ("PUT", _place + "/notification-settings"): {"level": "MUTE"},
        ("POST", _place + "/messages"): {
            "content": "c",
            "attachments": [],
            "referencedMessageId": "{message_id}",
            "type": "app/x-card",
            "payload": {"title": "t"},
            "plainText": "p",
        },
        ("PATCH", _place + "/messages/{message_id}"): {"content": "c"},
    }


def hexed(number: str) -> str:
    """An id as Mew writes it."""
    return f"{int(number):024x}"


class Town:
    """Alice's server, with Bob in it."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/api"
        self.alice, self.bob = sign_up(url), sign_up(url)
        self.names = {
            "person_id": hexed(self.bob.id),
            "fresh": f"{self.alice.name}x",
            "emoji": quote("👍"),
        }
        self.names["server_id"] = self.made("POST", "/servers", {"name": "Town"})
        server = "/servers/{server_id}"
        self.names["category_id"] = self.made("POST", server + "/categories", {"name": "c"})
        self.names["channel_id"] = self.made("POST", server + "/channels", {"name": "general"})
        self.names["role_id"] = self.made("POST", server + "/roles", {"name": "r"})
        channel = server + "/channels/{channel_id}"
        self.names["message_id"] = self.made("POST", channel + "/messages", {"content": "old"})
        hook = self.ask("POST", channel + "/webhooks", {"name": "hook"}).body
        self.names |= {"webhook_id": hook["_id"], "token": hook["token"]}
        self.names["code"] = self.ask("POST", server + "/invites", {}).body["code"]
        assert self.ask("POST", "/invites/{code}", by=self.bob).status == 200

    def made(self, method: str, path: str, body: object) -> str:
        answer = self.ask(method, path, body)
        assert answer.status == 201, answer
        return str(answer.body["_id"])

    def path(self, template: str) -> str:
        """With the town's names in it."""
        for name, value in self.names.items():
            template = template.replace("{" + name + "}", value)
        return template

    def body(self, method: str, path: str) -> Any:
        """A good one."""
        return json.loads(self.path(json.dumps(BODIES[method, path])))

    def ask(self, method: str, path: str, body: object = None, by: Person | None = None) -> Answer:
        token = (by or self.alice).token
        return call(method, self.url + self.path(path), body, token)

    def state(self) -> Json:
        """Everything that one may see of it."""
        server = "/servers/{server_id}"
        paths = ("", "/roles", "/members", "/categories", "/channels")
        found = {path: self.ask("GET", server + path).body for path in paths}
        channel = server + "/channels/{channel_id}"
        for path in ("/messages", "/webhooks", "/permissions"):
            found[path] = self.ask("GET", channel + path).body
        for path in ("/users/@me", "/users/@me/channels", "/users/@me/servers", "/users/@me/bots"):
            found[path] = self.ask("GET", path).body
        return found
