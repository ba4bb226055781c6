"""At most so many, as the offline planner reads it."""

import pytest

from smartforge.contract import AtMost, OneOpen
from smartforge.planners.base import Planned
from smartforge.planners.offline import plan


def planned(*prompts: str) -> Planned:
    return plan(prompts)


def quotas(prompt: str, resource: str) -> list[AtMost]:
    found = planned(prompt).contract.resource(resource)
    return [rule for rule in found.rules if isinstance(rule, AtMost)]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("each user can have up to 20 kites", AtMost(20, ("user_id",))),
        ("Users may have at most 5 kites.", AtMost(5, ("user_id",))),
        ("max 3 kites per user", AtMost(3, ("user_id",))),
        ("A user is limited to seven kites.", AtMost(7, ("user_id",))),
        ("limit kites per user to 12", AtMost(12, ("user_id",))),
        ("users cannot have more than 30 kites", AtMost(30, ("user_id",))),
        ("no more than 10 kites per user per day", AtMost(10, ("user_id",), period="day")),
        ("Each user may make at most 4 kites a month.", AtMost(4, ("user_id",), period="month")),
    ],
)
def test_users_have_so_many_at_most(words: str, rule: AtMost) -> None:
    prompt = f"Users log in and keep their own kites with a name. {words}"
    assert quotas(prompt, "kite") == [rule]
    assert not any("Not understood" in note for note in planned(prompt).notes)


@pytest.mark.parametrize(
    ("prompt", "resource", "rule"),
    [
        ("Boards have cards. At most 12 cards per board.", "card", AtMost(12, ("board_id",))),
        (
            "Teams have projects with a name. max 3 projects per team",
            "project",
            AtMost(3, ("team_id",)),
        ),
        (
            "Events and registrations. Each event accepts a maximum of 80 registrations.",
            "registration",
            AtMost(80, ("event_id",)),
        ),
        (
            "Residents with vehicles (plate), at most two vehicles per resident",
            "vehicle",
            AtMost(2, ("resident_id",)),
        ),
    ],
)
def test_what_belongs_to_something_is_so_many_at_most(
    prompt: str, resource: str, rule: AtMost
) -> None:
    assert quotas(prompt, resource) == [rule]


@pytest.mark.parametrize(
    "prompt",
    [
        "A library with members and books. A member can borrow up to 4 books at a time.",
        "A library with members, books and loans. Each member may have at most 4 open loans.",
    ],
)
def test_only_what_is_out_counts_where_it_is_given_back(prompt: str) -> None:
    (rule,) = quotas(prompt, "loan")
    assert (rule.count, rule.fields, rule.status) == (4, ("member_id",), "status")
    assert rule.open == ("active",)
    loan = planned(prompt).contract.resource("loan")
    assert not [one for one in loan.rules if isinstance(one, OneOpen)]


@pytest.mark.parametrize(
    "prompt",
    [
        "Kites with a name of at most 20 characters. Users log in.",
        "Kites with a rating from 1 to 5. Users log in.",
        "Kites with up to 5 tags. Users log in and keep their own kites.",
        "Kites with a name. At most 60 requests per minute. Users log in.",
    ],
)
def test_other_numbers_are_no_quotas(prompt: str) -> None:
    assert quotas(prompt, "kite") == []
