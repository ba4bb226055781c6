"""Tokens that must not be let in, made from one that is."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any, cast

# What somebody would try who does not know the secret.
GUESSES = (b"secret", b"changeme", b"")

# Nobody stays logged in for longer, in days.
LONGEST_LOGIN = 366
SECONDS_A_DAY = 86_400


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


def ended(token: str, secret: str) -> list[tuple[str, str]]:
    """In words, and the token: rightly signed, but its time is over. Empty where it is no JWT."""
    claims = claims_of(token)
    if claims is None:
        return []
    past = {**claims, "iat": 1_000_000_000, "exp": 1_000_000_060}
    return [("that has ended", _signed(_encoded(past), secret.encode()))]


def odd(token: str, secret: str) -> str:
    """What is wrong with a token that the application gave; empty where nothing is, or it is no
    JWT with a secret."""
    claims = claims_of(token)
    if claims is None or not _by_secret(token):
        return ""
    head, body, seal = token.split(".")
    right = hmac.digest(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256)
    if not hmac.compare_digest(base64.urlsafe_b64encode(right).rstrip(b"=").decode(), seal):
        return "gave a token that is not signed with the secret key that is set"
    if "exp" not in claims:
        return "gave a token that never ends, it has no exp"
    end: object = claims["exp"]
    lasting = end - time.time() if isinstance(end, int | float) else 0
    days = round(lasting / SECONDS_A_DAY)
    return f"gave a token that is good for {days} days" if days > LONGEST_LOGIN else ""


def claims_of(token: str) -> dict[str, Any] | None:
    """What a JWT says, without a look at its signature; None for what is none."""
    parts = token.split(".")
    return _decoded(parts[1]) if len(parts) == 3 else None


def _by_secret(token: str) -> bool:
    return (_decoded(token.split(".")[0]) or {}).get("alg") == "HS256"


def _decoded(text: str) -> dict[str, Any] | None:
    try:
        told: object = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    return cast(dict[str, Any], told) if isinstance(told, dict) else None


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
    told = _decoded(claims)
    return claims[::-1] if told is None else _encoded({**told, "sub": "1", "role": "admin"})
