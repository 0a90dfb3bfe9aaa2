"""What is told about values of the wrong shape; every row is a message that msgspec makes."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from hubbub.dialects.channelchat import routes as channelchat
from hubbub.dialects.chatgroup import structs as chatgroup
from hubbub.dialects.native import structs as native
from hubbub.model.errors import Malformed
from hubbub.model.shapes import malformed


class _Inner(msgspec.Struct, forbid_unknown_fields=True):
    seq: Annotated[int, Meta(ge=0, le=9)]
    tags: Annotated[list[str], Meta(max_length=2)] = []


class _Other(msgspec.Struct, rename={"ratio": "theRatio"}):
    ratio: Annotated[float, Meta(ge=0.5, le=1)] | None = None
    level: Literal["low", "high"] = "low"
    flag: bool = False
    many: Annotated[int, Meta(ge=3)] = 3
    inner: dict[str, _Inner] = {}
    either: int | str = 0
    since: Annotated[datetime, Meta(tz=True)] | None = None


def _told(kind: object, payload: str) -> Malformed:
    with pytest.raises(msgspec.ValidationError) as bad:
        msgspec.json.Decoder(kind).decode(payload)
    return malformed(bad.value, kind, 7)


@pytest.mark.parametrize(
    ("kind", "payload", "field", "message"),
    [
        (native.ChannelIn, "{}", "name", "name: missing"),
        (native.ChannelIn, '{"name": 5}', "name", "name: it must be text of 1 to 100 characters"),
        (native.ChannelIn, '{"name": ""}', "name", "name: it must be text of 1 to 100 characters"),
        (native.ChannelIn, '{"name": "a", "kind": "x"}', "kind", "kind: it must be group"),
        (
            native.ChannelIn,
            '{"name": "a", "private": 1}',
            "private",
            "private: it must be true or false",
        ),
        (
            native.LoginIn,
            '{"username": "a"}',
            "username",
            "there is no field 'username'; there are login, password",
        ),
        (native.ClaimIn, '{"secret": "a"}', "secret", "there is no field 'secret'; there is token"),
        (native.LoginIn, "[]", None, "It must be an object."),
        (_Other, '{"theRatio": 7}', "theRatio", "theRatio: it must be a number from 0.5 to 1"),
        (_Other, '{"level": "x"}', "level", "level: it must be one of high, low"),
        (_Other, '{"many": 1}', "many", "many: it must be a whole number of at least 3"),
        (_Other, '{"many": 1.5}', "many", "many: it must be a whole number of at least 3"),
        (
            _Other,
            '{"since": "2030-01-31"}',
            "since",
            "since: it must be a time with its zone, such as 2030-01-31T12:00:00Z",
        ),
        (_Other, '{"either": []}', "either", "either: it must be a whole number or text"),
        (_Other, '{"inner": 1}', "inner", "inner: it must be an object"),
        (_Other, '{"inner": {"a": {}}}', "inner", "inner: seq is missing"),
        (
            _Other,
            '{"inner": {"a": {"seq": 10}}}',
            "inner",
            "inner: it must be a whole number from 0 to 9",
        ),
        (
            _Other,
            '{"inner": {"a": {"seq": 1, "tags": ["a", "b", "c"]}}}',
            "inner",
            "inner: it must be a list of at most 2 items",
        ),
        (chatgroup.LoginIn, '{"email": "a"}', "password", "password: missing"),
        (
            channelchat.RegisterIn,
            '{"username": "ab"}',
            "username",
            "username: it must be text of 3 to 50 characters",
        ),
    ],
)
def test_malformed_names_the_field_and_what_would_be_right(
    kind: object, payload: str, field: str | None, message: str
) -> None:
    told = _told(kind, payload)
    assert (told.field, told.message, told.ref) == (field, message, 7)


def test_malformed_of_a_long_made_up_name_is_short() -> None:
    told = _told(native.LoginIn, f'{{"{"x" * 5_000}": 1}}')
    assert len(told.message) < 200
    assert told.field == "x" * 40


def _structs() -> list[type[msgspec.Struct]]:
    found = [
        thing for module in (native, chatgroup, channelchat) for thing in vars(module).values()
    ]
    kinds = [kind for kind in found if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    return [kind for kind in kinds if kind.__module__.startswith("hubbub.dialects.")]


@pytest.mark.parametrize("kind", _structs(), ids=lambda kind: kind.__name__)
def test_malformed_of_any_wrong_type_in_any_struct_is_in_our_words(
    kind: type[msgspec.Struct],
) -> None:
    """Whatever msgspec says of these, nobody is told of `str`, `int` or `$.`."""
    for field in msgspec.structs.fields(kind):
        for wrong in ("[[]]", "{}", "1.5", "true", "null", '"\\u0001"', "-1"):
            payload = f'{{"{field.encode_name}": {wrong}}}'
            try:
                msgspec.json.decode(payload, type=kind)
            except msgspec.ValidationError as error:
                told = malformed(error, kind)
                assert told.field is not None
                assert not any(part in told.message for part in ("`", "$", "Expected")), (
                    told.message
                )
                assert "something else" not in told.message
