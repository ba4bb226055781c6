"""Which things the offline planner links, and what becomes of the rest when one is deleted."""

import pytest

from smartforge.contract import Contract, Reference, References
from smartforge.planners.offline import plan


def contract(*prompts: str) -> Contract:
    return plan(prompts).contract


def links(prompt: str) -> set[str]:
    """`book.author_id` for one, `post.tag_ids` for many, with a `?` where it may be left out."""
    return {
        f"{resource.name}.{field.name}{'' if field.required else '?'}->{field.kind.resource}"
        for resource in contract(prompt).resources
        for field in resource.fields
        if isinstance(field.kind, Reference | References)
    }


def reference(prompt: str, resource: str, field: str) -> Reference:
    kind = contract(prompt).resource(resource).field(field).kind
    assert isinstance(kind, Reference)
    return kind


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("Each shelf has many jars and each jar belongs to a shelf.", "jar.shelf_id->shelf"),
        ("Track turbines and their inspections", "inspection.turbine_id->turbine"),
        ("A blog: posts with a title, and comments on each post", "comment.post_id->post"),
        ("A tasting is for one wine and one taster. Wines have a name. Tasters have a name.",
         "tasting.taster_id->taster"),
        ("Books have a title and an author. Authors have a name.", "book.author_id->author"),
        ("Invoices with clients and line items", "line_item.invoice_id->invoice"),
        ("API with albums, artists and songs", "album.artist_id->artist"),
        ("Contacts belong to a company (optional). Companies have a name.",
         "contact.company_id?->company"),
        ("Matches have a home team and an away team. Teams have a name.",
         "match.away_team_id->team"),
        ("Comments have a body and a parent comment. Comments belong to posts.",
         "comment.parent_comment_id?->comment"),
        ("Employees with name, email and manager", "employee.manager_id?->employee"),
        ("Students enrol in courses.", "enrolment.course_id->course"),
        ("Gym: members book classes.", "booking.class_id->class"),
        ("Recipes have a title; people can rate recipes from 1 to 10", "rating.recipe_id->recipe"),
        ("Bakery. Customers place orders.", "order.customer_id->customer"),
    ],
)  # fmt: skip
def test_one_thing_belongs_to_another(prompt: str, wanted: str) -> None:
    assert wanted in links(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Posts have many tags and tags have many posts.",
        "Posts have a title. Tags have a name. Many-to-many between posts and tags.",
        "Articles and labels. An article has many labels.",
    ],
)
def test_many_belong_to_many(prompt: str) -> None:
    found = contract(prompt)
    shared = [
        field
        for resource in found.resources
        for field in resource.fields
        if isinstance(field.kind, References)
    ]
    assert len(shared) == 1
    assert not shared[0].required


def test_tags_stay_texts_where_nothing_more_is_said_of_them() -> None:
    assert links("Posts with a title and tags") == set()


@pytest.mark.parametrize(
    ("prompt", "resource", "field", "deletion"),
    [
        ("Posts and comments", "comment", "post_id", "cascade"),
        ("Authors and books", "book", "author_id", "restrict"),
        ("Authors and books. Deleting an author deletes its books.", "book", "author_id",
         "cascade"),
        ("Posts and comments. A post with comments cannot be deleted.", "comment", "post_id",
         "restrict"),
        ("Products and categories", "product", "category_id", "clear"),
        ("Orders have items. Items have a product and a quantity. Products have a name.",
         "item", "product_id", "restrict"),
    ],
)  # fmt: skip
def test_deleting_does_what_was_said_else_what_is_sensible(
    prompt: str, resource: str, field: str, deletion: str
) -> None:
    assert reference(prompt, resource, field).on_delete == deletion


def test_a_refused_deletion_takes_no_operation_away() -> None:
    found = contract("Vehicles and trips. A vehicle with trips cannot be deleted.")
    assert all("delete" in resource.actions for resource in found.resources)


def test_two_references_to_one_parent_are_listed_under_it_once() -> None:
    prompt = "Matches have a home team and an away team. Teams have a name."
    assert reference(prompt, "match", "home_team_id").nested
    assert not reference(prompt, "match", "away_team_id").nested


def test_the_text_that_named_the_parent_gives_way_to_the_reference() -> None:
    book = contract("Songs have a title and an artist. Artists have a name.").resource("song")
    assert [field.name for field in book.fields] == ["title", "artist_id"]


def test_a_circle_of_needs_is_broken_and_said() -> None:
    planned = plan(
        ("Each pilot has a plane. Each plane has a pilot and a wing. A plane has a name",)
    )
    required = {
        (resource.name, field.name): field.required
        for resource in planned.contract.resources
        for field in resource.fields
        if isinstance(field.kind, Reference)
    }
    assert sorted(required.values()) == [False, True]
    assert any("need the other first" in note for note in planned.notes)


def test_what_was_said_and_what_is_assumed_are_told_apart() -> None:
    notes = plan(("Each book belongs to an author. Reviews have a rating.",)).notes
    assert any(note.startswith('"Each book belongs to an author": each book') for note in notes)
    assert any(note.startswith("Assumed: each review belongs to a book") for note in notes)


def test_a_scale_after_a_verb_bounds_the_rating() -> None:
    found = contract("Recipes have a title; people can rate recipes from 1 to 10")
    kind = found.resource("rating").field("rating").kind
    assert (getattr(kind, "minimum", 0), getattr(kind, "maximum", 0)) == (1, 10)
