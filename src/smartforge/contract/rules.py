"""Promises about rows that a single field cannot hold, and values that follow from others."""

from typing import Literal

import msgspec

from smartforge.contract.access import Access

# ---- rules of a resource ----------------------------------------------------------------------


class UniqueTogether(msgspec.Struct, frozen=True, tag="unique_together"):
    """No two rows hold the same values in all of `fields` (409)."""

    fields: tuple[str, ...]


class Ordered(msgspec.Struct, frozen=True, tag="ordered", omit_defaults=True):
    """`later` is greater than `earlier`, where both are given (422); with `equal`, or the same."""

    earlier: str
    later: str
    equal: bool = False


class Different(msgspec.Struct, frozen=True, tag="different"):
    """The references `first` and `second` never name the same row (422)."""

    first: str
    second: str


class NoOverlap(msgspec.Struct, frozen=True, tag="no_overlap"):
    """Rows with equal `within` never overlap in time (409): each lasts from `start` until just
    before `end`. Rows whose `status` field holds one of `ended` do not count.
    """

    start: str
    end: str
    within: tuple[str, ...]
    status: str = ""
    ended: tuple[str, ...] = ()


class OneOpen(msgspec.Struct, frozen=True, tag="one_open"):
    """At most one row with equal `fields` whose `status` field holds one of `open` (409)."""

    fields: tuple[str, ...]
    status: str
    open: tuple[str, ...]


class Adjusts(msgspec.Struct, frozen=True, tag="adjusts"):
    """Creating a row changes a number of the row that it belongs to, never below its minimum.

    `amount` (of this row, at least 1) is added to `field` of the row at `reference`, or taken
    from it where the choice field `direction` holds one of `taking`; without a direction it is
    always taken if `taking` is `("",)`, else added. A change that goes beyond the bounds of
    `field` is refused (409), also under concurrent requests. Rows are neither updated nor
    deleted. Where a resource has several such rules, as a transfer from one account to another
    has two, all of the changes are made or none.

    With `own`, a row that is taken from must belong to the caller (403, before any other rule is
    looked at): nobody spends what is somebody else's. Whoever has one of the roles that may update
    every such row may take from every one; what is added may go to any row that the caller reads.
    """

    reference: str
    amount: str
    field: str
    direction: str = ""
    taking: tuple[str, ...] = ()
    own: bool = False

    @property
    def takes(self) -> bool:
        """Whether some row of it takes, rather than all of them add."""
        return bool(self.taking)


class AtMost(msgspec.Struct, frozen=True, tag="at_most"):
    """At most `count` rows with equal `fields` (409), also under concurrent requests.

    Where a choice field `status` is named, only rows count in which it holds one of `open`; where
    a `period` is, only those that were made on the same day or in the same month, in UTC.
    """

    count: int
    fields: tuple[str, ...]
    status: str = ""
    open: tuple[str, ...] = ()
    period: Literal["", "day", "month"] = ""


Rule = UniqueTogether | Ordered | Different | NoOverlap | OneOpen | Adjusts | AtMost


# ---- computed fields --------------------------------------------------------------------------


class Aggregate(msgspec.Struct, frozen=True, tag="aggregate"):
    """Over the rows of `resource` whose reference field `by` points here.

    `count` of them (0 where there are none), or `sum` (0), `average`, `minimum`, `maximum`
    (null) of their number `field`. An average is rounded half up to 2 places.
    """

    function: Literal["count", "sum", "average", "minimum", "maximum"]
    resource: str
    by: str
    field: str = ""


class Product(msgspec.Struct, frozen=True, tag="product"):
    """The number fields `factors` of the same row, multiplied; null where one is null."""

    factors: tuple[str, ...]


class Marked(msgspec.Struct, frozen=True, tag="marked"):
    """How many users have set the mark of this name on the row."""

    mark: str


class Computed(msgspec.Struct, frozen=True):
    """A field that the server works out for every answer; clients never write it."""

    name: str
    formula: Aggregate | Product | Marked
    description: str = ""


# ---- operations besides the standard ones -----------------------------------------------------


