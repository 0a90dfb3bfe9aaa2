"""Access tokens: JWT, HS256 and nothing else, the key chosen by `kid` (threats S2, S3); successors of refresh tokens.

With another key in front a refresh that is said again has another answer, and its session ends as by theft (S4).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from hubbub.model.errors import Refused, unauthorized
from hubbub.model.ids import LoginId, UserId, parse_id
from hubbub.model.limits import TOKEN_CHARS
from hubbub.ports.clock import Clock
from hubbub.ports.tokens import Claims

ISSUER = "hubbub"
LEEWAY_MS = 60_000  # another node's clock may be ahead of ours by this much (G15)
VERIFIED = 20_000  # tokens whose signature is remembered: 19 µs to check, 0.2 µs to look up

_HEADER = {"alg", "typ", "kid"}
_BODY = {"iss", "aud", "sub", "sid", "iat", "exp"}

Key = tuple[str, bytes]


class JwtTokens:
    """Signs with the first key, accepts any: a key is rotated by putting a new one in front."""

    def __init__(self, keys: Sequence[Key], clock: Clock) -> None:
        made: list[OctKey | RSAKey | ECKey | OKPKey] = [
            OctKey.import_key(secret, {"kid": kid}) for kid, secret in keys
        ]
        self._signing = made[0]
        self._secret = keys[0][1]
        self._keys: KeySet = KeySet(made)
        self._kids = frozenset(kid for kid, _ in keys)
        self._clock = clock
        self._verified: dict[str, Claims] = {}

    def issue(self, claims: Claims) -> str:
        """A signed access token."""
        header = {"alg": "HS256", "typ": "at+jwt", "kid": self._signing.kid}
        body = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": str(claims.user_id),
            "sid": claims.login_id,
            "iat": self._clock.now_ms() // 1000,
            "exp": claims.expires_at // 1000,
        }
        return jwt.encode(header, body, self._signing, algorithms=["HS256"])

    def derive(self, token: str, nonce: str) -> str:
        """A refresh token in place of `token`: 43 characters, the same for the same nonce."""
        said = hashlib.sha256(nonce.encode()).digest() + token.encode()
        made = hmac.digest(self._secret, b"refresh\0" + said, "sha256")
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def verify(self, token: str) -> Claims:
        """One refusal, with one text, for everything that can be wrong with a token."""
        claims = self._verified.get(token)
        if claims is None:
            claims = self._check(token)
            if len(self._verified) >= VERIFIED:
                self._verified.clear()
            self._verified[token] = claims
        if claims.expires_at <= self._clock.now_ms():
            raise _refusal()
        return claims

    def _check(self, token: str) -> Claims:
        if len(token) > TOKEN_CHARS or token.count(".") != 2:
            raise _refusal()
        try:
            decoded = jwt.decode(token, self._keys, algorithms=["HS256"])
        except (
            JoseError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
        ) as error:
            raise _refusal() from error
        header, body = decoded.header, decoded.claims
        # Exactly what is issued here, nothing more: no `crit`, no `b64`, no key from outside.
        if header.keys() != _HEADER or header["typ"] != "at+jwt" or header["kid"] not in self._kids:
            raise _refusal()
        return self._claims(body)

    def _claims(self, body: dict[str, object]) -> Claims:
        subject, login, expires = body.get("sub"), body.get("sid"), body.get("exp")
        issued = body.get("iat")
        if body.keys() != _BODY or body.get("iss") != ISSUER or body.get("aud") != ISSUER:
            raise _refusal()
        if not (isinstance(subject, str) and isinstance(login, str)):
            raise _refusal()
        if type(expires) is not int or type(issued) is not int:
            raise _refusal()
        user_id = parse_id(subject)
        if user_id is None or issued * 1000 > self._clock.now_ms() + LEEWAY_MS:
            raise _refusal()
        return Claims(UserId(user_id), LoginId(login), expires * 1000)


def _refusal() -> Refused:
    return unauthorized("This token is not valid; sign in again.")
