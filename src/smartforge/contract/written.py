"""How times of day, phone numbers and UUIDs are written: what is taken, and what is answered."""

import re

# ECMA-262 as JSON Schema wants it, and Python's re alike.
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
PHONE = r"^\+[ ()-]*[1-9]([ ()-]*[0-9]){6,14}$"
UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

MAX_PHONE = 40  # as it is sent, separators and all
E164 = 16  # the plus and 15 digits


def time_of_day(text: str) -> str | None:
    """`9:30` and `09:30` as `09:30:00`; None for what is no time of day."""
    padded = text.strip().rjust(5, "0") if ":" in text[1:3] else text
    if not _matches(TIME, padded):
        return None
    return padded if len(padded) == 8 else f"{padded}:00"


def phone(text: str) -> str | None:
    """A phone number in E.164, without the separators that people write; None for no number."""
    if len(text) > MAX_PHONE or not _matches(PHONE, text):
        return None
    return re.sub(r"[ ()-]", "", text)


def uuid(text: str) -> str | None:
    """A UUID (RFC 9562) in lower case; None for what is none."""
    return text.lower() if _matches(UUID, text) else None


def _matches(pattern: str, text: str) -> bool:
    # Python's $ would let a line break follow.
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), text) is not None
