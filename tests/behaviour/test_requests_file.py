"""`requests.http` sent to a running project, as an editor would: read by a reader of its own."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Code,
    Contract,
    Date,
    Different,
    Email,
    Field,
    Integer,
    Ordered,
    Permissions,
    Redirect,
    Reference,
    References,
    Report,
    Resource,
    Text,
    Upload,
    Url,
    validate,
)
from smartforge.contract.operations import operations
from smartforge.targets.fastapi import FastAPITarget
from tests.behaviour.apis import ADMIN, Api
from tests.unit.targets.examples import SHOP
from tests.unit.targets.framed import BOOKSTORE

pytestmark = pytest.mark.xdist_group("behaviour_requests_file")

USER, OWNER = Access("user"), Access("owner", ("admin",))
OWNED = Permissions(OWNER, USER, OWNER, OWNER, OWNER)
OWNED_BY = Field("owner_id", Reference("user", "cascade", nested=False), written="never")
CONTRACT = Contract(
    "Roads {{and}} ### rails",
    (
        Resource(
            "user",
            "users",
            (Field("email", Email(), unique=True), Field("name", Text(1, 100))),
            actions=("read", "update", "delete"),
            access=Permissions(read=OWNER, update=OWNER, delete=OWNER),
            owner="id",
        ),
        # Stands before what its rows point to.
        Resource(
            "trip",
            "trips",
            (
                Field("origin_id", Reference("stop", nested=False)),
                Field("destination_id", Reference("stop", nested=False)),
                Field("line_ids", References("line")),
                Field("starts_on", Date()),
                Field("ends_on", Date()),
                OWNED_BY,
            ),
            owner="owner_id",
            access=OWNED,
            rules=(Different("origin_id", "destination_id"), Ordered("starts_on", "ends_on")),
            reports=(Report("per_day", "starts_on", "day", access=Access("role", ("admin",))),),
        ),
        Resource(
            "stop",
            "stops",
            (Field("name", Text(), unique=True),),
            access=Permissions(create=Access("role", ("planner",))),
            searched=("name",),
        ),
        Resource("line", "lines", (Field("number", Integer(1, 99)),)),
        Resource(
            "photo",
            "photos",
            (Field("caption", Text(1, 50)), OWNED_BY),
            owner="owner_id",
            access=OWNED,
            actions=("list", "create", "read", "delete"),
            upload=Upload(("image/png",)),
        ),
        Resource("note", "notes", (), actions=("create",), upload=Upload(max_bytes=1000)),
        Resource(
            "link",
            "links",
            (Field("target", Url()), Field("code", Code(), written="never")),
            redirect=Redirect("code", "target"),
        ),
    ),
    accounts=Accounts(
        roles=("member", "planner", "admin"), refresh=True, password_change=True, api_keys=True
    ),
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "00000000020001e221bc330000000049454e44ae426082"
)


class Sent(NamedTuple):
    """One request as it stands in the file, its variables not yet filled in."""

    name: str
    method: str
    url: str
    headers: dict[str, str]
    body: str


def variables(text: str) -> dict[str, str]:
    return dict(re.findall(r"^@(\w+) = (.*)$", text, re.MULTILINE))


def read(text: str) -> Iterator[Sent]:
    """The requests of a file, in their order."""
    for part in re.split(r"^###", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n\n")
        lines = head.split("\n")[1:]
        names = [line.removeprefix("# @name ") for line in lines if line.startswith("# @name ")]
        line, *headers = [one for one in lines if one and not one.startswith("#")]
        method, url = line.split(" ")
        found = dict(one.split(": ", 1) for one in headers)
        yield Sent("".join(names), method, url, found, body.strip("\n"))


def filled(text: str, known: dict[str, str], answers: dict[str, Any]) -> str:
    def one(found: re.Match[str]) -> str:
        name, _, path = found[1].partition(".response.body.")
        return str(answers[name][path]) if path else filled(known[name], known, answers)

    return re.sub(r"\{\{([\w.]+)\}\}", one, text)


def content(body: str, beside: bytes) -> bytes:
    """The body's bytes: forms have ends of lines of their own, and may name a file."""
    if not body.startswith("--"):
        return body.encode()
    parts = [beside if line.startswith("< ./") else line.encode() for line in body.split("\n")]
    return b"\r\n".join(parts) + b"\r\n"


def send_all(api: Api, text: str, **given: str) -> list[tuple[Sent, httpx.Response]]:
    known = variables(text) | given | {"base": ""}
    answers: dict[str, Any] = {}
    done: list[tuple[Sent, httpx.Response]] = []
    for one in read(text):
        headers = {name: filled(each, known, answers) for name, each in one.headers.items()}
        body = content(filled(one.body, known, answers), PNG)
        answer = api.send(
            one.method, filled(one.url, known, answers), headers=headers, content=body
        )
        done.append((one, answer))
        if one.name:
            answers[one.name] = answer.json()
    return done


def test_every_request_of_the_file_is_answered_as_it_should_be(api: Api) -> None:
    text = FastAPITarget().render(validate(CONTRACT))["requests.http"]
    given = {"admin_email": ADMIN["email"], "admin_password": ADMIN["password"]}
    done = send_all(api, text, **given)
    refused = [
        (one.method, one.url, answer.status_code, answer.text[:300])
        for one, answer in done
        if answer.status_code >= 400
    ]
    assert refused == []
    created = [answer.status_code for one, answer in done if one.name.startswith("create_")]
    assert created == [201] * len(created)
    assert len(created) == 8  # of each sort one, a second stop, an API key


@pytest.mark.parametrize(
    "contract", [validate(CONTRACT), BOOKSTORE, SHOP], ids=["roads", "books", "shop"]
)
def test_every_operation_is_in_the_file(contract: Contract) -> None:
    text = FastAPITarget().render(contract)["requests.http"]
    sent = [(one.method, one.url.removeprefix("{{base}}").split("?")[0]) for one in read(text)]
    for operation in operations(contract):
        path = re.sub(r"\{\w+\}", r"(\\{\\{[\\w.]+\\}\\}|1)", operation.path)
        assert any(
            method == operation.method and re.fullmatch(path, url) for method, url in sent
        ), operation.id
