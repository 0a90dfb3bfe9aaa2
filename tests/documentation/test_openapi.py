"""The OpenAPI document is valid and complete, and what the server answers is what it says."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.config import SchemathesisConfig

from hubbub.dialects.native.codec import COMMANDS
from hubbub.dialects.native.document import MEANINGS, PREFIX, openapi
from hubbub.dialects.native.page import frame
from hubbub.dialects.native.routes import OPERATIONS
from support.rest import Person, call, sign_up
from support.server import RunningServer
from support.sockets import Socket

Json = dict[str, Any]
# A fixed seed and only the generated cases: the same requests every time, few enough for every commit.
CONFIG: Final = SchemathesisConfig.from_dict(
    {
        "seed": 31,
        "phases": {"coverage": {"enabled": False}, "examples": {"enabled": False}},
        "generation": {"max-examples": 12, "database": "none", "deterministic": True},
    }
)
SCHEMA: Final = schemathesis.openapi.from_dict(openapi(), config=CONFIG)
CHECKS: Final = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def document(server: RunningServer) -> Json:
    answer = call("GET", f"{server.url}{PREFIX}/openapi.json")
    assert answer.status == 200
    return dict(answer.body)


# -- the document ---------------------------------------------------------------------------------------


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_document_when_served_is_valid_openapi_3_1(document: Json) -> None:
    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_document_when_it_refers_names_a_schema_that_is_there(document: Json) -> None:
    wanted = set(_references(document))
    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert wanted
    assert wanted <= there


def test_document_when_compared_to_the_table_has_every_route(document: Json) -> None:
    table = {(o.method.lower(), PREFIX + o.path) for o in OPERATIONS}
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    assert described == table


def test_document_when_operations_are_listed_has_unique_ids_and_all_parameters(
    document: Json,
) -> None:
    operations = [(path, o) for path, item in document["paths"].items() for o in item.values()]
    ids = [operation["operationId"] for _, operation in operations]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    for path, operation in operations:
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path


def test_document_when_route_needs_no_token_says_so(document: Json, server: RunningServer) -> None:
    for operation in OPERATIONS:
        path = re.sub(r"{\w+}", "1", PREFIX + operation.path)
        described = document["paths"][PREFIX + operation.path][operation.method.lower()]
        answer = call(operation.method, server.url + path)
        is_open = described["security"] == []
        assert is_open == (answer.status != 401), f"{operation.method} {path}: {answer.status}"


# -- the page -------------------------------------------------------------------------------------------


class _Loads(HTMLParser):
    """What a page fetches or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        loads = ("src", "href", "action", "data", "srcset", "poster")
        self.addresses += [value or "" for name, value in attrs if name in loads]


def test_docs_page_when_opened_loads_nothing_from_elsewhere(server: RunningServer) -> None:
    answer = call("GET", f"{server.url}{PREFIX}/docs")
    assert answer.status == 200
    page = _Loads()
    page.feed(answer.body)
    assert page.addresses
    assert not [a for a in page.addresses if re.match(r"\s*(?:\w+:|//)", a)]
    assert "script" not in page.tags
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    for address in page.addresses:
        assert call("GET", f"{server.url}{PREFIX}/{address}").status == 200, address


def test_docs_page_when_opened_names_every_route(server: RunningServer) -> None:
    page = call("GET", f"{server.url}{PREFIX}/docs").body
    assert not [o.path for o in OPERATIONS if f"<code>{PREFIX}{o.path}</code>" not in page]


def test_docs_page_when_read_says_what_each_field_may_be_and_means(server: RunningServer) -> None:
    page = call("GET", f"{server.url}{PREFIX}/docs").body
    row = "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>"
    for cells in (
        ("name", "required", "text of 1 to 100 characters", MEANINGS["name"]),
        ("description", "optional", "text of at most 1024 characters", MEANINGS["description"]),
        ("limit", "default <code>50</code>", "a whole number from 1 to 100", MEANINGS["limit"]),
        ("bond", "required", "one of blocked, friend", MEANINGS["bond"]),
    ):
        assert row.format(*cells) in page


