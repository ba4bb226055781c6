"""Versions before: going back to them, the names that they had, and what they were about."""

from smartforge.planners.offline.followup import follow
from tests.unit.planners.followups import base, say


def test_undo_takes_the_version_before_exactly() -> None:
    first = base("shop")
    second = follow("add pages to books", first).contract
    for said in (
        "undo that",
        "please undo the last change",
        "revert that",
        "go back",
        "no wait, undo that",
    ):
        planned = follow(said, second, (first, second))
        assert (planned.restore, planned.contract) == (0, first)


def test_a_version_is_taken_by_its_number() -> None:
    first = base("shop")
    second = follow("add pages to books", first).contract
    third = follow("remove tags", second).contract
    for said, place in (("go back to version 2", 1), ("restore version 1", 0)):
        planned = follow(said, third, (first, second, third))
        assert planned.restore == place
        assert planned.contract == (first, second, third)[place]


# ---- names before -------------------------------------------------------------------------------


def test_a_rename_says_what_the_name_was_until_the_next_follow_up() -> None:
    renamed = say("library", "rename authors to writers and pages to page count").contract
    assert renamed.resource("writer").was == "author"
    assert renamed.resource("book").field("page_count").was == "pages"
    assert renamed.resource("book").field("writer_id").was == "author_id"
    later = follow("add an email to writers", renamed).contract
    assert not any(one.was for one in later.resources)
    assert not any(field.was for one in later.resources for field in one.fields)


def test_it_stands_for_what_was_just_spoken_of() -> None:
    book = say("shop", "add a discount to books and make it required").contract.resource("book")
    assert book.field("discount").required
    review = say("shop", "add a headline to reviews. It must be unique.").contract
    assert review.resource("review").field("headline").unique


def test_it_stands_for_what_the_follow_up_before_was_about() -> None:
    first = base("library")
    second = follow("add a weather to loans: sunny, cloudy or rainy", first).contract
    third = follow("make it required", second, (first,)).contract
    assert third.resource("loan").field("weather").required
    assert follow("add a note to them", second, (first,)).contract.resource("loan").field("note")


def test_what_was_not_understood_is_said_beside_what_was() -> None:
    planned = say("shop", "add pages to books. The frobnication is quixotic.")
    assert planned.contract.resource("book").field("pages")
    assert any("frobnication" in note for note in planned.notes)
