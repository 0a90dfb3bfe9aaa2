"""The OpenAPI 3.1 document, made of the very Structs that validate."""

import re
from typing import Any, Final

import msgspec

from hubbub import __version__
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.routes import OPERATIONS, STATUS
from hubbub.model.errors import Code
from hubbub.model.images import MEDIA_TYPES
from hubbub.wire.rest import IMAGES, Operation

PREFIX: Final = "/api/v1"
Json = dict[str, Any]  # a JSON document has no narrower type
_COMMON: Final = (Code.RATE_LIMITED, Code.UNAVAILABLE)
# What a field means, wherever it stands; how long or large it may be, its type says.
MEANINGS: Final = {
    "channel_id": "A channel's id; 0 is the lobby.",
    "message_id": "A message's id.",
    "user_id": "A person's id; in a path also `@me`.",
    "emoji": "An emoji; in a path percent-encoded UTF-8.",
    "session_id": "A device's id, from the list of sessions.",
    "server_id": "A server's id.",
    "role_id": "A role's id.",
    "category_id": "A category's id; in a body null is none.",
    "target_id": "The id of a role or of a member.",
    "webhook_id": "A webhook's id.",
    "webhook_token": "A webhook's token, as it was shown when it was made.",
    "bot_id": "The id of the bot's account.",
    "code": "An invite's code.",
    "before": "Older than this message of the channel, or this entry of the log. Of a channel at most one of "
    "the four cursors.",
    "after": "Newer than this message.",
    "around": "This message, and what is on both sides of it.",
    "at": "The first message of this moment or later, and what is on both sides of it; the newest if there is none.",
    "v": "The person's `avatar`, so that caches take another picture for another one.",
    "admin": "Whether they are an administrator of the whole server.",
    "disabled": "Whether they are kept from signing in.",
    "limit": "How many at the most.",
    "q": "What the name starts with.",
    "status": "How they stand to the channel; the pending and the banned are for admins.",
    "ban": "Keep the person out for good; also somebody who is no member.",
    "user_ids": "Ids, separated by commas.",
    "username": "What one signs in with. Nobody else has it; capitals make no difference. Of a webhook's message: "
    "the name to show instead of the webhook's own.",
    "password": "Anything but the user name.",
    "old_password": "The one that works now.",
    "new_password": "The one that will.",
    "email": "To sign in with as well.",
    "display_name": "What others see; without one, the user name.",
    "login": "A user name or an e-mail.",
    "refresh_token": "From the last sign-in or refresh; it works once.",
    "token": "An access token; for `claim-admin` the one that the server printed.",
    "name": "What it is called.",
    "kind": "Of a new channel: direct ones are made by `POST /dms`, a server's by `POST /servers/{server_id}/channels`. "
    "Of an override: whose id `target_id` is.",
    "description": "What it is for.",
    "private": "Whether joining has to be approved, and nobody else can see it.",
    "guests": "Whether people without a password may come in, who are believed to be who they say.",
    "owner_id": "Hand it over to this member.",
    "role": "Make them this.",
    "bond": "What the person should become to oneself.",
    "content": "The text; `<@id>` mentions a person, in servers also `<@&id>` a role, `@everyone` and `@here`.",
    "nonce": "The sender's own mark, such as a UUID: a retry with the same one stores nothing.",
    "reply_to": "The id of a message of the same channel.",
    "seq": "The message's number in its channel; past the end counts as the end.",
    "icon": "The address of a picture.",
    "first_channel": "The name of a channel to begin with; empty is none.",
    "reason": "Why; it stands in the audit log.",
    "position": "Its place among its like, counted from 0; of roles from 1, and a higher one is more powerful.",
    "slow_mode": "Seconds that a person has to wait between two messages.",
    "overrides": "What some may and may not do here, beyond what they may elsewhere.",
    "allow": "What they may here, whatever else says.",
    "deny": "What they may not here.",
    "color": "Red, green and blue in a byte each; 0 is none.",
    "permissions": "What its bearers may do.",
    "nickname": "What they are called in this server; empty is none.",
    "role_ids": "All roles that they bear, without the everyone role.",
    "notify": "What to be told of.",
    "expires_in": "Seconds until it ends; without it, never.",
    "max_uses": "How many may come in by it; 0 is any number.",
    "avatar_url": "The address of a picture.",
    "new_token": "Whether to make another token; the old one ends.",
    "text": "The text, in Slack's markup.",
    "icon_url": "The address of a picture.",
    "attachments": "More text, line by line.",
    "blocks": "Slack's newer form; where they have text, they stand for `text`.",
    "positions": "The version of each channel that one has seen up to; `sync` brings what is newer.",
}
_EXAMPLES: Final[Json] = {
    "username": "alice",
    "password": "correct horse",
    "old_password": "correct horse",
    "new_password": "battery staple",
    "email": "alice@example.org",
    "display_name": "Alice",
    "login": "alice",
    "name": "general",
    "description": "Anything",
    "content": "hello",
    "emoji": "👍",
    "channel_id": "0",
    "bond": "friend",
    "expires_in": 86_400,
    "nickname": "Ali",
    "reason": "Spam",
    "text": "The build is <https://example.org/7|green>.",
    "nonce": "4f6c1d5e-0d3b-4c6e-9f6a-0c8a2b7d1e35",
    "positions": {"1535861234567890": 7},
}


def _schemas() -> tuple[dict[object, Json], Json]:
    kinds: list[object] = [s.Problem]
    for operation in OPERATIONS:
        kinds += [k for k in (operation.body, operation.returns) if k is not None]
    unique = list({str(kind): kind for kind in kinds}.values())
    schemas, components = msgspec.json.schema_components(
        unique, ref_template="#/components/schemas/{name}"
    )
    return dict(zip(map(str, unique), schemas, strict=True)), components


