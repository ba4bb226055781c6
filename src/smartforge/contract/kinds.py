"""Whether the bounds of a kind make sense, and whether a default fits them."""

import datetime
import decimal
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from smartforge.contract.fields import (
    Boolean,
    Choice,
    Code,
    Date,
    Decimal,
    Default,
    Email,
    Integer,
    Json,
    Kind,
    Phone,
    Reference,
    References,
    Slug,
    Text,
    TextList,
    Time,
    Timestamp,
    Url,
    Uuid,
)
from smartforge.contract.names import quoted
from smartforge.contract.written import phone, time_of_day, uuid

MAX_TEXT = 100_000
MIN_INTEGER = -2_147_483_648
MAX_INTEGER = 2_147_483_647
MAX_PLACES = 6
MAX_DIGITS = 15  # what a JSON number keeps exactly on its way through a binary double
MAX_CHOICES = 100
MAX_CHOICE_LENGTH = 100
MAX_LIST_ITEMS = 1_000
MAX_ITEM_LENGTH = 100
MAX_EMAIL_LENGTH = 254
MAX_URL_LENGTH = 2_000
MAX_SLUG_LENGTH = 80
MIN_CODE_LENGTH = 4  # shorter ones would run out, and could be guessed
MAX_CODE_LENGTH = 64
MAX_JSON_BYTES = 1_000_000
MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 128

_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?\Z")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")


def kind_problems(kind: Kind) -> Iterator[str]:
    """What is wrong with the bounds of `kind`, each a phrase; nothing where they are sound."""
    match kind:
        case Text():
            if not 0 <= kind.min_length <= kind.max_length <= MAX_TEXT or kind.max_length < 1:
                yield (
                    f"a length of {kind.min_length} to {kind.max_length} characters does not fit "
                    f"0 <= minimum <= maximum <= {MAX_TEXT}, maximum at least 1"
                )
        case Integer():
            if not MIN_INTEGER <= kind.minimum <= kind.maximum <= MAX_INTEGER:
                yield (
                    f"the range {kind.minimum} to {kind.maximum} is empty or goes beyond 32 bits"
                )
        case Decimal():
            yield from _decimal_problems(kind)
        case Choice():
            yield from _choice_problems(kind)
        case TextList() | References():
            if not 1 <= kind.max_items <= MAX_LIST_ITEMS:
                yield f"at most {kind.max_items} entries is not between 1 and {MAX_LIST_ITEMS}"
        case Code():
            if not MIN_CODE_LENGTH <= kind.length <= MAX_CODE_LENGTH:
                yield (
                    f"a code of {kind.length} characters is not between {MIN_CODE_LENGTH} and "
                    f"{MAX_CODE_LENGTH}"
                )
        case Json():
            if not 2 <= kind.max_bytes <= MAX_JSON_BYTES:
                yield f"at most {kind.max_bytes} bytes is not between 2 and {MAX_JSON_BYTES}"
        case Boolean() | Date() | Timestamp() | Time() | Phone() | Uuid():
            pass
        case Email() | Url() | Reference() | Slug():
            pass


def default_problem(kind: Kind, default: Default) -> str:
    """Why `default` is no value of `kind`, as a phrase; empty where it is one."""
    fits, wanted = _fit(kind, default)
    return "" if fits else f"{quoted(str(default))} is not {wanted}"


