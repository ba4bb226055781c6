"""Every line of a project tells of which part of the contract it is there for."""

import pytest

from smartforge.app.lines import line_parts as told
from smartforge.contract import (
    Access,
    Accounts,
    Choice,
    Contract,
    Date,
    Email,
    Field,
    Idempotency,
    NoOverlap,
    Ordered,
    Permissions,
    Reference,
    Resource,
    Text,
    Transition,
    validate,
)
from smartforge.contract.parts import parts
from smartforge.contract.reading import to_json
from smartforge.targets.fastapi import FastAPITarget
from smartforge.targets.fastapi.origins import line_parts, purpose

USER = Access("user")
CONTRACT = validate(
    Contract(
        "Boats",
        (
            Resource(
                "boat",
                "boats",
                (Field("name", Text(1, 50)), Field("berth", Text(1, 20), unique=True)),
                access=Permissions(delete=Access("role", ("harbour_master",))),
                idempotency=Idempotency(),
            ),
            Resource(
                "trip",
                "trips",
                (
                    Field("boat_id", Reference("boat")),
                    Field("leaves_on", Date()),
                    Field("comes_back_on", Date()),
                    Field(
                        "state", Choice(("planned", "sailed")), False, "planned", written="never"
                    ),
                ),
                filters=("state",),
                rules=(
                    Ordered("leaves_on", "comes_back_on"),
                    NoOverlap("leaves_on", "comes_back_on", ("boat_id",)),
                ),
                transitions=(Transition("sail", "state", "sailed", ("planned",), access=USER),),
            ),
            Resource("sailor", "sailors", (Field("email", Email(), unique=True),), actions=()),
        ),
        accounts=Accounts("sailor", roles=("sailor", "harbour_master")),
    )
)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return dict(FastAPITarget().render(CONTRACT))


def origin(files: dict[str, str], path: str, holds: str) -> tuple[str, ...]:
    """The parts of the first line of a file that holds a text."""
    lines = files[path].splitlines()
    number = next(number for number, line in enumerate(lines) if holds in line)
    return line_parts(CONTRACT, path, files[path])[number]


@pytest.mark.parametrize(
    ("path", "holds", "part"),
    [
        ("app/models.py", "berth: Mapped", "resources/boat/fields/berth"),
        ("app/models.py", 'ForeignKey("boats', "resources/trip/fields/boat_id"),
        ("app/schemas/boats.py", "berth: Berth", "resources/boat/fields/berth"),
        ("app/routers/boats.py", "harbour_master", "resources/boat/access/delete"),
        ("app/routers/boats.py", "def create_boat", "resources/boat/access/create"),
        ("app/routers/boats.py", "def list_boat_trips", "resources/trip/fields/boat_id"),
        ("app/routers/trips.py", 'trip.state = "sailed"', "resources/trip/fields/state"),
        ("app/routers/trips.py", "def sail_trip", "resources/trip/transitions/sail"),
        ("app/routers/trips.py", "def list_trips", "resources/trip/access/list"),
        ("app/queries/trips.py", "models.Trip.state ==", "resources/trip/filters/state"),
        ("migrations/versions/0001_initial.py", '"berth"', "resources/boat/fields/berth"),
        ("app/routers/auth.py", "def login", "accounts"),
        ("tests/test_trips.py", "leaves_on", "resources/trip/fields/leaves_on"),
        ("openapi.yaml", "operationId: sail_trip", "resources/trip/transitions/sail"),
        ("openapi.yaml", "berth:", "resources/boat/fields/berth"),
        ("README.md", "/boats", "resources/boat"),
    ],
)
def test_a_line_tells_its_part(files: dict[str, str], path: str, holds: str, part: str) -> None:
    assert part in origin(files, path, holds)


def test_a_rule_is_told_where_it_is_checked(files: dict[str, str]) -> None:
    overlap = origin(files, "app/routers/trips.py", "models.Trip.leaves_on < trip.comes_back_on")
    assert overlap[0].startswith("resources/trip/rules/no_overlap:") or "no_overlap" in overlap[1]
    assert not any("rules/ordered" in part for part in overlap)


def test_words_of_the_language_are_no_parts(files: dict[str, str]) -> None:
    assert origin(files, "app/routers/boats.py", "    return boat")[0].startswith(
        "resources/boat/access/"
    )


def test_keys_of_requests_have_their_lines(files: dict[str, str]) -> None:
    keys = "resources/boat/idempotency"
    assert origin(files, "app/routers/boats.py", "claim_key(")[0] == keys
    assert set(line_parts(CONTRACT, "app/idempotency.py", files["app/idempotency.py"])) == {(keys,)}


def test_the_frame_has_no_part(files: dict[str, str]) -> None:
    assert origin(files, "app/logs.py", "import") == ()
    assert purpose(CONTRACT, "app/logs.py") == "Logs as lines of JSON"


def test_what_proves_a_project_has_no_part_whatever_its_words_are() -> None:
    held = Resource("check", "checks", (Field("verdict", Text(1, 50)), Field("files", Text(1, 9))))
    contract = validate(Contract("Checks", (held,)))
    texts = {**FastAPITarget().render(contract), "PROOF.md": "checks\n", "proof.json": "checks\n"}
    for path in ("PROOF.md", "proof.json", "tests/fuzz.py", "verify/record.py"):
        lines = told("fastapi", to_json(contract), path, texts[path])
        assert set(lines) == {()}, path


def test_every_line_of_every_file_is_answered_with_known_parts(files: dict[str, str]) -> None:
    known = parts(CONTRACT).keys()
    for path, text in files.items():
        found = line_parts(CONTRACT, path, text)
        assert len(found) == len(text.splitlines()), path
        assert all(part in known for line in found for part in line), path


def test_every_field_has_its_lines(files: dict[str, str]) -> None:
    told = {
        part
        for path, text in files.items()
        for line in line_parts(CONTRACT, path, text)
        for part in line
    }
    wanted = {part for part in parts(CONTRACT) if "/fields/" in part or "/rules/" in part}
    assert wanted <= told


def test_code_that_does_not_parse_is_read_line_by_line() -> None:
    text = "def list_boats(:\n    boat.berth\n"
    assert line_parts(CONTRACT, "app/routers/boats.py", text)[1] == (
        "resources/boat/fields/berth",
        "resources/boat",
    )
