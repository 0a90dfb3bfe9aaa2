"""What tells a client when to come back."""

from starlette.testclient import TestClient

from fakes.clock import FakeClock
from hubbub.dialects.native.routes import OPERATIONS, NativeRest
from hubbub.model.errors import rate_limited
from hubbub.transport.http import application


def test_retry_after_is_never_sooner_than_the_time_to_wait() -> None:
    for seconds, told in ((0.2, "1"), (1.0, "1"), (1.001, "2"), (2.4, "3")):
        answer = NativeRest({}, FakeClock()).refuse(OPERATIONS[0], rate_limited(seconds))
        assert dict(answer.headers)["retry-after"] == told


def test_pages_of_other_origins_may_read_when_to_come_back() -> None:
    client = TestClient(application([], ["https://chat.example.org"]))
    answer = client.get("/nowhere", headers={"origin": "https://chat.example.org"})
    assert answer.headers["access-control-expose-headers"] == "retry-after"
