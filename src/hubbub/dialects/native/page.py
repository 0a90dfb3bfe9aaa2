"""The API's description for people: one page without scripts."""

import html
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import msgspec
from msgspec import UNSET, inspect

from hubbub import __version__
from hubbub.dialects.native.codec import COMMANDS
from hubbub.dialects.native.document import MEANINGS, PREFIX, Json, example, openapi
from hubbub.dialects.native.events import EVENTS
from hubbub.dialects.native.routes import OPERATIONS
from hubbub.model.shapes import wanted
from hubbub.wire.rest import Answer, Operation

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
table { border-collapse: collapse; margin: .8rem 0; }
td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; }
"""


def _example_html(title: str, holder: Json, components: Json) -> str:
    for media, content in holder.get("content", {}).items():
        if content["schema"].get("format") == "binary":
            return f"<p>{title}: the bytes, {' or '.join(holder['content'])}</p>"
        shown = content.get("example") or example(content["schema"], components)
        text = json.dumps(shown, indent=2, ensure_ascii=False)
        return f"<p>{title} <code>{media}</code></p><pre>{html.escape(text)}</pre>"
    return ""


def _fields_html(title: str, kind: object) -> str:
    """A table of a Struct's fields, or of those in a list: what must be there, what it may be, what it means."""
    shape = None if kind is None else inspect.type_info(kind)
    if isinstance(shape, inspect.CollectionType):
        title, shape = f"{title}'s items", shape.item_type
    if not isinstance(shape, inspect.StructType) or not shape.fields:
        return ""
    rows = "".join(
        _row(field.encode_name, _presence(field), wanted(field.type)) for field in shape.fields
    )
    return _table(title, rows)


def _presence(field: inspect.Field) -> str:
    if field.required:
        return "required"
    says_something = field.default not in (None, "", UNSET, msgspec.NODEFAULT)
    default = html.escape(json.dumps(field.default)) if says_something else ""
    return f"default <code>{default}</code>" if says_something else "optional"


def _row(name: str, presence: str, kind: str) -> str:
    cells = f"<code>{name}</code>", presence, html.escape(kind), _prose(MEANINGS[name])
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _table(title: str, rows: str) -> str:
    head = f"<tr><th>{title}</th><th></th><th>What</th><th>Meaning</th></tr>"
    return f"<table>{head}{rows}</table>"


def _path_html(path: str) -> str:
    rows = "".join(_row(name, "required", "text") for name in re.findall(r"{(\w+)}", path))
    return _table("In the path", rows) if rows else ""


def _operation_html(operation: Operation, found: Json, components: Json) -> str:
    status, answer = next(iter(found["responses"].items()))
    parts = (
        _path_html(operation.path),
        _fields_html("In the query", operation.query),
        _fields_html("In the body", operation.body),
        _prose_of(operation.body or operation.query),
        _example_html("Body", found.get("requestBody", {}), components),
        _example_html(f"Answer {status}", answer, components) or f"<p>Answer {status}, empty</p>",
        f"<p>Refused with {', '.join(list(found['responses'])[1:])}</p>",
    )
    return (
        f'<details><summary><span class="method">{operation.method}</span> '
        f"<code>{PREFIX}{operation.path}</code> {_prose(found['summary'])}</summary>"
        f"<div>{''.join(parts)}</div></details>"
    )


def _prose_of(kind: object) -> str:
    is_ours = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    return f"<p>{_prose(kind.__doc__)}</p>" if is_ours and kind.__doc__ else ""


def _socket_html() -> str:
    """The WebSocket's commands, whose data are checked by Structs too."""
    commands = "".join(_command_html(name, row.data) for name, row in COMMANDS.items())
    names = dict.fromkeys(name for name, _ in EVENTS.values())
    events = ", ".join(f"<code>{name}</code>" for name in names)
    return (
        "<h2>WebSocket</h2><p>Text JSON on <code>/gateway</code>; <code>ref</code> comes back in the "
        f"reply. Send <code>connect</code> first, within 10 s.</p>{commands}<p>Events: {events}.</p>"
    )


def _command_html(name: str, data: type) -> str:
    text = html.escape(json.dumps(frame(name, data), ensure_ascii=False))
    return (
        f"<details><summary><code>{name}</code></summary><div>{_fields_html('In the data', data)}"
        f"{_prose_of(data)}<pre>{text}</pre></div></details>"
    )


def frame(name: str, data: type) -> Json:
    """An example of a command."""
    schema = msgspec.json.schema(data, ref_template="#/{name}")
    shown = example(schema, schema["$defs"], sparse=True)
    return {"type": name, "ref": "1"} | ({"data": shown} if shown else {})


def _prose(text: str) -> str:
    """`x` becomes code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def page(document: Json) -> str:
    """One HTML page; loads one style sheet, from here."""
    components = document["components"]["schemas"]
    sections: dict[str, list[str]] = {}
    for operation in OPERATIONS:
        found = document["paths"][PREFIX + operation.path][operation.method.lower()]
        text = _operation_html(operation, found, components)
        sections.setdefault(operation.tag, []).append(text)
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
