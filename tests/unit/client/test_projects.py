"""Starting projects and fetching what they made, from our server and from some of another kind."""

import httpx
import pytest

from smartforge.client import Client
from smartforge.errors import ServerRefused, ServerUnreachable, SettingsInvalid, UnknownProject
from tests.unit.client.places import Place, followed, http, saying
from tests.unit.server.rig import Project, new_project

FILES = {"app/main.py": "# grüße 🚀\n" * 5, "my notes/100%25 #1.txt": "odd name"}


async def test_a_project_is_made_listed_looked_at_and_taken_home(place: Place) -> None:
    async with place.client() as client:
        made = await client.create("A todo API", target="fastapi", model=None)
        assert made["status"] == "queued"
        project = Project(place.log, made["id"])
        await project.make(FILES)
        (listed,) = await client.projects()
        assert (listed["id"], listed["status"]) == (made["id"], "complete")
        assert (await client.snapshot(made["id"]))["version"] == 1
        assert (await client.export(made["id"])).startswith(b"PK")
        assert (await client.say(made["id"], "add a price"))["messageId"]
        await client.cancel(made["id"])
    assert [asked[0] for asked in place.engine.asked] == ["message", "cancel"]


async def test_files_are_fetched_of_any_version(place: Place) -> None:
    project = await new_project(place.log)
    await project.make(FILES)
    await project.begin()
    await project.write("app/main.py", "second", whole=False)
    async with place.client() as client:
        files = await client.files(project.id)
        assert {file.path: file.size for file in files} == {
            path: len(text.encode()) for path, text in FILES.items()
        }
        for path, text in FILES.items():
            assert await client.file(project.id, path) == text.encode()
            assert await client.file(project.id, path, 1) == text.encode()
        assert await client.file(project.id, "app/main.py", "work") == b"second"
        (writing,) = [f for f in await client.files(project.id, "work") if f.state == "writing"]
        assert (writing.path, writing.sha256) == ("app/main.py", None)
        for path in ("nothing", "../../../etc/passwd", "a\nb", "\ud800"):
            with pytest.raises(ServerRefused) as refused:
                await client.file(project.id, path)
            assert refused.value.status == 404
        with pytest.raises(ServerRefused, match="no version 2"):
            await client.files(project.id, 2)


async def test_another_run_than_the_named_one_is_not_cancelled(place: Place) -> None:
    project = await new_project(place.log)
    async with place.client() as client:
        await client.cancel(project.id, "r1")
        with pytest.raises(ServerRefused) as refused:
            await client.cancel(project.id, "r7")
    assert refused.value.status == 409
    assert place.engine.asked == [("cancel", project.id, "r1"), ("cancel", project.id, "r7")]


async def test_a_follow_up_that_waits_is_edited_and_taken_back(place: Place) -> None:
    project = await new_project(place.log)
    async with place.client() as client:
        message = (await client.say(project.id, "add a price", approve=True))["messageId"]
        assert place.engine.asked == [("message", project.id, "add a price", "approve")]
        await client.edit_message(project.id, message, "add two prices")
        (said,) = (await client.snapshot(project.id))["messages"]
        assert said["text"] == "add two prices"
        await client.remove_message(project.id, message)
        assert (await client.snapshot(project.id))["queue"] == []
        for again in (
            lambda: client.edit_message(project.id, message, "more"),
            lambda: client.remove_message(project.id, message),
            lambda: client.remove_message(project.id, "../m"),
        ):
            with pytest.raises(ServerRefused) as refused:
                await again()
            assert refused.value.status == 404
        with pytest.raises(SettingsInvalid, match="message's id"):
            await client.remove_message(project.id, "")


@pytest.mark.parametrize("after", [0, 7])
async def test_where_there_is_no_server_nobody_waits(place: Place, after: int) -> None:
    await place.stop()
    async with place.client() as client:
        with pytest.raises(ServerUnreachable):
            await client.projects()
        with pytest.raises(ServerUnreachable):
            await followed(client, "project1", after)


