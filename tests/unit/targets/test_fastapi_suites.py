"""Who calls in the tests of a project, and with which rows: both follow from the contract."""

import ast
import datetime
from typing import Any

import msgspec
import pytest

from smartforge.contract import (
    Access,
    Contract,
    Field,
    Permissions,
    Reference,
    References,
    Resource,
    Text,
    validate,
)
from smartforge.targets.fastapi import FastAPITarget
from smartforge.targets.fastapi.judge.bodies import Source, source
from smartforge.targets.fastapi.judge.suite import Suite
from tests.unit.targets.examples import NASTY, SHOP, TODO, one
from tests.unit.targets.lending import LENDING, OWNER, STAFF, USER


def rows(contract: Contract, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in Suite(contract).modules[name].bodies.rows]


def test_the_caller_with_the_fewest_rights_makes_the_rows() -> None:
    makers = Suite(LENDING).callers.makers
    assert {name: one.fixture for name, one in makers.items()} == {
        "book": "as_librarian",
        "review": "as_user",
        "loan": "as_user",
    }


def test_rows_are_made_by_somebody_who_can_read_what_they_point_to() -> None:
    secret = Permissions(list=STAFF, read=STAFF, create=STAFF, update=STAFF, delete=STAFF)
    open_to_all = Permissions(list=USER, read=USER, create=USER, update=USER, delete=USER)
    contract = validate(
        msgspec.structs.replace(
            LENDING,
            resources=(
                LENDING.resource("user"),
                Resource("vault", "vaults", (Field("name", Text()),), access=secret),
                Resource(
                    "coin", "coins", (Field("vault_id", Reference("vault")),), access=open_to_all
                ),
            ),
        )
    )
    assert Suite(contract).callers.makers["coin"].fixture == "as_librarian"


def test_unique_fields_differ_and_dates_are_in_order() -> None:
    assert len({row["isbn"] for row in rows(LENDING, "book")}) == 3
    for row in rows(LENDING, "loan"):
        begin, end = (datetime.date.fromisoformat(row[name]) for name in ("starts_on", "ends_on"))
        assert begin < end


def test_rows_point_to_different_rows_and_never_name_their_owner() -> None:
    pointers = [row["book_id"] for row in rows(LENDING, "review")]
    assert pointers == [Source(f'books[{place}]["id"]') for place in range(3)]
    assert all("user_id" not in row for row in rows(LENDING, "review"))


@pytest.mark.parametrize(
    ("read", "first"),
    [(USER, 'sorted(row["id"] for row in users[:2])'), (OWNER, '[users[0]["id"]]')],
    ids=["everybody", "only oneself"],
)
def test_lists_of_accounts_ascend_and_name_those_that_the_caller_sees(
    read: Access, first: str
) -> None:
    person = msgspec.structs.replace(
        LENDING.resource("user"), actions=("read",), access=Permissions(read=read)
    )
    watched = Field("watcher_ids", References("user"), required=False, default=[])
    club = Resource("club", "clubs", (watched,), access=Permissions(create=USER))
    contract = validate(msgspec.structs.replace(LENDING, resources=(person, club)))
    assert rows(contract, "club")[0]["watcher_ids"] == Source(first)


def test_a_circle_of_references_is_cut_where_it_may_be() -> None:
    member = Field("captain_id", Reference("player", "clear", nested=False), required=False)
    team = Resource("team", "teams", (Field("name", Text()), member))
    player = Resource("player", "players", (Field("team_id", Reference("team")),))
    suite = Suite(validate(Contract("League", (team, player))))
    assert suite.modules["team"].bodies.parents == ()
    assert suite.modules["player"].bodies.parents == ("team",)


def test_expressions_stand_among_values() -> None:
    body = {"id": Source('made["id"]'), "pairs": [("a", 1)], "text": "'", "none": None}
    expression = source(body)
    assert eval(expression, {"made": {"id": 7}}) == {  # the product's own text, nothing else
        "id": 7,
        "pairs": [("a", 1)],
        "text": "'",
        "none": None,
    }


@pytest.mark.parametrize("contract", [TODO, SHOP, NASTY, LENDING], ids=lambda one: one.title[:8])
def test_no_helper_and_no_fixture_is_left_unused(contract: Contract) -> None:
    files = FastAPITarget().render(contract)
    tests = {path: text for path, text in files.items() if path.startswith("tests/")}
    everything = "\n".join(tests.values())
    for path in ("tests/expect.py", "tests/conftest.py"):
        for node in ast.parse(tests[path]).body:
            if isinstance(node, ast.FunctionDef):
                assert everything.count(node.name) > 1, (path, node.name)


def test_tests_grow_in_step_with_the_contract() -> None:
    def count(size: int) -> int:
        names = [f"thing{place}" for place in range(size)]
        contract = Contract("Things", tuple(one(name, f"{name}s", "title") for name in names))
        files = FastAPITarget().render(contract)
        return sum(text.count("\ndef test_") for text in files.values())

    two, four, eight = count(2), count(4), count(8)
    assert eight - four == 2 * (four - two)


def test_what_is_owned_by_the_caller_alone_is_tried_by_another() -> None:
    loan = Suite(LENDING).modules["loan"]
    assert loan.resource.access.read == OWNER
    assert {(method, status) for method, _, _, status in loan.owned} == {
        ("get", 404),
        ("patch", 404),
        ("delete", 404),
        ("post", 404),
    }


def test_a_row_that_others_keep_too_is_not_expected_to_go_once_one_of_them_is_gone() -> None:
    name = Field("name", Text())
    clinic = Field("clinic_id", Reference("clinic"))
    doctor = Field("doctor_id", Reference("doctor", "clear"), required=False)
    contract = Contract(
        "Clinics",
        (
            Resource("clinic", "clinics", (name,)),
            Resource("doctor", "doctors", (name, clinic)),
            Resource("patient", "patients", (name, clinic, doctor)),
        ),
    )
    modules = Suite(validate(contract)).modules
    freed = {one: modules[one].falls[0]["freed"] for one in ("doctor", "patient")}
    assert freed == {"doctor": True, "patient": False}
