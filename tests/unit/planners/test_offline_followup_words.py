"""Whatever a follow-up says: a sound contract or a refusal, and nothing else is touched."""

import re

import hypothesis
import hypothesis.strategies as st
import pytest

from smartforge.contract import validate
from smartforge.errors import PromptUnclear
from smartforge.planners.offline.followup import follow
from smartforge.targets.fastapi import FastAPITarget
from tests.unit.planners.followups import base, say

_WORDS = [
    "add",
    "remove",
    "rename",
    "make",
    "drop",
    "a",
    "an",
    "the",
    "to",
    "from",
    "of",
    "in",
    "and",
    "or",
    "not",
    "only",
    "can",
    "must",
    "should",
    "be",
    "have",
    "has",
    "need",
    "needs",
    "optional",
    "required",
    "unique",
    "integer",
    "public",
    "login",
    "admins",
    "users",
    "everyone",
    "delete",
    "edit",
    "read",
    "book",
    "books",
    "review",
    "reviews",
    "title",
    "price",
    "rating",
    "tags",
    "colour",
    "publisher",
    "with",
    "default",
    "5",
    "10",
    "it",
    "them",
    "undo",
    "all",
    "filter",
    "sort",
    "by",
    "no",
    "more",
    "longer",
    "instead",
    "called",
    "together",
    "between",
    "belongs",
    "per",
    "page",
    ",",
    ".",
    "?",
    ":",
    "(",
    ")",
]


@hypothesis.settings(max_examples=50, deadline=None, derandomize=True)
@hypothesis.given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=12))
def test_whatever_is_said_gives_a_sound_contract_or_a_refusal(said: list[str]) -> None:
    text = " ".join(said)
    first = base("shop")
    try:
        planned = follow(text, first)
    except PromptUnclear:
        return
    assert validate(planned.contract) is planned.contract
    assert follow(text, first) == planned


@hypothesis.settings(max_examples=40, deadline=None, derandomize=True)
@hypothesis.given(st.lists(st.sampled_from([one for one in _WORDS if one not in (
    "all", "no", "everyone", "users", "login", "admins", "undo", "page", "it", "them", ".",
)]), min_size=2, max_size=10))  # fmt: skip
def test_a_resource_that_is_not_named_stays_as_it_is(said: list[str]) -> None:
    text = " ".join(one for one in said if one not in ("review", "reviews", "rating"))
    first = base("shop")
    about = {"book", "books", "title", "price", "tags"} & set(text.split())
    if not about or re.search(r"\b(?:remove|drop|rename|belongs|have|has|need|needs)\b", text):
        return  # a reference from a review goes and changes with the book that it names
    try:
        planned = follow(text, first)
    except PromptUnclear:
        return
    assert planned.contract.resource("review") == first.resource("review")


@pytest.mark.parametrize(
    ("name", "said", "untouched"),
    [
        ("shop", "add pages to books", "review"),
        ("library", "make the country of authors optional", "loan"),
    ],
)
def test_the_files_of_other_resources_are_byte_equal(name: str, said: str, untouched: str) -> None:
    target = FastAPITarget()
    before, after = target.render(base(name)), target.render(say(name, said).contract)
    paths = [path for path in before if untouched in path.rpartition("/")[2]]
    assert paths
    for path in paths:
        assert after[path] == before[path]
    assert before != after
