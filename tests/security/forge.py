"""Access tokens that somebody made who should not have (threat S2)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: object) -> str:
    return b64(json.dumps(value).encode())


class Forger:
    """Holds the server's real key, a real token, and what it says."""

    def __init__(self, secret_file: str, token: str, refresh_token: str) -> None:
        kid, _, digits = secret_file.strip().partition(":")
        self.kid, self.key = kid, bytes.fromhex(digits)
        self.token, self.refresh_token = token, refresh_token
        head, body, _ = token.split(".")
        self.header: Json = json.loads(base64.urlsafe_b64decode(head + "=="))
        self.claims: Json = json.loads(base64.urlsafe_b64decode(body + "=="))

    def sign(self, text: str, key: bytes | None = None, digest: str = "sha256") -> str:
        made = hmac.new(self.key if key is None else key, text.encode(), digest).digest()
        return f"{text}.{b64(made)}"

    def token_with(
        self,
        header: Json | None = None,
        claims: Json | None = None,
        *,
        key: bytes | None = None,
        drop: str = "",
        digest: str = "sha256",
    ) -> str:
        """The real token with changes, signed: a claim or header named `drop` is left out."""
        head = {k: v for k, v in (self.header | (header or {})).items() if k != drop}
        body = {k: v for k, v in (self.claims | (claims or {})).items() if k != drop}
        return self.sign(f"{part(head)}.{part(body)}", key, digest)

    def raw(self, head: str, body: str) -> str:
        """JSON as it stands, correctly signed."""
        return self.sign(f"{b64(head.encode())}.{b64(body.encode())}")


def _unsigned(alg: str) -> Callable[[Forger], str]:
    return lambda f: f"{part(f.header | {'alg': alg})}.{part(f.claims)}."


def _signed_none(f: Forger) -> str:
    return f.token_with({"alg": "none"})


def _header(name: str, value: object) -> Callable[[Forger], str]:
    return lambda f: f.token_with({name: value})


def _claim(name: str, value: object) -> Callable[[Forger], str]:
    return lambda f: f.token_with(claims={name: value})


def _without(name: str) -> Callable[[Forger], str]:
    return lambda f: f.token_with(drop=name)


def _later(name: str, seconds: int) -> Callable[[Forger], str]:
    return lambda f: f.token_with(claims={name: int(time.time()) + seconds})


def _other_kid(kid: str) -> Callable[[Forger], str]:
    return lambda f: f.token_with({"kid": kid}, key=b"")


def _embedded_key(f: Forger) -> str:
    jwk = {"kty": "oct", "k": b64(b"attacker's key, 32 bytes of it!!"), "kid": f.kid}
    return f.token_with({"jwk": jwk}, key=b"attacker's key, 32 bytes of it!!")


def _other_persons(f: Forger) -> str:
    head, _, signature = f.token.split(".")
    return f"{head}.{part(f.claims | {'sub': '1'})}.{signature}"


def _stripped(f: Forger) -> str:
    return f.token.rsplit(".", 1)[0] + "."


def _detached(f: Forger) -> str:
    head, _, signature = f.token.split(".")
    return f"{head}..{signature}"


def _flipped(f: Forger) -> str:
    head, body, signature = f.token.split(".")
    return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _duplicate_claim(f: Forger) -> str:
    body = json.dumps(f.claims)[:-1] + ', "aud": "elsewhere"}'
    return f.raw(json.dumps(f.header), body)


def _unencoded(f: Forger) -> str:
    head = part(f.header | {"b64": False, "crit": ["b64"]})
    return f.sign(f"{head}.{json.dumps(f.claims).replace('.', '')}")


def _secret_as_text(f: Forger) -> str:
    return f.token_with(key=f.key.hex().encode())


