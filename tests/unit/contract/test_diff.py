"""What differs between two versions, and what of it breaks clients."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from smartforge.contract import (
    Access,
    Accounts,
    Adjusts,
    Aggregate,
    Boolean,
    Choice,
    Computed,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Mark,
    NotMade,
    Ordered,
    Paging,
    Permissions,
    Reference,
    References,
    Report,
    Resource,
    Text,
    Timestamp,
    Transition,
    UniqueTogether,
    Upload,
    validate,
)
from smartforge.contract.diff import ContractDiff, Difference, diff
from tests.unit.contract.strategies import contracts

USER = Access("user")
ADMIN = Access("role", ("admin",))
OWNER = Access("owner", ("admin",))
WRITES = Permissions(create=USER, update=OWNER, delete=ADMIN)
STATUS = Choice(("new", "open", "late", "done"))
PERSON = Resource("user", "users", (Field("email", Email(), unique=True),), ())
TAG = Resource("tag", "tags", (Field("label", Text()),))
BOOK = Resource(
    "book",
    "books",
    (
        Field("title", Text(1, 100)),
        Field("isbn", Text(10, 17), required=False),
        Field("price", Decimal("0", "999.99")),
        Field("status", STATUS, False, "new", written="update"),
        Field("due_on", Date(), False),
        Field("meta", Json(1_000), False),
        Field("tag_ids", References("tag", 5), False, []),
        Field("owner_id", Reference("user", "cascade", False), written="never"),
    ),
    owner="owner_id",
    access=WRITES,
    filters=("status",),
    ranges=("price",),
    searched=("title", "isbn"),
    sortable=("id", "title"),
    transitions=(Transition("finish", "status", "done", ("new", "open"), access=USER),),
    marks=(Mark("like"),),
    reports=(Report("by_status", "status"),),
    computed=(Computed("review_count", Aggregate("count", "review", "book_id")),),
)
REVIEW = Resource(
    "review",
    "reviews",
    (Field("book_id", Reference("book", "cascade")), Field("stars", Integer(1, 5))),
)
SCAN = Resource("scan", "scans", (Field("name", Text()),), upload=Upload(("image/png",), 1_000))
SHOP = validate(
    Contract(
        "Shop",
        (PERSON, TAG, BOOK, REVIEW, SCAN),
        accounts=Accounts(roles=("member", "admin")),
    )
)

Fields = dict[str, dict[str, Any]]


def shop(*resources: Resource, **attributes: Any) -> Contract:
    """SHOP with these resources in the place of those of their names, or of what they were."""
    by_name = {one.was or one.name: one for one in resources}
    known = {one.name for one in SHOP.resources}
    kept = [by_name.get(one.name, one) for one in SHOP.resources]
    kept += [one for one in resources if (one.was or one.name) not in known]
    return validate(replace(SHOP, resources=tuple(kept), **attributes))


def book(**attributes: Any) -> Contract:
    return shop(replace(BOOK, **attributes))


def changed(name: str, /, **attributes: Any) -> Contract:
    """SHOP with one field of the books changed."""
    fields = [replace(one, **attributes) if one.name == name else one for one in BOOK.fields]
    return book(fields=tuple(fields))


def added(*fields: Field) -> Contract:
    return book(fields=(*BOOK.fields, *fields))


def access(**rights: Access) -> Contract:
    return book(access=replace(WRITES, **rights))


def without(contract: Contract, name: str) -> Contract:
    rest = tuple(one for one in contract.resources if one.name != name)
    return validate(replace(contract, resources=rest))


def differences(found: ContractDiff) -> Sequence[Difference]:
    return (*found.added, *found.changed, *found.removed)


LOOSE = without(book(computed=()), "review")
MOVE = BOOK.transitions[0]
F = "resources/book/fields/"

BREAKING: dict[str, tuple[Contract, str]] = {
    "a field is renamed": (changed("due_on", name="due", was="due_on"), F + "due"),
    "a resource is renamed": (
        shop(
            replace(TAG, name="label", plural="labels", was="tag"),
            replace(
                BOOK,
                fields=tuple(
                    replace(one, kind=References("label", 5)) if one.name == "tag_ids" else one
                    for one in BOOK.fields
                ),
            ),
        ),
        "resources/label",
    ),
    "a path is another": (shop(replace(TAG, plural="tag_list")), "resources/tag"),
    "a resource is removed": (LOOSE, "resources/review"),
    "a field is removed": (
        book(fields=tuple(one for one in BOOK.fields if one.name != "due_on")),
        F + "due_on",
    ),
    "a field is required": (changed("isbn", required=True), F + "isbn"),
    "a field may be null": (changed("title", required=False), F + "title"),
    "a required field is added": (added(Field("pages", Integer())), F + "pages"),
    "a length is shorter": (changed("title", kind=Text(1, 50)), F + "title"),
    "a length has a higher minimum": (changed("title", kind=Text(3, 100)), F + "title"),
    "a range is narrower": (changed("price", kind=Decimal("1", "999.99")), F + "price"),
    "fewer places": (changed("price", kind=Decimal("0", "999", 0)), F + "price"),
    "a choice is removed": (changed("status", kind=Choice(("new", "open", "done"))), F + "status"),
    "a choice is added": (changed("status", kind=Choice((*STATUS.values, "lost"))), F + "status"),
    "another kind": (changed("price", kind=Integer(0, 999)), F + "price"),
    "a kind that takes more": (changed("due_on", kind=Timestamp()), F + "due_on"),
    "a default is another": (changed("status", default="open"), F + "status"),
    "a default is gone": (changed("status", default=None), F + "status"),
    "clients no longer write it": (changed("due_on", written="never"), F + "due_on"),
    "clients write it on creation alone": (changed("due_on", written="creation"), F + "due_on"),
    "a field is unique": (changed("title", unique=True), F + "title"),
    "fewer bytes of JSON": (changed("meta", kind=Json(10)), F + "meta"),
    "fewer links": (changed("tag_ids", kind=References("tag", 2)), F + "tag_ids"),
    "the delete rule is restrict": (
        shop(
            replace(
                REVIEW, fields=(Field("book_id", Reference("book", "restrict")), REVIEW.fields[1])
            )
        ),
        "resources/review/fields/book_id",
    ),
    "not nested any more": (
        shop(
            replace(
                REVIEW,
                fields=(Field("book_id", Reference("book", "cascade", False)), REVIEW.fields[1]),
            )
        ),
        "resources/review/fields/book_id",
    ),
    "reading needs a login": (access(read=USER), "resources/book/access/read"),
    "creating needs a role": (access(create=ADMIN), "resources/book/access/create"),
    "a role may no more": (access(update=Access("owner")), "resources/book/access/update"),
    "lists show own rows": (access(list=OWNER), "resources/book/access/list"),
    "no operation any more": (book(actions=("list", "create", "read", "update")), "resources/book"),
    "no filter any more": (book(filters=()), "resources/book/filters/status"),
    "no range any more": (book(ranges=()), "resources/book/ranges/price"),
    "no search any more": (book(searched=()), "resources/book/searched/title"),
    "less is searched": (book(searched=("title",)), "resources/book/searched/isbn"),
    "less is sorted": (book(sortable=("id",)), "resources/book/sortable/title"),
    "another order": (book(sorted_by="title"), "resources/book"),
    "smaller pages": (book(paging=Paging(20, 50)), "resources/book"),
    "pages by cursor": (book(paging=Paging(style="cursor")), "resources/book"),
    "other pages": (book(paging=Paging(10, 100)), "resources/book"),
    "a rule is added": (
        book(rules=(UniqueTogether(("title", "isbn")),)),
        "resources/book/rules/unique_together:title,isbn",
    ),
    "a transition is removed": (book(transitions=()), "resources/book/transitions/finish"),
    "a transition from less": (
        book(transitions=(replace(MOVE, sources=("open",)),)),
        "resources/book/transitions/finish",
    ),
    "a transition for fewer": (
        book(transitions=(replace(MOVE, access=ADMIN),)),
        "resources/book/transitions/finish",
    ),
    "a mark is removed": (book(marks=()), "resources/book/marks/like"),
    "a report is removed": (book(reports=()), "resources/book/reports/by_status"),
    "a report is of something else": (
        book(reports=(Report("by_status", "due_on", "day"),)),
        "resources/book/reports/by_status",
    ),
    "a computed field is removed": (book(computed=()), "resources/book/computed/review_count"),
    "a computed field is another": (
        book(
            computed=(Computed("review_count", Aggregate("maximum", "review", "book_id", "stars")),)
        ),
        "resources/book/computed/review_count",
    ),
    "smaller files": (
        shop(replace(SCAN, upload=Upload(("image/png",), 10))),
        "resources/scan/upload",
    ),
    "no more uploads": (shop(replace(SCAN, upload=None)), "resources/scan/upload"),
    "a role is gone": (
        replace(
            book(access=Permissions(USER, USER, USER, OWNER, USER)),
            accounts=Accounts(roles=("guest", "admin")),
        ),
        "accounts",
    ),
}

FINE: dict[str, Contract] = {
    "another title": replace(SHOP, title="The shop"),
    "an optional field is added": added(Field("pages", Integer(), False)),
    "a field with a default is added": added(Field("used", Boolean(), False, False)),
    "a field is required no more, with a default": changed(
        "title", required=False, default="Untitled"
    ),
    "a longer text": changed("title", kind=Text(1, 200)),
    "a wider range": changed("price", kind=Decimal("0", "9999.99")),
    "unique no more": shop(replace(TAG, fields=(Field("label", Text()),))),
    "a resource is added": shop(Resource("shelf", "shelves", (Field("label", Text()),))),
    "a filter is added": book(filters=("status", "due_on")),
    "more is searched": shop(replace(TAG, searched=("label",))),
    "larger pages": book(paging=Paging(20, 200)),
    "a transition is added": book(
        transitions=(MOVE, Transition("reopen", "status", "open", ("done",), access=USER))
    ),
    "a mark is added": book(marks=(Mark("like"), Mark("pin"))),
    "a report is added": shop(replace(TAG, reports=(Report("by_label", "label"),))),
    "every user may delete": access(delete=USER),
    "another description": changed("title", description="As on the cover"),
    "larger files": shop(replace(SCAN, upload=Upload(("image/png",), 9_000))),
    "a stamp": book(stamped=True),
    "what cannot be made": replace(SHOP, not_made=(NotMade("fly", "Fly"),)),
}


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_clients_is_marked_with_its_part_and_reason(name: str) -> None:
    new, part = BREAKING[name]
    broken = {one.part: one for one in diff(SHOP, validate(new)).breaking}

    assert part in broken, differences(diff(SHOP, new))
    assert broken[part].reason


@pytest.mark.parametrize("name", FINE)
def test_what_clients_do_not_notice_is_not_marked(name: str) -> None:
    assert diff(SHOP, validate(FINE[name])).breaking == ()


def test_sentences_say_plainly_what_happened() -> None:
    found = diff(SHOP, added(Field("pages", Integer(), False)))
    assert found.added == (
        Difference("resources/book/fields/pages", "books: the field pages was added, optional"),
    )
    (one,) = diff(SHOP, changed("title", kind=Text(1, 50))).changed
    assert one.sentence == "books: the field title was changed: max length 50, was 100"
    assert one.reason == "title: max length is 50, no longer 100"
    (one,) = diff(SHOP, changed("due_on", name="due", was="due_on")).changed[:1]
    assert one.sentence == "books: the field due was renamed from due on"
    assert diff(SHOP, LOOSE).removed[-1].sentence == "reviews were removed"


def test_adding_an_effect_on_other_rows_is_marked() -> None:
    adjusted = replace(
        REVIEW,
        rules=(Adjusts("book_id", "stars", "pages", taking=("",)),),
        actions=("list", "create", "read"),
    )
    pages = replace(BOOK, fields=(*BOOK.fields, Field("pages", Integer(0, 9), False, 5)))
    found = diff(shop(pages), shop(pages, adjusted))

    assert "resources/review/rules/adjusts:book_id,stars" in {one.part for one in found.breaking}


def test_a_removed_rule_that_only_refused_is_not_missed() -> None:
    ruled = shop(
        replace(
            REVIEW,
            fields=(*REVIEW.fields, Field("a", Date()), Field("b", Date())),
            rules=(Ordered("a", "b"),),
        )
    )
    free = shop(replace(REVIEW, fields=(*REVIEW.fields, Field("a", Date()), Field("b", Date()))))

    assert diff(free, ruled).breaking
    assert not diff(ruled, free).breaking


@given(contracts())
@settings(max_examples=8, deadline=None)
def test_every_operation_that_is_gone_is_somebodys_fault(contract: Contract) -> None:
    found = diff(contract, Contract(contract.title, TAG_ALONE))

    assert found.breaking
    assert {one.part for one in found.removed} >= {
        f"resources/{one.name}" for one in contract.resources
    }


TAG_ALONE = (TAG,)
