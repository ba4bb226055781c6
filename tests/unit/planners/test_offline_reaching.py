"""Where and how things are served, in many ways of saying it."""

import pytest

from smartforge.contract import Boolean, Contract, Integer, Resource
from smartforge.planners.offline import plan


def planned(prompt: str) -> Contract:
    return plan((prompt,)).contract


def only(prompt: str) -> Resource:
    (resource,) = planned(prompt).resources
    return resource


PROMPTS = """
A todo list API. GET / returns a JSON array of all todos. POST / creates a todo with a title
and an optional order. New todos are not completed. Each todo has a url field, an absolute URL
at which it can be fetched. PATCH on that url changes title, completed and order. DELETE on
that url deletes the todo. DELETE / deletes all todos. CORS for all origins.

The list of oboes is served at the root path, as a plain array. Every oboe has title, completed
(default false), order (optional integer) and a url that links to itself. PATCH, DELETE on the
item, DELETE / clears everything. Allow calls from any origin.

I want a backend for my todo app. Todos have a title, an order and a completed flag that starts
false. The collection lives at /, so GET / gives me the todos as a bare JSON list and POST /
adds one. Each todo in a response includes its own full url. I can PATCH a todo to change its
title, completed state or order, delete one todo, and delete all of them with DELETE /. The
browser app runs on another domain so CORS headers are needed.

Build a Todo-Backend. The root URL / lists all todos (GET), creates one (POST) and deletes them
all (DELETE). A todo has title, completed and order, and a url pointing to itself. GET, PATCH
and DELETE work on that url. Enable CORS.

Simple todo service: GET / returns the list of todos as a plain JSON array, POST / creates a
new todo from {"title": "..."} (order is optional), DELETE / deletes all todos. Each todo has
an id, title, order, completed (false by default) and url, the absolute address where it can be
retrieved with GET, changed with PATCH and removed with DELETE. All responses need CORS headers
so any web page can call it.

Todo-Backend: todos with title, order and completed at the root URL, each todo carries its own
url, PATCH to edit, DELETE on the root clears the list. Allow all origins.

Todos api. the collection is served at the root. each todo: title, completed bool default
false, order int. each todo has a url field linking to itself. DELETE / clears everything. CORS
enabled

I need a REST backend where the api root is the todo list itself: getting the root gives all
todos, posting to the root adds a todo, deleting the root removes all of them. Todos have a
title, a completed flag (initially false) and an order number. Every todo in the answers
carries a url at which it can be fetched, patched and deleted. It must be callable from a
browser on any other origin.

A todo list backend. List todos: GET /. Create: POST /. Delete all: DELETE /. Get one: GET
/:id. Update: PATCH /:id. Delete: DELETE /:id. Todo fields: title (string), completed (boolean,
default false), order (integer, optional), url (string, full URL of the todo). Allow CORS from
everywhere.

Make a todo api: list at root path returned as a plain array, POST title and optional order to
create, url in each todo, PATCH title/completed/order at the url, DELETE at the url, DELETE /
to delete all, CORS for all origins including preflight.
"""


@pytest.mark.parametrize("prompt", PROMPTS.strip().split("\n\n"))
def test_a_list_at_the_root_is_planned_whole(prompt: str) -> None:
    contract = planned(" ".join(prompt.split()))
    (resource,) = contract.resources
    assert contract.cors == ("*",)
    assert (resource.root, resource.paging.bare, resource.self_url) == (True, True, "url")
    assert {"list", "create", "clear", "read", "update", "delete"} == set(resource.actions)
    fields = {one.name: one for one in resource.fields}
    assert set(fields) == {"title", "completed", "order"}
    assert fields["title"].required
    assert isinstance(fields["completed"].kind, Boolean)
    assert fields["completed"].default is False
    assert isinstance(fields["order"].kind, Integer)
    assert fields["order"].nullable


@pytest.mark.parametrize(
    ("words", "cors"),
    [
        ("CORS enabled.", ("*",)),
        ("Allow cross-origin requests from https://a.example and https://b.example:8443.",
         ("https://a.example", "https://b.example:8443")),
        ("Any website may call it from a browser.", ("*",)),
        ("No CORS.", ()),
        ("Every kite flies at many sites.", ()),
    ],
)  # fmt: skip
def test_who_may_call(words: str, cors: tuple[str, ...]) -> None:
    assert planned(f"Kites have a name. {words}").cors == cors


@pytest.mark.parametrize(
    ("words", "clears"),
    [
        ("Delete all kites at once with one call.", True),
        ("DELETE on the collection removes all kites.", True),
        ("Clear all kites.", True),
        ("Delete all broken kites.", False),
        ("Users log in. Admins can delete all kites.", False),
    ],
)
def test_what_deletes_all_of_them(words: str, clears: bool) -> None:
    kite = planned(f"Kites have a name. {words}").resource("kite")
    assert ("clear" in kite.actions) == clears


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Each kite has a link to itself.", "link"),
        ("Each kite has a self link.", "link"),
        ("Answers hold the absolute url of each kite.", "url"),
        ("Each kite has a url.", ""),
        ("Each kite has a link to the shop.", ""),
    ],
)
def test_a_url_is_the_rows_own_only_where_that_was_said(words: str, name: str) -> None:
    kite = planned(f"Kites have a name. {words}").resource("kite")
    assert kite.self_url.removeprefix("self_") == name
    assert bool(name) != any(one.name in ("url", "link") for one in kite.fields)


def test_an_array_at_the_root_comes_in_pages_where_that_was_said() -> None:
    kite = only("Kites have a name. The list is at the root and paginated.")
    assert kite.root
    assert not kite.paging.bare
