"""Ids and JSON that come from outside: right, or refused with what is wrong; never anything else."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.model.errors import Code, Malformed, Refused
from hubbub.wire import fields


class _Shape(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    count: int = 0


_DECODER = msgspec.json.Decoder(_Shape)


@pytest.mark.parametrize("read", [fields.channel_id, fields.user_id, fields.message_id])
@pytest.mark.parametrize("text", ["", "-1", "1.5", "abc", "9" * 17, "01", " 1", "٣"])
def test_id_of_what_is_none_is_refused_by_its_field(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(Refused) as refused:
        read(text, "place")
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "place")


@given(st.integers(0, 2**53 - 1))
def test_id_of_decimal_text_is_the_number(value: int) -> None:
    assert fields.message_id(str(value)) == value


def test_login_id_of_endless_text_is_cut() -> None:
    assert len(fields.login_id("x" * 10_000)) == 64


def test_decode_of_the_shape_gives_it() -> None:
    assert fields.decode(_DECODER, b'{"name":"\xf0\x9f\x98\x80","count":2}') == _Shape("😀", 2)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"NaN",
        b"{'name':'x'}",
        b'{"name":1}',
        b'{"name":"x","count":"1"}',
        b'{"name":"x","count":1.5}',
        b'{"name":"x","more":1}',
        b'{"name":"\xff"}',
        b'{"name":"\xed\xa0\x80"}',
        b'{"name":"\\ud800"}',
        b'{"name":"x"} {}',
        b'\xef\xbb\xbf{"name":"x"}',
        b'{"name":"x","count":' + b"9" * 5000 + b"}",
    ],
)
def test_decode_of_anything_else_is_malformed_and_keeps_the_ref(payload: bytes) -> None:
    with pytest.raises(Malformed) as malformed:
        fields.decode(_DECODER, payload, "ref-1")
    assert malformed.value.ref == "ref-1"
    assert malformed.value.message


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_decode_of_endless_nesting_is_malformed(opening: bytes) -> None:
    with pytest.raises(Malformed):
        fields.decode(msgspec.json.Decoder(), opening * 30_000)


@given(st.binary(max_size=200))
def test_decode_of_any_bytes_is_malformed_or_the_shape(payload: bytes) -> None:
    try:
        found = fields.decode(_DECODER, payload)
    except Malformed:
        return
    assert isinstance(found, _Shape)
