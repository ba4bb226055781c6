"""One field of a resource: its name, its kind, and what values it takes."""

from typing import Literal

import msgspec


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Unicode text, `min_length` to `max_length` code points, both included."""

    min_length: int = 1
    max_length: int = 200


class Integer(msgspec.Struct, frozen=True, tag="integer"):
    """A whole number, bounds included; never wider than a signed 32-bit column."""

    minimum: int = -2_147_483_648
    maximum: int = 2_147_483_647


class Decimal(msgspec.Struct, frozen=True, tag="decimal"):
    """A decimal number with `places` digits behind the point, a JSON number on the wire.

    Bounds are included and written as decimal strings, so that no binary rounding creeps in.
    """

    minimum: str = "-9999999999.99"
    maximum: str = "9999999999.99"
    places: int = 2


class Boolean(msgspec.Struct, frozen=True, tag="boolean"):
    """True or false."""


class Date(msgspec.Struct, frozen=True, tag="date"):
    """A calendar date, ISO 8601 (`2026-11-22`)."""


class Timestamp(msgspec.Struct, frozen=True, tag="timestamp"):
    """A moment in time with its offset, RFC 3339; stored and answered in UTC."""


class Time(msgspec.Struct, frozen=True, tag="time"):
    """A local time of day, `09:30:00` (RFC 3339, partial-time); taken without seconds too."""


class Phone(msgspec.Struct, frozen=True, tag="phone"):
    """A phone number with its country code, answered as E.164 writes it (`+4930123456`).

    Blanks, dashes and round brackets are taken and left out; at most 40 characters as sent.
    """


class Uuid(msgspec.Struct, frozen=True, tag="uuid"):
    """A UUID (RFC 9562), taken in either case and answered in lower case."""


class Email(msgspec.Struct, frozen=True, tag="email"):
    """An e-mail address, at most 254 characters (RFC 5321)."""


class Url(msgspec.Struct, frozen=True, tag="url"):
    """An absolute http or https URL, at most 2,000 characters."""


class Choice(msgspec.Struct, frozen=True, tag="choice"):
    """One of `values`, in the order in which they were named."""

    values: tuple[str, ...]


class TextList(msgspec.Struct, frozen=True, tag="text_list"):
    """A list of at most `max_items` texts of 1 to 100 code points each."""

    max_items: int = 50


OnDelete = Literal["cascade", "restrict", "clear"]


class Reference(msgspec.Struct, frozen=True, tag="reference"):
    """The id of one row of `resource`: this row belongs to it.

    When that row is deleted, `cascade` deletes this one too, `restrict` refuses (409), `clear`
    makes the reference null, which only a nullable field can be. With `nested` the rows are also
    listed under the other: `GET /books/{book_id}/reviews`.
    """

    resource: str
    on_delete: OnDelete = "restrict"
    nested: bool = True


class References(msgspec.Struct, frozen=True, tag="references"):
    """The ids of up to `max_items` different rows of `resource`, in ascending order.

    Many to many: deleting either side removes the links alone.
    """

    resource: str
    max_items: int = 50


class Slug(msgspec.Struct, frozen=True, tag="slug"):
    """Words of the text field `source` for a URL, unique, made by the server on creation."""

    source: str


class Code(msgspec.Struct, frozen=True, tag="code"):
    """`length` random letters and digits, unique and unguessable, made by the server."""

    length: int = 8


class Json(msgspec.Struct, frozen=True, tag="json"):
    """A JSON object whose content is the sender's own, at most `max_bytes` in UTF-8 as sent on.

    For payloads, settings, metadata. Never unique, sorted, filtered or searched.
    """

    max_bytes: int = 65_536


Kind = (
    Text
    | Integer
    | Decimal
    | Boolean
    | Date
    | Timestamp
    | Time
    | Phone
    | Uuid
    | Email
    | Url
    | Choice
    | TextList
    | Reference
    | References
    | Slug
    | Code
    | Json
)

# When clients may write a field. `never`: the server alone does.
Written = Literal["always", "creation", "update", "never"]

Default = str | int | float | bool | list[str] | None


class Field(msgspec.Struct, frozen=True):
    """One field of a resource.

    Clients write it as `written` says. A required field is never null, and must be sent on
    creation where it may be. An optional one takes `default` when it is left out, or not
    written by clients; without a default it is null. Only optional fields without a default
    may be null. A `unique` field never holds the same value in two rows (409); nulls do not
    count as the same. `was` is its name in the version before, where that was another.
    """

    name: str
    kind: Kind
    required: bool = True
    default: Default = None
    description: str = ""
    unique: bool = False
    written: Written = "always"
    was: str = ""

    @property
    def nullable(self) -> bool:
        return not self.required and self.default is None

    @property
    def on_creation(self) -> bool:
        """Whether clients may send it when they create a row."""
        return self.written in ("always", "creation")

    @property
    def on_update(self) -> bool:
        """Whether clients may send it when they update a row."""
        return self.written in ("always", "update")
