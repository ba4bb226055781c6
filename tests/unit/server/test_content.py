"""Routes of files, stored content and the zip."""

import hashlib
import io
import zipfile

import pytest

from smartforge import events
from tests.unit.server.rig import Project, Rig, new_project

TEXT = "print('☃')\r\n\u2028"


async def test_the_default_is_the_latest_complete_version(rig: Rig, project: Project) -> None:
    base = f"/api/projects/{project.id}/files"
    await project.make({"app/main.py": "one", "old.py": "old"})
    await project.begin()
    await project.add(events.FileDeleted(path="old.py"))
    await project.write("app/main.py", "two")
    await project.complete()
    await project.begin()
    await project.write("app/main.py", "half", whole=False)
    await project.fail()
    assert (await rig.client.get(f"{base}/app/main.py")).text == "two"
    assert (await rig.client.get(f"{base}/app/main.py?version=1")).text == "one"
    assert (await rig.client.get(f"{base}/app/main.py?version=2")).text == "two"
    assert (await rig.client.get(f"{base}/app/main.py?version=work")).text == "half"
    listed = (await rig.client.get(base)).json()
    assert listed["version"] == 2
    assert [each["path"] for each in listed["files"]] == ["app/main.py"]
    assert {each["state"] for each in listed["files"]} == {"complete"}
    first = (await rig.client.get(f"{base}?version=1")).json()
    assert sorted(each["path"] for each in first["files"]) == ["app/main.py", "old.py"]
    work = (await rig.client.get(f"{base}?version=work")).json()
    assert work["version"] == "work"
    assert work["files"][0]["state"] == "partial"
    assert "text" not in work["files"][0]


async def test_a_file_is_its_bytes_as_harmless_text(rig: Rig, project: Project) -> None:
    await project.make({"app/é <b>.html": TEXT})
    response = await rig.client.get(f"/api/projects/{project.id}/files/app/é <b>.html")
    assert response.content == TEXT.encode()
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('inline; filename="_ _b_.html"')
    assert disposition.endswith("filename*=UTF-8''%C3%A9%20%3Cb%3E.html")
    etag = response.headers["etag"]
    assert etag == f'"{hashlib.sha256(TEXT.encode()).hexdigest()}"'
    again = await rig.client.get(response.url, headers={"If-None-Match": f'"x", {etag}'})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_binary_file_is_for_downloading(rig: Rig, project: Project) -> None:
    await project.begin()
    sha256 = await rig.log.put(b"\x00\xff")
    whole = events.FileComplete(path="x.png", attempt=1, size=2, sha256=sha256, binary=True)
    await project.add(events.FileGenerating(path="x.png", attempt=1, author="compiled"), whole)
    await project.complete()
    response = await rig.client.get(f"/api/projects/{project.id}/files/x.png")
    assert response.content == b"\x00\xff"
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment")


