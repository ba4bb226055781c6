"""Files that are sent, kept, and given back as they were."""

from typing import Any

import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Contract,
    Email,
    Field,
    Integer,
    Permissions,
    Reference,
    Resource,
    Text,
    TextList,
    Upload,
)
from tests.behaviour.apis import Api

pytestmark = pytest.mark.xdist_group("behaviour_uploads")

OWNER = Access("owner")
CONTRACT = Contract(
    "Pictures",
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource(
            "picture",
            "pictures",
            (
                Field("caption", Text(1, 50), required=False),
                Field("stars", Integer(1, 5), required=False, default=3),
                Field("tags", TextList(), required=False, default=[]),
            ),
            upload=Upload(("image/png", "image/gif"), 3_000_000),
        ),
        Resource(
            "document",
            "documents",
            (Field("owner_id", Reference("user", "cascade", nested=False), written="never"),),
            actions=("list", "create", "read", "delete"),
            owner="owner_id",
            access=Permissions(OWNER, OWNER, OWNER, OWNER, OWNER),
            upload=Upload(max_bytes=1000),
        ),
    ),
    accounts=Accounts(),
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "00000000020001e221bc330000000049454e44ae426082"
)
GIF = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


def send(
    api: Api,
    data: bytes,
    status: int = 201,
    *,
    name: str = "dot.png",
    kind: str = "image/png",
    path: str = "/pictures",
    **fields: Any,
) -> Any:
    files = {"file": (name, data, kind)}
    return api.expect(status, "POST", path, files=files, data=fields)


def test_a_file_comes_back_as_it_was(api: Api) -> None:
    made = send(api, PNG, caption="A dot", stars="5", tags=["a", "b"])
    assert (made["caption"], made["stars"], made["tags"]) == ("A dot", 5, ["a", "b"])
    told = (made["filename"], made["content_type"], made["size"])
    assert told == ("dot.png", "image/png", len(PNG))
    path = f"/pictures/{made['id']}"
    answer = api.send("GET", f"{path}/content")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert api.get(path) == made
    assert made in api.get("/pictures", limit=100)["items"]


def test_fields_that_are_left_out_have_their_defaults(api: Api) -> None:
    made = send(api, GIF, name="dot.gif", kind="image/gif")
    assert (made["caption"], made["stars"], made["tags"]) == (None, 3, [])
    changed = api.patch(f"/pictures/{made['id']}", {"caption": "New"})
    assert (changed["caption"], changed["size"]) == ("New", len(GIF))


def test_what_is_no_image_is_refused_whatever_it_says(api: Api) -> None:
    before = api.get("/pictures")["total"]
    send(api, b"hello", 415, name="x.txt", kind="text/plain")
    send(api, b"hello", 415)
    send(api, b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, kind="image/svg+xml")
    send(api, b"", 415)
    assert api.get("/pictures")["total"] == before


def test_large_files_pass_and_larger_ones_do_not(api: Api) -> None:
    large = PNG + bytes(3_000_000 - len(PNG))
    made = send(api, large)
    assert made["size"] == 3_000_000
    assert api.send("GET", f"/pictures/{made['id']}/content").content == large
    send(api, large + b"x", 413)


def test_a_form_that_is_not_as_promised_is_refused(api: Api) -> None:
    send(api, PNG, 422, stars="6")
    send(api, PNG, 422, caption="x" * 51)
    send(api, PNG, 422, colour="red")
    api.expect(422, "POST", "/pictures", data={"caption": "A"})
    api.expect(422, "POST", "/pictures", files={"file": (None, "text")})
    api.expect(422, "POST", "/pictures", json={"caption": "A"})


def test_names_lose_their_path_and_keep_their_letters(api: Api) -> None:
    assert send(api, PNG, name="../../etc/passwd.png")["filename"] == "passwd.png"
    assert send(api, PNG, name="Über dot.png")["filename"] == "Über dot.png"


def test_the_bytes_say_what_an_image_is(api: Api) -> None:
    """Refused or corrected, but never served as what it is not."""
    form = {"file": ("dot.gif", PNG, "image/gif")}
    answer = api.send("POST", "/pictures", files=form)
    assert answer.status_code in (201, 415)
    if answer.status_code == 201:
        assert answer.json()["content_type"] == "image/png"


def test_a_deleted_file_is_gone(api: Api) -> None:
    path = f"/pictures/{send(api, PNG)['id']}"
    api.delete(path)
    api.get(f"{path}/content", 404)
    api.get("/pictures/999999/content", 404)


def test_any_type_and_ones_own_files_alone(api: Api) -> None:
    one, other = api.newcomer(), api.newcomer()
    send(api, b"x", 401, path="/documents")
    made = send(one, b"<b>hi</b>", name="a.html", kind="text/html", path="/documents")
    path = f"/documents/{made['id']}"
    answer = one.send("GET", f"{path}/content")
    assert answer.content == b"<b>hi</b>"
    assert "attachment" in answer.headers["content-disposition"]
    other.get(f"{path}/content", 404)
    api.get(f"{path}/content", 401)
    send(one, bytes(1001), 413, kind="application/zip", path="/documents")
    assert other.get("/documents")["total"] == 0
