"""Names that nobody can guess."""

import secrets

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22
"""22 letters of 62 hold 130 bits: as unguessable as a random UUID, and no dash to trip over."""


def new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def short_id() -> str:
    """12 letters, 71 bits: for runs and messages, which are named only within their project."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))