async def test_without_a_complete_version_only_the_work_can_be_had(
    rig: Rig, project: Project
) -> None:
    base = f"/api/projects/{project.id}"
    await project.begin()
    await project.write("a.py", "x = 1")
    for path in ("/files", "/files/a.py"):
        response = await rig.client.get(base + path)
        assert response.status_code == 404
        assert "?version=work" in response.json()["hint"]
    assert (await rig.client.get(f"{base}/files/a.py?version=work")).text == "x = 1"
    refused = await rig.client.get(f"{base}/export.zip")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_a_planned_file_has_nothing_yet(rig: Rig, project: Project) -> None:
    await project.begin()
    planned = events.FilePlanned(path="a.py", purpose="all", author="compiled")
    await project.add(
        events.PlanReady(contract={}, files=(planned,), notes=(), operations_not_made=())
    )
    base = f"/api/projects/{project.id}/files"
    assert (await rig.client.get(f"{base}?version=work")).json()["files"][0]["state"] == "planned"
    assert (await rig.client.get(f"{base}/a.py?version=work")).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/files/nothing.py", 404),
        ("/files/", 404),
        ("/files/../../../etc/passwd", 404),
        ("/files/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/files//etc/passwd", 404),
        ("/files/a.py%00", 404),
        ("/files/a.py?version=2", 404),
        ("/files/a.py?version=0", 404),
        ("/files?version=9", 404),
        ("/files/a.py?version=-1", 422),
        ("/files/a.py?version=latest", 422),
        ("/files/a.py?version=", 422),
        ("/files?version=1e9", 422),
        ("/export.zip?version=7", 404),
        ("/export.zip?version=x", 422),
        ("/export.zip?version=work", 422),
        ("/blobs/xyz", 404),
        ("/blobs/" + "0" * 64, 404),
        ("/blobs/" + "0" * 65, 404),
    ],
)
async def test_what_is_not_there_is_a_problem(
    rig: Rig, project: Project, path: str, status: int
) -> None:
    await project.make({"a.py": "x = 1"})
    response = await rig.client.get(f"/api/projects/{project.id}{path}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_blob_is_cached_for_ever(rig: Rig, project: Project) -> None:
    await project.make({"a.py": TEXT})
    sha256 = hashlib.sha256(TEXT.encode()).hexdigest()
    path = f"/api/projects/{project.id}/blobs/{sha256}"
    response = await rig.client.get(path)
    assert response.content == TEXT.encode()
    assert "immutable" in response.headers["cache-control"]
    again = await rig.client.get(path, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    assert "immutable" in again.headers["cache-control"]
    upper = await rig.client.get(f"/api/projects/{project.id}/blobs/{sha256.upper()}")
    assert upper.status_code == 404


async def test_a_blob_of_another_project_is_not_served(rig: Rig, project: Project) -> None:
    other = await new_project(rig.log, "other")
    await other.make({"secret.py": "secret"})
    sha256 = hashlib.sha256(b"secret").hexdigest()
    assert (await rig.client.get(f"/api/projects/other/blobs/{sha256}")).status_code == 200
    # A file that quotes an event, or evidence that only looks like a reference, names nothing.
    await project.begin()
    await project.write("a.py", f'"sha256":"{sha256}", "ref":"{sha256}"')
    await project.add(
        events.CheckCompleted(
            check="lint",
            required=True,
            verdict="failed",
            summary="",
            evidence={"ref": sha256, "size": 6, "more": 1},
            duration_ms=1,
            round=0,
        )
    )
    refused = await rig.client.get(f"/api/projects/{project.id}/blobs/{sha256}")
    assert refused.status_code == 404


async def test_large_fields_are_fetched_by_their_reference(rig: Rig, project: Project) -> None:
    contents = {name: await rig.log.put(name.encode()) for name in ("contract", "said", "evidence")}
    refs = {name: {"ref": sha256, "size": len(name)} for name, sha256 in contents.items()}
    await project.begin()
    await project.add(
        events.PlanReady(contract=refs["contract"], files=(), notes=(), operations_not_made=()),
        events.Message(id="m", role="user", text=events.Ref(ref=contents["said"], size=4)),
        events.CheckCompleted(
            check="lint",
            required=True,
            verdict="failed",
            summary="",
            evidence=refs["evidence"],
            duration_ms=1,
            round=0,
        ),
    )
    for name, sha256 in contents.items():
        response = await rig.client.get(f"/api/projects/{project.id}/blobs/{sha256}")
        assert response.text == name


async def test_an_old_file_can_still_be_fetched_by_its_hash(rig: Rig, project: Project) -> None:
    await project.make({"a.py": "one"})
    await project.make({"a.py": "two"})
    sha256 = hashlib.sha256(b"one").hexdigest()
    assert (await rig.client.get(f"/api/projects/{project.id}/blobs/{sha256}")).text == "one"


async def test_the_zip_holds_the_version_and_nothing_else(rig: Rig, project: Project) -> None:
    path = f"/api/projects/{project.id}/export.zip"
    files = {"app/main.py": "one", "Makefile": "serve:\n", "app/é.py": TEXT, "empty": ""}
    await project.make(files)
    first = await rig.client.get(path)
    assert first.headers["content-type"] == "application/zip"
    assert 'filename="todo-api-v1.zip"' in first.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == files
    await project.begin()
    await project.write("app/main.py", "broken", whole=False)
    await project.fail()
    assert (await rig.client.get(path)).content == first.content
    await project.make({"app/main.py": "two"})
    assert (await rig.client.get(path)).content != first.content
    assert (await rig.client.get(f"{path}?version=1")).content == first.content


async def test_an_unsafe_name_is_never_exported(rig: Rig, project: Project) -> None:
    await project.make({"../../.bashrc": "evil"})
    response = await rig.client.get(f"/api/projects/{project.id}/export.zip")
    assert response.status_code == 409
    assert ".bashrc" in response.json()["detail"]