def storable(text: str) -> bool:
    """Whether databases and UTF-8 can hold `text`: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def as_decimal(value: str | int | float) -> decimal.Decimal | None:
    """The exact value of a plain decimal number; None for anything else, infinities too."""
    text = repr(value) if isinstance(value, float) else str(value)
    return decimal.Decimal(text) if _DECIMAL.match(text) else None


def _decimal_problems(kind: Decimal) -> Iterator[str]:
    if not 0 <= kind.places <= MAX_PLACES:
        yield f"{kind.places} decimal places are not between 0 and {MAX_PLACES}"
        return
    bounds: list[decimal.Decimal] = []
    for text in (kind.minimum, kind.maximum):
        value = as_decimal(text)
        if value is None:
            yield f"the bound {quoted(text)} is not a plain decimal number"
        elif not _has_places(value, kind.places):
            yield f"the bound {quoted(text)} has more than {kind.places} decimal places"
        elif len(str(abs(int(value)))) + kind.places > MAX_DIGITS:
            yield f"the bound {quoted(text)} needs more than {MAX_DIGITS} digits"
        else:
            bounds.append(value)
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        yield f"the range {kind.minimum} to {kind.maximum} is empty"


def _choice_problems(kind: Choice) -> Iterator[str]:
    if not 1 <= len(kind.values) <= MAX_CHOICES:
        yield f"{len(kind.values)} choices are not between 1 and {MAX_CHOICES}"
    for value in dict.fromkeys(kind.values):
        if not value.strip() or value != value.strip():
            yield f"the choice {quoted(value)} is blank or has blanks around it"
        elif len(value) > MAX_CHOICE_LENGTH:
            yield f"the choice {quoted(value)} has more than {MAX_CHOICE_LENGTH} characters"
        elif any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in value):
            yield f"the choice {quoted(value)} holds characters that cannot be printed"
        if kind.values.count(value) > 1:
            yield f"the choice {quoted(value)} is named twice"


def _fit(kind: Kind, default: Default) -> tuple[bool, str]:
    """Whether the default fits, and what would."""
    match kind:
        case Text():
            fits = isinstance(default, str) and _fits_text(kind, default)
            return fits, f"a text of {kind.min_length} to {kind.max_length} characters"
        case Integer():
            wanted = f"a whole number from {kind.minimum} to {kind.maximum}"
            return _fits_integer(kind, default), wanted
        case Decimal():
            return _fits_decimal(kind, default), (
                f"a number from {kind.minimum} to {kind.maximum} with at most "
                f"{kind.places} decimal places"
            )
        case Boolean():
            return isinstance(default, bool), "true or false"
        case Choice():
            return default in kind.values, f"one of {', '.join(kind.values)}"
        case TextList():
            return _fits_list(kind, default), f"a list of at most {kind.max_items} short texts"
        case Date() | Timestamp() | Time() | Phone() | Uuid() | Email() | Url():
            return isinstance(default, str) and _fits_format(kind, default), _FORMATS[type(kind)]
        case References():
            return default == [], "an empty list, the only default of a list of references"
        case Reference() | Slug() | Code() | Json():
            return False, "possible, since values of this kind have no default"


_FORMATS: dict[type, str] = {
    Date: "a date such as 2026-11-22",
    Timestamp: "a time with its offset such as 2026-11-22T09:30:00Z",
    Time: "a time of day such as 09:30:00",
    Phone: "a phone number in E.164 such as +4930123456",
    Uuid: "a UUID in lower case",
    Email: "an e-mail address",
    Url: "an absolute http or https URL",
}


def _fits_text(kind: Text, default: str) -> bool:
    return kind.min_length <= len(default) <= kind.max_length and storable(default)


def _fits_integer(kind: Integer, default: Default) -> bool:
    if isinstance(default, bool) or not isinstance(default, int):
        return False
    return kind.minimum <= default <= kind.maximum


def _fits_decimal(kind: Decimal, default: Default) -> bool:
    if isinstance(default, bool) or not isinstance(default, str | int | float):
        return False
    value = as_decimal(default)
    if value is None or not _has_places(value, kind.places):
        return False
    return decimal.Decimal(kind.minimum) <= value <= decimal.Decimal(kind.maximum)


def _fits_list(kind: TextList, default: Default) -> bool:
    return (
        isinstance(default, list)
        and len(default) <= kind.max_items
        and all(1 <= len(item) <= MAX_ITEM_LENGTH and storable(item) for item in default)
    )


def _fits_format(kind: Date | Timestamp | Time | Phone | Uuid | Email | Url, default: str) -> bool:
    match kind:
        case Time():
            return time_of_day(default) == default
        case Phone():
            return phone(default) == default
        case Uuid():
            return uuid(default) == default
        case Date():
            return len(default) == 10 and _parses(datetime.date.fromisoformat, default)
        case Timestamp():
            shaped = _MOMENT.match(default) is not None
            return shaped and _parses(_in_utc, default)
        case Email():
            return len(default) <= MAX_EMAIL_LENGTH and _EMAIL.match(default) is not None
        case Url():
            return len(default) <= MAX_URL_LENGTH and _is_url(default)


def _in_utc(text: str) -> datetime.datetime:
    """Raises OverflowError for a moment of the first or last day of all that UTC cannot hold."""
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, OverflowError):
        return False
    return True


def _is_url(text: str) -> bool:
    if not text.isascii() or any(one.isspace() or not one.isprintable() for one in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _has_places(value: decimal.Decimal, places: int) -> bool:
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= places
