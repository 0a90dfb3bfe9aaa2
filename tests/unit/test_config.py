"""Settings: defaults < hubbub.toml < HUBBUB_* < flags; what is wrong is named."""

from pathlib import Path

import msgspec
import pytest

from hubbub.config import (
    BadSetting,
    Settings,
    effective,
    is_loopback,
    load,
    purpose,
    sources,
)

DEFAULTS = Settings(guests="open")  # of a server on loopback


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a hubbub.toml."""
    monkeypatch.chdir(tmp_path)


def _toml(text: str, name: str = "hubbub.toml") -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def test_load_of_nothing_gives_the_defaults() -> None:
    assert load(None, {}, {}) == DEFAULTS


def test_load_of_all_four_lets_the_nearest_win() -> None:
    _toml('port = 1\nnode = 1\nhost = "::1"\ndata = "file"')
    found = load(None, {"HUBBUB_PORT": "2", "HUBBUB_NODE": "2"}, {"port": 3, "data": None})
    assert (found.port, found.node, found.host, found.data) == (3, 2, "::1", "file")
    assert found.log_level == Settings().log_level


def test_sources_say_where_the_nearest_value_stands_and_purposes_what_it_is_for() -> None:
    _toml('port = 1\nnode = 1\nhost = "::1"')
    found = sources(None, {"HUBBUB_PORT": "2", "HUBBUB_NODE": "2"}, {"port": 3, "data": None})
    assert found == {"port": "flag", "node": "environment", "host": "file"}
    assert all(purpose(key).endswith(".") for key in Settings.__struct_fields__)


def test_load_of_a_named_file_ignores_the_one_that_lies_here() -> None:
    _toml("port = 1")
    assert load(_toml("node = 4", "other.toml"), {}, {}) == Settings(node=4, guests="open")


@pytest.mark.parametrize(
    ("environment", "field", "value"),
    [
        ({"HUBBUB_PORT": "8080"}, "port", 8080),
        ({"HUBBUB_HEARTBEAT_SECONDS": "1.5"}, "heartbeat_seconds", 1.5),
        ({"HUBBUB_GUESTS": "open"}, "guests", "open"),
        (
            {"HUBBUB_TRUSTED_PROXIES": "10.0.0.1, ::1 ,", "HUBBUB_GUESTS": "off"},
            "trusted_proxies",
            ("10.0.0.1", "::1"),
        ),
        ({"HUBBUB_CORS_ORIGINS": ""}, "cors_origins", ()),
        ({"PORT": "1", "XHUBBUB_PORT": "2"}, "port", 3000),
    ],
)
def test_load_of_variables_reads_their_types(
    environment: dict[str, str], field: str, value: object
) -> None:
    assert getattr(load(None, environment, {}), field) == value


def test_load_of_lists_in_toml_reads_them() -> None:
    _toml('cors_origins = ["https://a.example", "https://b.example"]')
    assert load(None, {}, {}).cors_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("text", "environment", "named"),
    [
        ("prot = 1", {}, "prot"),
        ("[server]\nport = 1", {}, "server"),
        ("", {"HUBBUB_PROT": "1"}, "HUBBUB_PROT"),
        ("port = 70000", {}, "port"),
        ('port = "a"', {}, "port"),
        ("", {"HUBBUB_PORT": "-1"}, "HUBBUB_PORT"),
        ("", {"HUBBUB_NODE": "64"}, "HUBBUB_NODE"),
        ("", {"HUBBUB_LOG_LEVEL": "loud"}, "HUBBUB_LOG_LEVEL"),
        ("", {"HUBBUB_ACCESS_TOKEN_SECONDS": "0"}, "SECONDS: '0' is not"),
        ("", {"HUBBUB_TRUSTED_PROXIES": "10.0.0.0/40"}, "10.0.0.0/40"),
        ("", {"HUBBUB_TRUSTED_PROXIES": "proxy.example"}, "proxy.example"),
        ("", {"HUBBUB_RATE_LIMITS": "off", "HUBBUB_HOST": "0.0.0.0"}, "rate_limits"),
        ("port = ", {}, "hubbub.toml"),
    ],
)
def test_load_of_a_wrong_setting_names_it_in_one_line(
    text: str, environment: dict[str, str], named: str
) -> None:
    _toml(text)
    with pytest.raises(BadSetting) as bad:
        load(None, environment, {})
    assert named in str(bad.value)


@pytest.mark.parametrize(
    ("text", "environment", "flags", "told"),
    [
        (
            "",
            {"HUBBUB_LOG_FORMAT": "xml"},
            {},
            "HUBBUB_LOG_FORMAT: 'xml' is not one of console, json.",
        ),
        ("port = 70000", {}, {}, "hubbub.toml, port: 70000 is not a whole number from 0 to 65535."),
        ("", {}, {"port": -1}, "--port: -1 is not a whole number from 0 to 65535."),
        ("metrics_token = 12345", {}, {}, "hubbub.toml, metrics_token: this is not text."),
        ("prot = 1", {}, {}, "hubbub.toml: there is no setting 'prot'; did you mean port?"),
        (
            "",
            {"HUBBUB_PROT": "1"},
            {},
            "HUBBUB_PROT: there is no such setting; did you mean HUBBUB_PORT?",
        ),
        (
            "",
            {},
            {"listen": ["3001"]},
            "--listen: '3001' is not PORT=DIALECT, such as 3001=chatgroup.",
        ),
    ],
)
def test_load_of_a_wrong_setting_says_where_it_stands_and_what_would_be_right(
    text: str, environment: dict[str, str], flags: dict[str, object], told: str
) -> None:
    _toml(text)
    with pytest.raises(BadSetting) as bad:
        load(None, environment, flags)
    assert str(bad.value) == told


def test_load_in_a_pod_of_kubernetes_ignores_what_it_sets_and_explains_its_port() -> None:
    pod = {
        "HUBBUB_SERVICE_HOST": "10.0.0.1",
        "HUBBUB_SERVICE_PORT": "3000",
        "HUBBUB_SERVICE_PORT_HTTP": "3000",
        "HUBBUB_PORT_3000_TCP": "tcp://10.0.0.1:3000",
        "HUBBUB_PORT_3000_TCP_PROTO": "tcp",
        "HUBBUB_PORT_3000_TCP_PORT": "3000",
        "HUBBUB_PORT_3000_TCP_ADDR": "10.0.0.1",
    }
    assert load(None, pod, {}) == DEFAULTS
    pod["HUBBUB_PORT"] = "tcp://10.0.0.1:3000"
    assert load(None, pod, {"port": 3000}) == DEFAULTS
    with pytest.raises(BadSetting, match="enableServiceLinks"):
        load(None, pod, {})


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"HUBBUB_HOST": "0.0.0.0"}, "0.0.0.0"),
        ({"HUBBUB_HOST": "chat.example.org"}, "chat.example.org"),
        ({"HUBBUB_TRUSTED_PROXIES": "127.0.0.1"}, "the proxy of trusted_proxies"),
    ],
)
def test_load_where_others_can_connect_wants_guests_decided(
    given: dict[str, str], where: str
) -> None:
    with pytest.raises(BadSetting) as bad:
        load(None, given, {})
    assert where in str(bad.value)
    assert "HUBBUB_GUESTS=off" in str(bad.value)
    for decided in ("open", "off"):
        assert load(None, given | {"HUBBUB_GUESTS": decided}, {}).guests == decided


def test_load_of_guests_that_are_neither_open_nor_off_is_refused() -> None:
    for given in ("", "on", "closed"):
        with pytest.raises(BadSetting, match=r"HUBBUB_GUESTS: .* is not one of off, open"):
            load(None, {"HUBBUB_GUESTS": given}, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_load_on_loopback_admits_guests_unless_told_otherwise(host: str) -> None:
    assert load(None, {"HUBBUB_HOST": host}, {}).guests == "open"
    assert load(None, {"HUBBUB_HOST": host, "HUBBUB_GUESTS": "off"}, {}).guests == "off"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://chat.example.org", "https://chat.example.org"),
        ("https://chat.example.org/", "https://chat.example.org"),
        ("HTTPS://Chat.Example.org:443", "https://chat.example.org"),
        ("http://localhost:5173", "http://localhost:5173"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("*", "*"),
    ],
)
def test_load_of_an_origin_keeps_it_as_browsers_write_it(given: str, kept: str) -> None:
    assert load(None, {"HUBBUB_CORS_ORIGINS": given}, {}).cors_origins == (kept,)


@pytest.mark.parametrize(
    "given", ["chat.example.org", "https://a.example/chat", "https://*.example", "null", "ftp://a"]
)
def test_load_of_no_origin_says_what_one_is(given: str) -> None:
    with pytest.raises(BadSetting, match=r"HUBBUB_CORS_ORIGINS: .*such as https://"):
        load(None, {"HUBBUB_CORS_ORIGINS": given}, {})


def test_load_of_a_file_that_is_not_there_names_it() -> None:
    with pytest.raises(BadSetting, match=r"nowhere\.toml"):
        load(Path("nowhere.toml"), {}, {})


def test_load_of_a_file_that_is_no_text_names_it() -> None:
    Path("hubbub.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSetting, match=r"hubbub\.toml"):
        load(None, {}, {})


def test_effective_masks_secrets_and_only_those() -> None:
    shown = effective(Settings(metrics_token="geheim", data="elsewhere"))
    assert shown["metrics_token"] == "********"
    assert "geheim" not in str(shown)
    plain = msgspec.structs.asdict(Settings(data="elsewhere"))
    assert {k: v for k, v in shown.items() if k != "metrics_token"} == {
        k: v for k, v in plain.items() if k != "metrics_token"
    }


def test_effective_of_an_unset_secret_shows_that_it_is_unset() -> None:
    assert effective(Settings())["metrics_token"] == ""


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("chat.example.org", False),
        ("localhost.example.org", False),
    ],
)
def test_is_loopback_of_a_host(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
