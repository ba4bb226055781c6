"""Lists: search, filters, ranges, order, pages, and how these go together."""

from typing import Any

import pytest

from smartforge.contract import (
    Boolean,
    Choice,
    Contract,
    Date,
    Decimal,
    Field,
    Integer,
    Paging,
    Resource,
    Text,
    TextList,
)
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_lists")

CONTRACT = Contract(
    "Cinema",
    (
        Resource(
            "movie",
            "movies",
            (
                Field("title", Text()),
                Field("plot", Text(0, 500), False),
                Field("genre", Choice(("drama", "comedy", "horror"))),
                Field("year", Integer(1880, 2100)),
                Field("rating", Decimal("0", "10", 1), False),
                Field("released", Date()),
                Field("seen", Boolean(), False, False),
                Field("tags", TextList(), False, []),
            ),
            sortable=("id", "title", "rating", "year"),
            sorted_by="-year",
            paging=Paging(2, 5),
            filters=("genre", "seen", "tags", "title"),
            ranges=("year", "rating", "released"),
            searched=("title", "plot"),
        ),
    ),
)
MOVIES: list[dict[str, Any]] = [
    {"title": "Alpha", "genre": "drama", "year": 1990, "rating": 7.5, "released": "1990-05-01"},
    {"title": "Beta", "genre": "comedy", "year": 2000, "rating": 5, "released": "2000-01-01"},
    {"title": "Gamma", "genre": "drama", "year": 2010, "released": "2010-12-31"},
    {"title": "Delta", "genre": "horror", "year": 2010, "rating": 9, "released": "2010-06-15"},
    {"title": "100% ÉCLAIR", "genre": "comedy", "year": 2020, "released": "2020-02-29"},
]
MORE: dict[str, dict[str, Any]] = {
    "Alpha": {"tags": ["old", "slow"], "plot": "A man meets a gamma ray."},
    "Beta": {"tags": ["old"], "seen": True},
    "Delta": {"tags": ["older"], "plot": "snake_case and 50% off"},
}


@pytest.fixture(scope="module")
def movies(api: Api) -> Api:
    for movie in MOVIES:
        api.post("/movies", movie | MORE.get(movie["title"], {}))
    return api


def titles(api: Api, **query: Any) -> list[str]:
    whole: dict[str, Any] = {"limit": 5, "sort": "id"} | query
    page = api.get("/movies", **whole)
    found = [row["title"] for row in page["items"]]
    assert page["total"] == len(found)
    return found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"genre": "drama"}, ["Alpha", "Gamma"]),
        ({"seen": "true"}, ["Beta"]),
        ({"seen": "false", "genre": "horror"}, ["Delta"]),
        ({"tag": "old"}, ["Alpha", "Beta"]),
        ({"tag": "ol"}, []),
        ({"title": "Beta"}, ["Beta"]),
        ({"title": "beta"}, []),
        ({"year_min": 2000, "year_max": 2010}, ["Beta", "Gamma", "Delta"]),
        ({"year_min": 2010}, ["Gamma", "Delta", "100% ÉCLAIR"]),
        ({"year_min": 2010, "year_max": 2000}, []),
        ({"rating_min": 7.5}, ["Alpha", "Delta"]),
        ({"rating_max": 5}, ["Beta"]),
        ({"released_from": "2010-06-15", "released_to": "2010-12-31"}, ["Gamma", "Delta"]),
        ({"q": "ALPHA"}, ["Alpha"]),
        ({"q": "gamma"}, ["Alpha", "Gamma"]),
        ({"q": "%"}, ["Delta", "100% ÉCLAIR"]),
        ({"q": "_"}, ["Delta"]),
        ({"q": "0%"}, ["Delta", "100% ÉCLAIR"]),
        ({"q": "nothing"}, []),
        ({"q": "éclair"}, ["100% ÉCLAIR"]),
        ({"q": "gamma", "genre": "drama", "year_max": 2000}, ["Alpha"]),
    ],
    ids=str,
)
def test_lists_are_narrowed(movies: Api, query: dict[str, Any], found: list[str]) -> None:
    assert titles(movies, **query) == found


@pytest.mark.parametrize(
    "query",
    [
        {"genre": "western"},
        {"seen": "perhaps"},
        {"year_min": "old"},
        {"year_min": 1},
        {"released_from": "2010-02-30"},
        {"q": ""},
        {"q": "x" * 101},
        {"sort": "plot"},
        {"limit": 0},
        {"limit": 6},
        {"offset": -1},
    ],
    ids=str,
)
def test_what_a_field_would_not_take_a_list_does_not(movies: Api, query: dict[str, Any]) -> None:
    movies.get("/movies", 422, **query)


def test_the_order_that_was_promised_leads_and_ids_break_ties(movies: Api) -> None:
    page = movies.get("/movies", limit=5)
    found = [row["title"] for row in page["items"]]
    assert found == ["100% ÉCLAIR", "Gamma", "Delta", "Beta", "Alpha"]


def test_order_goes_both_ways_and_nulls_come_last(movies: Api) -> None:
    assert titles(movies, sort="rating")[:3] == ["Beta", "Alpha", "Delta"]
    assert titles(movies, sort="-rating")[:3] == ["Delta", "Alpha", "Beta"]
    assert titles(movies, sort="-title")[0] == "Gamma"


def test_pages_cut_what_matches(movies: Api) -> None:
    first = movies.get("/movies", genre="drama", limit=1, sort="title")
    second = movies.get("/movies", genre="drama", limit=1, offset=1, sort="title")
    beyond = movies.get("/movies", genre="drama", offset=2)
    assert [row["title"] for row in first["items"] + second["items"]] == ["Alpha", "Gamma"]
    assert (first["total"], second["total"], beyond["total"]) == (2, 2, 2)
    assert beyond["items"] == []
    assert len(movies.get("/movies")["items"]) == 2