def test_document_when_it_has_parameters_says_what_they_mean(document: Json) -> None:
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert all(p["description"] for operation in operations for p in operation["parameters"])


# -- the server -----------------------------------------------------------------------------------------


@pytest.fixture
def known(server: RunningServer) -> tuple[Person, Json]:
    """Somebody who has something, and the ids that stand in paths."""
    alice, bob = sign_up(server.url), sign_up(server.url)
    channel = alice.group()
    bob.join(channel)
    message = alice.send(channel, "hello")
    ids = {"channel_id": channel, "message_id": message["id"], "user_id": bob.id}
    return alice, ids | {"session_id": "nobody-has-this-one"} | _community(alice, bob)


def _community(alice: Person, bob: Person) -> Json:
    """A server of hers that he is in, and what is in it."""
    made = alice.ok("POST", "/servers", {"name": "home"})
    server, path = made["id"], f"/servers/{made['id']}"
    code = alice.ok("POST", f"{path}/invites")["code"]
    bob.ok("POST", f"/invites/{code}")
    text = made["channels"][0]["id"]
    webhook = alice.ok("POST", f"/channels/{text}/webhooks", {"name": "CI"})
    return {
        "text": {"channel_id": text, "message_id": alice.send(text, "hello")["id"]},
        "server_id": server,
        "role_id": alice.ok("POST", f"{path}/roles", {"name": "staff"})["id"],
        "category_id": alice.ok("POST", f"{path}/categories", {"name": "back"})["id"],
        "target_id": bob.id,
        "code": code,
        "webhook_id": webhook["id"],
        "webhook_token": webhook["token"],
        "bot_id": alice.ok("POST", "/bots", {"username": f"bot-{alice.name}"})["user"]["id"],
    }


EXAMPLES: Final = [
    (method, path, operation["requestBody"]["content"]["application/json"]["example"])
    for path, item in openapi()["paths"].items()
    for method, operation in item.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]


@pytest.mark.parametrize(("method", "path", "example"), EXAMPLES)
def test_example_of_a_body_when_copied_is_accepted(
    method: str, path: str, example: Json, server: RunningServer, known: tuple[Person, Json]
) -> None:
    """It may name nobody, or be forbidden, but nothing is wrong with it."""
    person, ids = known
    answer = call(method.upper(), server.url + path.format(**ids), example, person.token)
    assert answer.status not in (400, 422), answer.body


@pytest.mark.parametrize("name", COMMANDS)
async def test_example_of_a_frame_when_copied_is_accepted(
    name: str, server: RunningServer, known: tuple[Person, Json]
) -> None:
    answer: Json = {}
    async with Socket(f"{server.ws}/gateway") as socket:
        for command in dict.fromkeys(("connect", name)):
            example = frame(command, COMMANDS[command].data)
            if command == "connect":
                example["data"]["token"] = known[0].token
            await socket.send(example)
            answer = await socket.wait(lambda found: found.get("ref") == "1")
    assert answer.get("data", {}).get("code") != "invalid", answer


@SCHEMA.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_server_when_asked_anything_answers_as_documented(
    case: schemathesis.Case[Any], server: RunningServer, known: tuple[Person, Json]
) -> None:
    person, ids = known
    headers = {"Authorization": f"Bearer {person.token}"}
    case.call_and_validate(base_url=server.url, headers=headers, checks=CHECKS)
    if case.path_parameters:
        # Made-up ids are nobody's; with real ones there is something to answer.
        for real in (ids, ids["text"]):
            case.path_parameters |= {k: v for k, v in real.items() if k in case.path_parameters}
            case.call_and_validate(base_url=server.url, headers=headers, checks=CHECKS)
