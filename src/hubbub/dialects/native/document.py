"""The OpenAPI 3.1 document, made of the very Structs that validate, and a page for people."""

import html
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from hubbub import __version__
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.codec import COMMANDS
from hubbub.dialects.native.render import EVENTS
from hubbub.dialects.native.routes import OPERATIONS, STATUS
from hubbub.model.errors import Code
from hubbub.wire.rest import Answer, Operation

PREFIX: Final = "/api/v1"
Json = dict[str, Any]  # a JSON document has no narrower type
_COMMON: Final = (Code.RATE_LIMITED, Code.UNAVAILABLE)
_PARAMETERS: Final = {
    "channel_id": "A channel's id; 0 is the lobby.",
    "message_id": "A message's id.",
    "user_id": "A person's id, or `@me`.",
    "emoji": "An emoji, percent-encoded UTF-8.",
    "session_id": "A device's id, from the list of sessions.",
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
            "description": _PARAMETERS[name],
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
            "schema": _inlined(found, schema["$defs"]),
        }
        for name, found in own["properties"].items()
    ]


def _inlined(schema: Json, definitions: Json) -> Json:
    """A query parameter stands alone: what it refers to is put in its place, and null can't be sent."""
    if "anyOf" in schema:
        real = [part for part in schema["anyOf"] if part.get("type") != "null"]
        return _inlined(real[0], definitions)
    if "$ref" in schema:
        return dict(definitions[schema["$ref"].rsplit("/", 1)[-1]])
    return schema


def _refusals(operation: Operation) -> list[int]:
    codes = {*operation.refuses, *_COMMON}
    if not operation.public:
        codes.add(Code.UNAUTHORIZED)
    takes_something = operation.body or operation.query or "{" in operation.path
    if takes_something:
        codes.add(Code.INVALID)
    statuses = {STATUS[code][0] for code in codes}
    if operation.body is not None:
        statuses |= {400, 413}
    return sorted(statuses)


def _operation(operation: Operation, schemas: dict[object, Json]) -> Json:
    problem = {"application/problem+json": {"schema": schemas[str(s.Problem)]}}
    responses: Json = {str(operation.status): {"description": "Done."}}
    if operation.returns is not None:
        content = {"application/json": {"schema": schemas[str(operation.returns)]}}
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
    if operation.body is not None:
        content = {"application/json": {"schema": schemas[str(operation.body)]}}
        found["requestBody"] = {"required": not operation.body_optional, "content": content}
    return found


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


# -- the page -----------------------------------------------------------------------------------------

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2563eb; }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 0 auto;
  padding: 1.5rem; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; }
summary { padding: .6rem .8rem; cursor: pointer; }
details > div { padding: 0 .8rem .8rem; border-top: 1px solid var(--line); }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .8rem; border-radius: 6px; overflow: auto; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 600; color: var(--accent); }
table { border-collapse: collapse; } td, th { text-align: left; padding: .2rem 1rem .2rem 0; }
"""


def _example(schema: Json, components: Json, depth: int = 0) -> Any:  # a JSON value
    """A value that the schema allows, for people to look at."""
    if "$ref" in schema:
        return _example(components[schema["$ref"].rsplit("/", 1)[-1]], components, depth)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], components, depth)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {k: _example(v, components, depth + 1) for k, v in properties.items()}
    if kind == "array":
        items = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
        return [_example(items, components, depth + 1)] if items and depth < 3 else []
    return _scalar(schema)


def _scalar(schema: Json) -> object:
    if "pattern" in schema:
        return "1535861234567890"
    if schema.get("format") == "date-time":
        return "2026-11-21T10:30:00.000Z"
    return {"integer": 1, "boolean": False, "number": 1.5, "null": None}.get(
        schema.get("type", ""), "…"
    )


def _body_html(title: str, holder: Json, components: Json) -> str:
    for media, content in holder.get("content", {}).items():
        example = json.dumps(_example(content["schema"], components), indent=2, ensure_ascii=False)
        return f"<p>{title} <code>{media}</code></p><pre>{html.escape(example)}</pre>"
    return ""


def _operation_html(method: str, path: str, found: Json, components: Json) -> str:
    rows = "".join(
        f"<tr><td><code>{p['name']}</code></td><td>{p['in']}</td>"
        f"<td>{_prose(p.get('description', ''))}</td></tr>"
        for p in found["parameters"]
    )
    table = f"<table><tr><th>Parameter</th><th>In</th><th></th></tr>{rows}</table>" if rows else ""
    request = _body_html("Body", found.get("requestBody", {}), components)
    status, answer = next(iter(found["responses"].items()))
    response = (
        _body_html(f"Answer {status}", answer, components) or f"<p>Answer {status}, empty</p>"
    )
    refusals = ", ".join(list(found["responses"])[1:])
    return (
        f'<details><summary><span class="method">{method.upper()}</span> <code>{path}</code> '
        f"{_prose(found['summary'])}</summary><div>{table}{request}{response}"
        f"<p>Refused with {refusals}</p></div></details>"
    )


def _socket_html() -> str:
    """The WebSocket's commands, whose data are checked by Structs too."""
    rows = ""
    for name, row in COMMANDS.items():
        schema = msgspec.json.schema(row.data, ref_template="#/{name}")
        example = _example(schema, schema["$defs"])
        frame = {"type": name, "ref": "1"} | ({"data": example} if example else {})
        text = html.escape(json.dumps(frame, ensure_ascii=False))
        rows += f"<tr><td><code>{name}</code></td><td><code>{text}</code></td></tr>"
    events = ", ".join(f"<code>{name}</code>" for name, _ in EVENTS.values())
    return (
        "<h2>WebSocket</h2><p>Text JSON on <code>/gateway</code>; <code>ref</code> comes back in the "
        "reply. Send <code>connect</code> first, within 10 s.</p>"
        f"<table><tr><th>Command</th><th>Frame</th></tr>{rows}</table><p>Events: {events}.</p>"
    )


def _prose(text: str) -> str:
    """`x` becomes code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def page(document: Json) -> str:
    """One HTML page; loads one style sheet, from here."""
    components = document["components"]["schemas"]
    sections: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, found in methods.items():
            text = _operation_html(method, path, found, components)
            sections.setdefault(found["tags"][0], []).append(text)
    body = "".join(f"<h2>{tag}</h2>{''.join(parts)}" for tag, parts in sections.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Hubbub API</title>"
        '<link rel="stylesheet" href="docs.css"></head><body>'
        f"<h1>Hubbub API {__version__}</h1><p>{_prose(document['info']['description'])}</p>"
        '<p>Machine-readable: <a href="openapi.json">openapi.json</a>. Sign in with '
        "<code>POST /api/v1/auth/login</code> and send "
        "<code>Authorization: Bearer &lt;access_token&gt;</code>.</p>"
        f"{_socket_html()}{body}</body></html>"
    )


_CSP: Final = (
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
)


@cache
def _document_answer() -> Answer:
    return Answer(200, msgspec.json.encode(openapi()))


@cache
def _page_answer() -> Answer:
    return Answer(200, page(openapi()).encode(), "text/html; charset=utf-8", _CSP)


@cache
def _style_answer() -> Answer:
    return Answer(200, _STYLE.encode(), "text/css; charset=utf-8")


PAGES: Final[Mapping[str, Callable[[], Answer]]] = {
    f"{PREFIX}/openapi.json": _document_answer,
    f"{PREFIX}/docs": _page_answer,
    f"{PREFIX}/docs.css": _style_answer,
}