@pytest.mark.parametrize(
    "project_id",
    ["nobody", "../healthz", "..", "a/b", "a?b#c", "a\nb", "%2e%2e", "ü", "\ud800", "x" * 200],
)
async def test_an_unknown_project_is_refused_whatever_its_id(place: Place, project_id: str) -> None:
    async with place.client() as client:
        for ask in (
            lambda: followed(client, project_id),
            lambda: client.snapshot(project_id),
            lambda: client.say(project_id, "more"),
            lambda: client.edit_message(project_id, "m1", "less"),
            lambda: client.remove_message(project_id, "m1"),
            lambda: client.retry(project_id),
            lambda: client.cancel(project_id),
            lambda: client.files(project_id),
            lambda: client.file(project_id, "a"),
            lambda: client.export(project_id),
        ):
            with pytest.raises((ServerRefused, UnknownProject)) as refused:
                await ask()
            assert refused.value.what
            # An id with a slash names another place.
            assert isinstance(refused.value, UnknownProject) or "/" in project_id


@pytest.mark.parametrize("project_id", ["", "x" * 100_000])
async def test_what_can_be_no_id_is_refused_before_it_is_sent(
    place: Place, project_id: str
) -> None:
    async with place.client() as client:
        with pytest.raises(SettingsInvalid):
            await client.snapshot(project_id)
        with pytest.raises(SettingsInvalid):
            await followed(client, project_id)


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>hello</html>", "text/html"),
        http(b"[]"),
        http(b"{"),
        http(b"\xff\xfe"),
        http(b""),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\nno gzip",
    ],
)
async def test_a_server_of_another_kind_is_told_apart(answer: bytes) -> None:
    async with saying(answer) as scripted, Client(scripted.url) as client:
        for ask in (
            client.projects,
            lambda: client.snapshot("p"),
            lambda: client.files("p"),
            lambda: client.export("p"),
            lambda: followed(client, "p"),
        ):
            with pytest.raises(ServerRefused, match="does not speak"):
                await ask()


@pytest.mark.parametrize(
    "server",
    ["", "nonsense", "ftp://x", "http://", "http://127.0.0.1:99999", "http://[::1"],
)
def test_an_address_that_is_none_is_refused(server: str) -> None:
    with pytest.raises(SettingsInvalid, match="no address"):
        Client(server)


@pytest.mark.parametrize("token", ["é", "a b", "a\nb", "\ud800"])
def test_a_token_that_no_header_carries_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        Client(token=token)
    assert token not in refused.value.what + refused.value.hint


async def test_a_refusal_says_what_the_server_said(place: Place) -> None:
    async with place.client() as client:
        with pytest.raises(ServerRefused) as refused:
            await client.create("A todo API", target="cobol")
    assert refused.value.status == 422
    assert "cobol" in refused.value.what
    assert refused.value.hint == "Choose fastapi."


async def test_projects_are_renamed_restored_duplicated_deleted_and_brought_back(
    place: Place,
) -> None:
    project = await new_project(place.log)
    await project.make(FILES)
    async with place.client() as client:
        assert (await client.rename(project.id, "Tasks"))["title"] == "Tasks"
        copy = await client.duplicate(project.id)
        assert (copy["title"], copy["version"]) == ("Tasks (copy)", 1)
        assert await client.export(copy["id"]) == await client.export(project.id)
        with pytest.raises(ServerRefused) as refused:
            await client.diff(copy["id"])
        assert refused.value.status == 409
        await client.delete(copy["id"])
        with pytest.raises(UnknownProject):
            await client.snapshot(copy["id"])
        assert (await client.undelete(copy["id"]))["deleted"] is False
        await client.restore(project.id, 1)
        await client.check(project.id, ["fuzz"])
    assert place.engine.asked == [("restore", project.id, "1"), ("check", project.id, "fuzz")]


async def test_a_link_is_made_and_ended(place: Place) -> None:
    project = await new_project(place.log)
    async with place.client() as client:
        made = await client.share(project.id, 60)
        assert made["expiresAt"] - made["createdAt"] == 60_000
        async with httpx.AsyncClient(trust_env=False) as visitor:
            assert (await visitor.get(f"{made['url']}/api/share")).status_code == 200
            await client.end_share(project.id, made["id"])
            assert (await visitor.get(f"{made['url']}/api/share")).status_code == 410
        with pytest.raises(ServerRefused) as refused:
            await client.end_share(project.id, "none")
        assert refused.value.status == 404
