"""Who is known to a promised API: passwords, tokens, keys; forgotten with it."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import OrderedDict
from typing import TypeVar

MOST_TOKENS = 1000

Kept = TypeVar("Kept")


class Logins:
    """Passwords and tokens by account. Nothing is kept as it was given."""

    def __init__(self, minutes: int) -> None:
        self._seconds = minutes * 60
        self._key = secrets.token_bytes(32)
        self._passwords: dict[int, bytes] = {}
        self._tokens: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self._refreshing: OrderedDict[bytes, int] = OrderedDict()

    def set_password(self, account: int, password: str) -> None:
        """A new password ends all tokens of the account."""
        self._passwords[account] = self._digest(f"{account}:{password}")
        for token, (whose, _) in list(self._tokens.items()):
            if whose == account:
                del self._tokens[token]
        for token, whose in list(self._refreshing.items()):
            if whose == account:
                del self._refreshing[token]

    def knows(self, account: int, password: str) -> bool:
        kept = self._passwords.get(account, b"")
        return hmac.compare_digest(kept, self._digest(f"{account}:{password}"))

    def token(self, account: int) -> str:
        """A JWT, as the generated API gives."""
        ends = time.time() + self._seconds
        claims = {"sub": str(account), "exp": int(ends), "jti": secrets.token_urlsafe(8)}
        signed = ".".join(_part(each) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
        mac = hmac.digest(self._key, signed.encode(), hashlib.sha256)
        token = f"{signed}.{_text(mac)}"
        _keep(self._tokens, self._digest(token), (account, ends))
        return token

    def refresh_token(self, account: int) -> str:
        token = secrets.token_urlsafe(32)
        _keep(self._refreshing, self._digest(token), account)
        return token

    def refreshed(self, token: str) -> int | None:
        """Whose refresh token it is; it is good once."""
        return self._refreshing.pop(self._digest(token), None)

    def account(self, token: str) -> int | None:
        """Whose token it is, while it is good."""
        found, ends = self._tokens.get(self._digest(token), (None, 0.0))
        return found if ends > time.time() else None

    def end(self, token: str) -> None:
        self._tokens.pop(self._digest(token), None)

    def forget(self, account: int) -> None:
        """End all that the account has."""
        self.set_password(account, secrets.token_urlsafe(8))
        self._passwords.pop(account, None)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(errors="surrogatepass"), hashlib.sha256)


def _keep(kept: OrderedDict[bytes, Kept], key: bytes, value: Kept) -> None:
    kept[key] = value
    while len(kept) > MOST_TOKENS:
        kept.popitem(last=False)


def _part(value: object) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