FORGED: dict[str, Callable[[Forger], str]] = {
    "alg none": _unsigned("none"),
    "alg None": _unsigned("None"),
    "alg NONE": _unsigned("NONE"),
    "alg nOnE": _unsigned("nOnE"),
    "alg empty": _unsigned(""),
    "alg none, yet signed": _signed_none,
    "alg HS512": lambda f: f.token_with({"alg": "HS512"}, digest="sha512"),
    "alg HS384": lambda f: f.token_with({"alg": "HS384"}, digest="sha384"),
    "alg RS256": _header("alg", "RS256"),
    "alg ES256": _header("alg", "ES256"),
    "alg hs256": _header("alg", "hs256"),
    "alg a number": _header("alg", 256),
    "alg a list": _header("alg", ["HS256"]),
    "alg missing": _without("alg"),
    "another key": lambda f: f.token_with(key=hashlib.sha256(b"guess").digest()),
    "an empty key": lambda f: f.token_with(key=b""),
    "the key as hex text": _secret_as_text,
    "kid traversal": _other_kid("../../../../dev/null"),
    "kid a device": _other_kid("/dev/null"),
    "kid SQL": _other_kid("x' union select '' --"),
    "kid unknown": _header("kid", "unknown"),
    "kid empty": _header("kid", ""),
    "kid a list": _header("kid", []),
    "kid an object": _header("kid", {"a": 1}),
    "kid null": _header("kid", None),
    "kid missing": _without("kid"),
    "typ JWT": _header("typ", "JWT"),
    "typ of a refresh token": _header("typ", "rt+jwt"),
    "typ missing": _without("typ"),
    "typ a list": _header("typ", ["at+jwt"]),
    "crit unknown": _header("crit", ["exp"]),
    "crit empty": _header("crit", []),
    "b64 false": _unencoded,
    "jwk embedded": _embedded_key,
    "iss of another": _claim("iss", "elsewhere"),
    "iss missing": _without("iss"),
    "aud of another": _claim("aud", "elsewhere"),
    "aud a list": _claim("aud", ["hubbub", "elsewhere"]),
    "aud missing": _without("aud"),
    "sub missing": _without("sub"),
    "sub a number": _claim("sub", 1),
    "sub of nobody": _claim("sub", "12345"),
    "sub of the system": _claim("sub", "0"),
    "sub no id": _claim("sub", "1 or 1=1"),
    "sid unknown": _claim("sid", "unknown"),
    "sid missing": _without("sid"),
    "sid a list": _claim("sid", []),
    "exp past": _later("exp", -1),
    "exp long past": _claim("exp", 0),
    "exp negative": _claim("exp", -1),
    "exp missing": _without("exp"),
    "exp text": _claim("exp", "9999999999"),
    "exp true": _claim("exp", True),
    "exp null": _claim("exp", None),
    "iat far in the future": _later("iat", 3600),
    "iat missing": _without("iat"),
    "iat text": _claim("iat", "now"),
    "nbf far in the future": _later("nbf", 3600),
    "claims a list": lambda f: f.raw(json.dumps(f.header), "[]"),
    "claims no JSON": lambda f: f.raw(json.dumps(f.header), "{"),
    "header a list": lambda f: f.raw("[]", json.dumps(f.claims)),
    "header no JSON": lambda f: f.raw("{", json.dumps(f.claims)),
    "header deep": lambda f: f.raw('{"a":' * 300 + "1" + "}" * 300, json.dumps(f.claims)),
    "duplicate aud": _duplicate_claim,
    "claims of another person": _other_persons,
    "signature stripped": _stripped,
    "signature changed": _flipped,
    "claims detached": _detached,
    "a refresh token": lambda f: f.refresh_token,
    "five parts": lambda f: f.token + ".a.b",
    "two parts": lambda f: f.token.rsplit(".", 1)[0],
    "only dots": lambda _: "..",
    "no base64": lambda _: "!!!.???.***",
    "a word": lambda _: "token",
    "null as text": lambda _: "null",
    "longer than any": lambda f: f.token + "A" * 8_000,
}
# Keys that are fetched from an address: to ignore the header is as good as to refuse the token.
FETCHED: dict[str, Callable[[Forger], str]] = {
    name: (
        lambda f, name=name: f.token_with(  # type: ignore[misc]  # a default binds the loop's value
            {name: "http://127.0.0.1:1/keys"}, key=b"attacker's key, 32 bytes of it!!"
        )
    )
    for name in ("jku", "x5u")
}
FORGED |= FETCHED
