"""Every dialect keeps the contract; their REST sides word every refusal too."""

import json

import pytest

from contracts.dialect import DialectContract
from hubbub.dialects.channelchat import ORIGINAL, SEED, ChannelChatDialect
from hubbub.dialects.native import NativeDialect, NativeRest
from hubbub.model.errors import Code, Refused
from hubbub.ports.dialect import Dialect
from hubbub.wire.rest import RestApi


class TestNative(DialectContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return NativeDialect()


class TestChannelChat(DialectContract):
    @pytest.fixture
    def dialect(self) -> Dialect:
        return ChannelChatDialect()


APIS: dict[str, RestApi] = {"native": NativeRest({}), "seed": SEED, "original": ORIGINAL}


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("name", APIS)
def test_rest_when_command_is_refused_words_every_code(name: str, code: Code) -> None:
    api = APIS[name]
    for operation in api.operations:
        answer = api.refuse(operation, Refused(code, "Because.", retry_after=1.5, field="content"))
        body = json.loads(answer.body)
        assert 400 <= (answer.status if answer.status != 200 else body["code"]) < 600
        assert "Because." in (body.get("detail"), body.get("msg"))