class Transition(msgspec.Struct, frozen=True):
    """`POST /plural/{id}/name`: sets the choice or boolean `field` to `target`.

    Refused (409) where the field holds none of `sources`; without sources it is always possible.
    `stamp` names a timestamp field that then holds the moment. It is guarded where it has
    `requires`, fields that must hold something (a boolean: true), or `having`, a resource of
    which at least one row must belong to this one: else refused (409). With `not_owner`, whoever
    owns the row may not use it, whatever their role (403): nobody approves what is their own.
    """

    name: str
    field: str
    target: str | bool
    sources: tuple[str | bool, ...] = ()
    stamp: str = ""
    access: Access = Access()
    requires: tuple[str, ...] = ()
    having: str = ""
    not_owner: bool = False

    @property
    def guarded(self) -> bool:
        return bool(self.requires or self.having)


class Mark(msgspec.Struct, frozen=True):
    """`POST` and `DELETE /plural/{id}/name`: a user marks a row, once, and takes it back.

    Both may be repeated without effect. Likes, favourites, follows, bookmarks.
    """

    name: str
    access: Access = Access("user")


Period = Literal["", "day", "week", "month", "quarter", "year"]


class Group(msgspec.Struct, frozen=True):
    """What rows of one group have in common: the value at the end of `path`, or its period.

    It stands under `name` in the answer.
    """

    path: str
    name: str
    period: Period = ""


class Report(msgspec.Struct, frozen=True):
    """`GET /plural/name`: rows in groups, with the filters of the list.

    Groups are the values of the field `group` (choice, text, boolean or reference), or its days,
    ISO weeks, months, quarters or years where `period` says so (dates and timestamps; the latter
    in UTC), together with those of `also`, in ascending order of the first, then the second, and
    so on; without a group all rows together. Each has its `count` and, where `field` names a
    number or a product of numbers, `total`, its sum, and `average`.

    A group, `field` and `status` may also be a path to a row that this one belongs to, by up to
    two references: `product_id.category`. Where `status`, a choice, is named, only rows that hold
    one of `among` there count. With `top`, only that many groups are told: those with the
    greatest total, or else count, the greatest first.
    """

    name: str
    group: str = ""
    period: Period = ""
    field: str = ""
    access: Access = Access()
    also: tuple[str, ...] = ()
    status: str = ""
    among: tuple[str, ...] = ()
    top: int = 0

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups in their order, each under the period or else the last name of its path."""
        first = Group(self.group, self.period or self.group.rpartition(".")[2], self.period)
        others = (Group(path, path.rpartition(".")[2]) for path in self.also)
        return (first, *others) if self.group else tuple(others)


class Upload(msgspec.Struct, frozen=True):
    """Rows hold a file: `POST /plural` takes `multipart/form-data` with `file` besides the
    fields, `GET /plural/{id}/content` answers its bytes.

    Every row also has `filename`, `content_type` and `size` in bytes, which the server fills in.
    Files over `max_bytes` are refused (413), those whose type is none of `types` too (415; empty:
    any), by their first bytes where the type is an image.
    """

    types: tuple[str, ...] = ()
    max_bytes: int = 5_000_000


class Bulk(msgspec.Struct, frozen=True):
    """`POST /plural/bulk` creates up to `max_items` rows, all of them or none.

    It takes `{"items": [...]}`, each as one creation would; what is wrong is told with its place.
    """

    max_items: int = 100


class Idempotency(msgspec.Struct, frozen=True):
    """What makes rows, and transitions, may be sent again with the same `Idempotency-Key`.

    For 24 hours the same request of the same caller with the same key is answered as the first
    one was, and done once, also of many at once; another request with that key is refused (422).
    A request that was refused leaves its key free. Where it is `required`, making rows without a
    key is refused (400).
    """

    required: bool = False


class Redirect(msgspec.Struct, frozen=True):
    """`GET /r/{code}`: redirects (307) to the URL field `to` of the row with this code.

    `code` names a code or slug field, `visits` an integer field that counts, if any.
    """

    code: str
    to: str
    visits: str = ""


class NotMade(msgspec.Struct, frozen=True):
    """What was asked for and cannot be made: `POST /not-made/name` answers 501 and says so.

    It is no promise: the OpenAPI document does not name it.
    """

    name: str
    summary: str
