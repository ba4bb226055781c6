"""Tokens that must not be let in, made from one that is."""

import base64
import hashlib
import hmac
import json
from typing import Any, cast

# What somebody would try who does not know the secret.
GUESSES = (b"secret", b"changeme", b"")


def forged(token: str) -> list[tuple[str, str]]:
    """Each in words, and the token: by no algorithm, another signature, guessed secrets."""
    parts = token.split(".")
    if len(parts) != 3:
        # Not a JWT: there is nothing to forge but the text itself.
        return [("that is cut off", token[:-1]), ("with a letter changed", _changed(token))]
    head, claims, seal = parts
    none = [
        (f"with the algorithm {name}", f"{_encoded({'alg': name, 'typ': 'JWT'})}.{claims}.")
        for name in ("none", "None")
    ]
    guessed = [
        (f"signed with the secret {secret.decode()!r}", _signed(claims, secret))
        for secret in GUESSES
    ]
    return [
        *none,
        *guessed,
        ("with another signature", f"{head}.{claims}.{_changed(seal)}"),
        ("without its signature", f"{head}.{claims}."),
        ("for another account under the old signature", f"{head}.{_other(claims)}.{seal}"),
    ]


def _changed(text: str) -> str:
    """Another first letter: the last one of base64 may hold no bit that counts."""
    return ("B" if text[:1] == "A" else "A") + text[1:]


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _signed(claims: str, secret: bytes) -> str:
    text = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{claims}"
    seal = hmac.digest(secret, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def _other(claims: str) -> str:
    """The claims with another subject."""
    try:
        told: object = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except ValueError:
        return claims[::-1]
    if not isinstance(told, dict):
        return claims[::-1]
    return _encoded({**cast(dict[str, Any], told), "sub": "1", "role": "admin"})
