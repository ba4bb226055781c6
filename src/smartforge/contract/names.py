"""Names: from the words of a person to identifiers, plurals, paths and class names.

Everything here is pure and deterministic. English plurals follow the regular rules and a table
of exceptions; a general library for them costs 1.5 s to import, so it serves as the oracle of
the tests instead.
"""

import hashlib
import re
import unicodedata

from smartforge.contract.plurals import plural_of_word, singular_of_word
from smartforge.errors import ContractInvalid

MAX_NAME = 60
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*\Z")

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_DIGEST = 6

# Letters that have no decomposition in Unicode but a customary spelling in ASCII.
_SPELLED = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "TH",
        "ı": "i",
        "ŋ": "ng",
        "’": "'",
        "&": " and ",
    }
)


def ascii_text(text: str) -> str:
    """`text` with accents dropped and every other character outside ASCII left out."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return decomposed.encode("ascii", "ignore").decode("ascii")


def words(text: str) -> tuple[str, ...]:
    """The lower-case ASCII words of `text`, split at spaces, punctuation and inner capitals.

    A number and a single letter keep to their neighbour (`line2`, `IoT` and `eBook` are one word
    each), unless a separator stands between.
    Apostrophes vanish with the possessive s (`author's name` gives `author`, `name`).
    """
    plain = re.sub(r"'s\b|'", "", ascii_text(text))
    found: list[str] = []
    end = -1
    for match in _PIECE.finditer(plain):
        piece = match.group().lower()
        joined = match.start() == end and found
        if joined and (piece.isdigit() or len(piece) == 1 or len(found[-1]) == 1):
            found[-1] += piece
        else:
            found.append(piece)
        end = match.end()
    return tuple(found)


def snake(text: str) -> str:
    """`Order item` as `order_item`; empty where `text` has no letter or digit for ASCII."""
    return "_".join(words(text))


def kebab(text: str) -> str:
    """`order_item` as `order-item`."""
    return "-".join(words(text))


def spaced(name: str) -> str:
    """`order_item` as `order item`, for people."""
    return name.replace("_", " ")


def class_name(name: str) -> str:
    """`order_item` as `OrderItem`. A word that begins with a digit keeps it."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def shorten(name: str, limit: int = MAX_NAME) -> str:
    """`name` itself up to `limit`, else its beginning and a digest of the whole.

    Different long names stay different, and the cut never leaves a trailing underscore.
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{name[: limit - _DIGEST - 2].rstrip('_')}_x{digest}"


def identifier(text: str, limit: int = MAX_NAME) -> str:
    """A lower snake case name of at most `limit` characters for what a person wrote.

    A leading digit gets an `n_` before it. Raises ContractInvalid where nothing of `text` can
    be written in ASCII letters.
    """
    name = snake(text)
    if not name:
        raise ContractInvalid((f"the name {quoted(text)} holds no letter from a to z",))
    if name[0].isdigit():
        name = f"n_{name}"
    return shorten(name, limit)


def singular(name: str) -> str:
    """The singular of a snake case name: its last word is changed, the others stay."""
    head, separator, last = name.rpartition("_")
    return head + separator + singular_of_word(last)


def plural(name: str) -> str:
    """The plural of a snake case name in the singular; unchanged where English has only one."""
    head, separator, last = name.rpartition("_")
    return head + separator + plural_of_word(last)


def squeezed(name: str) -> str:
    """What two names must differ in to be told apart by people, file systems and databases."""
    return name.replace("_", "").lower()


def quoted(text: str, limit: int = 40) -> str:
    """`text` in double quotes for a sentence, on one line, shortened to about `limit`."""
    line = "".join(one if one.isprintable() else " " for one in text[: limit + 1])
    line = " ".join(line.split())
    return f'"{line[:limit].rstrip()}…"' if len(text) > limit else f'"{line}"'