def _path_parameters(operation: Operation) -> list[Json]:
    names = re.findall(r"{(\w+)}", operation.path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": MEANINGS[name],
            "schema": {"type": "string", "maxLength": 64},
        }
        for name in names
    ]


def _query_parameters(operation: Operation) -> list[Json]:
    if operation.query is None:
        return []
    schema = msgspec.json.schema(operation.query)
    own = schema["$defs"].pop(operation.query.__name__)
    required = own.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": MEANINGS[name],
            "schema": _inlined(found, schema["$defs"]),
        }
        for name, found in own["properties"].items()
    ]


def _inlined(schema: Json, definitions: Json) -> Json:
    """A query parameter stands alone: what it refers to is put in its place, and null can't be sent."""
    default = {"default": schema["default"]} if schema.get("default") is not None else {}
    if "anyOf" in schema:
        real = [part for part in schema["anyOf"] if part.get("type") != "null"]
        return _inlined(real[0], definitions) | default
    if "$ref" in schema:
        return dict(definitions[schema["$ref"].rsplit("/", 1)[-1]]) | default
    return schema


def _refusals(operation: Operation) -> list[int]:
    codes = {*operation.refuses, *_COMMON}
    if not operation.public:
        codes.add(Code.UNAUTHORIZED)
    takes_something = operation.body or operation.query or "{" in operation.path
    if takes_something:
        codes.add(Code.INVALID)
    statuses = {STATUS[code][0] for code in codes}
    if operation.images:
        statuses |= {413, 422}
    if operation.body is not None:
        statuses |= {400, 413}
    return sorted(statuses)


def _operation(operation: Operation, schemas: dict[object, Json]) -> Json:
    problem = {"application/problem+json": {"schema": schemas[str(s.Problem)]}}
    responses: Json = {str(operation.status): {"description": "Done."}}
    if operation.media_type == IMAGES:
        responses[str(operation.status)]["content"] = _bytes()
    if operation.returns is not None:
        content = {operation.media_type: {"schema": schemas[str(operation.returns)]}}
        responses[str(operation.status)]["content"] = content
    for status in _refusals(operation):
        responses[str(status)] = {"description": "Refused.", "content": problem}
    found: Json = {
        "operationId": _operation_id(operation),
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _path_parameters(operation) + _query_parameters(operation),
        "responses": responses,
        "security": [] if operation.public else [{"bearer": []}],
    }
    if operation.images:
        found["requestBody"] = {"required": True, "content": _bytes()}
    if operation.body is not None:
        content = {"application/json": _request(operation.body, schemas)}
        if operation.payload:
            content["application/x-www-form-urlencoded"] = _form(operation.payload)
        found["requestBody"] = {"required": not operation.body_optional, "content": content}
    return found


def _bytes() -> Json:
    """An image, as it is."""
    return {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES}


def _request(body: object, schemas: dict[object, Json]) -> Json:
    schema = msgspec.json.schema(body, ref_template="#/{name}")
    return {
        "schema": schemas[str(body)],
        "example": example(schema, schema.get("$defs", {}), sparse=True),
    }


def _form(name: str) -> Json:
    """The same JSON as a field."""
    field = {"type": "string", "contentMediaType": "application/json"}
    return {"schema": {"type": "object", "properties": {name: field}, "required": [name]}}


def _operation_id(operation: Operation) -> str:
    words = re.sub(r"[^a-z]+", "_", operation.path.replace("@me", "me").lower()).strip("_")
    return f"{operation.method.lower()}_{words}"


def openapi() -> Json:
    """The whole document."""
    schemas, components = _schemas()
    paths: Json = {}
    for operation in OPERATIONS:
        entry = paths.setdefault(PREFIX + operation.path, {})
        entry[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hubbub",
            "version": __version__,
            "description": "Ids are decimal strings, times RFC 3339 UTC with milliseconds. "
            "Errors are RFC 9457 problems whose `code` is a word.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def example(
    schema: Json, components: Json, *, sparse: bool = False, depth: int = 0
) -> Any:  # a JSON value
    """A value that the schema allows; a sparse one has only what a client has to say, or what it leaves out."""
    if "enum" in schema:
        return schema["enum"][0]
    if "$ref" in schema:
        target = components[schema["$ref"].rsplit("/", 1)[-1]]
        return example(target, components, sparse=sparse, depth=depth)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], components, sparse=sparse, depth=depth)
    kind = schema.get("type")
    if kind == "object":
        shown = _said(schema) if sparse else schema.get("properties", {})
        return {
            name: _EXAMPLES.get(name) or example(part, components, sparse=sparse, depth=depth + 1)
            for name, part in shown.items()
        }
    if kind == "array":
        items = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
        return (
            [example(items, components, sparse=sparse, depth=depth + 1)]
            if items and depth < 3
            else []
        )
    return _scalar(schema)


def _said(schema: Json) -> Json:
    """What is required, and what has a default that says something; where there is neither, the first."""
    properties: Json = schema.get("properties", {})
    required = schema.get("required", [])
    said = {k: v for k, v in properties.items() if k in required or v.get("default")}
    return said or dict(list(properties.items())[:1])


def _scalar(schema: Json) -> object:
    if schema.get("default") is not None:
        return schema["default"]
    if "pattern" in schema:
        return "1535861234567890"
    if schema.get("format") == "date-time":
        return "2026-11-21T10:30:00.000Z"
    return {"integer": 1, "boolean": False, "number": 1.5, "null": None}.get(
        schema.get("type", ""), "…"
    )
