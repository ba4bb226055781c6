"""Versions over HTTP, made by a real engine: follow-ups, restore, diff, copies, deletion."""

import asyncio
import hashlib
import io
import itertools
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from smartforge.log.memory import MemoryLog
from smartforge.server.build import build
from smartforge.server.options import ServerOptions
from smartforge.server.serve import serve
from tests.changing import Node, changing
from tests.fakes import until

Json = dict[str, Any]


class Door:
    """A server over a node, and the one project that a test works on."""

    def __init__(self, node: Node, client: httpx.AsyncClient) -> None:
        self.node = node
        self.client = client

    @property
    def base(self) -> str:
        return f"/api/projects/{self.node.project}"

    async def create(self) -> None:
        made = await self.client.post("/api/projects", json={"prompt": "A note API"})
        self.node.project = made.json()["id"]
        await self.node.over()

    async def ask(self, method: str, rest: str, **body: Any) -> httpx.Response:
        return await self.client.request(method, f"{self.base}{rest}", json=body)

    async def say(self, words: str) -> None:
        assert (await self.ask("POST", "/messages", prompt=words)).status_code == 202
        await self.node.over()

    async def restore(self, version: int) -> None:
        assert (await self.ask("POST", "/restore", version=version)).status_code == 202
        await self.node.over()

    async def state(self) -> Json:
        return (await self.client.get(self.base)).json()

    async def tree(self, version: int | None = None) -> dict[str, str]:
        """The hash of each file's bytes, as they are served."""
        query = "" if version is None else f"?version={version}"
        listed = (await self.client.get(f"{self.base}/files{query}")).json()["files"]
        for file in listed:
            served = await self.client.get(f"{self.base}/files/{file['path']}{query}")
            assert hashlib.sha256(served.content).hexdigest() == file["sha256"]
        return {file["path"]: file["sha256"] for file in listed}

    async def zipped(self, version: int) -> bytes:
        return (await self.client.get(f"{self.base}/export.zip?version={version}")).content


@asynccontextmanager
async def opened() -> AsyncGenerator[Door]:
    node = Node(MemoryLog())
    await node.engine.open()
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    server = build(node.log, node.engine, ServerOptions())
    running = asyncio.create_task(
        serve(server, host="127.0.0.1", port=0, ready=url.set_result, stop=stop)
    )
    try:
        async with httpx.AsyncClient(base_url=await url, timeout=20, trust_env=False) as client:
            yield Door(node, client)
    finally:
        stop.set()
        await running
        await node.engine.close()


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["detail"]
    return response.status_code, told["code"]


async def test_files_that_follow_ups_do_not_touch_stay_the_same_bytes() -> None:
    async with opened() as door:
        await door.create()
        trees = [await door.tree()]
        for words in ("add books", "add tags", "remove books", "add zebras", "remove tags", "undo"):
            await door.say(words)
            trees.append(await door.tree())
        for at, (before, after) in enumerate(itertools.pairwise(trees), 2):
            listed = (await door.client.get(f"{door.base}/diff?from={at - 1}&to={at}")).json()
            differing = {file["path"] for file in listed["files"]}
            assert differing == {path for path, _ in before.items() ^ after.items()}
            assert "app/main.py" not in differing
            assert await door.tree(at) == after
        assert trees[6] == trees[4]
        state = await door.state()
        assert [one["version"] for one in state["versions"]] == [1, 2, 3, 4, 5, 6, 7]
        said = [one["text"] for one in state["messages"] if one["role"] == "assistant"]
        assert said[:2] == ["Added books.", "Added tags."]
        assert said[5] == "Undid that."


async def test_a_version_is_restored_to_the_byte_as_a_new_one() -> None:
    async with opened() as door:
        await door.create()
        await door.say("add books")
        await door.say("remove notes")
        await door.restore(1)
        assert await door.tree() == await door.tree(1)
        assert await door.zipped(4) == await door.zipped(1)
        assert await door.zipped(4) != await door.zipped(3)
        state = await door.state()
        assert (state["version"], state["run"]) == (4, state["versions"][3]["run"])
        assert state["versions"][3]["summary"].startswith("Restored version 1.")


async def test_what_cannot_be_restored_is_refused() -> None:
    async with opened() as door:
        door.node.shop = changing(fail=True)
        await door.create()
        assert problem(await door.ask("POST", "/restore", version=1)) == (409, "conflict")
        door.node.shop = changing()
        await door.ask("POST", "/retry")
        await door.node.over()
        assert problem(await door.ask("POST", "/restore", version=2)) == (404, "unknown_version")
        for body in (
            {"version": 0},
            {},
            {"version": 1, "to": 2},
            {"version": 1.5},
        ):
            refused = await door.client.post(f"{door.base}/restore", json=body)
            assert problem(refused)[0] == 422, body
        nobody = await door.client.post("/api/projects/none/restore", json={"version": 1})
        assert problem(nobody) == (404, "unknown_project")


async def test_a_restore_that_is_repeated_with_its_key_is_one_run() -> None:
    async with opened() as door:
        await door.create()
        for _ in range(2):
            answer = await door.client.post(
                f"{door.base}/restore", json={"version": 1}, headers={"Idempotency-Key": "again"}
            )
            assert answer.status_code == 202
        await door.node.over()
        assert (await door.state())["version"] == 2


async def test_the_checks_of_a_version_are_run_again_once_under_a_key() -> None:
    async with opened() as door:
        await door.create()
        tree = await door.tree()
        address = f"{door.base}/checks"
        key = {"Idempotency-Key": "again"}
        for _ in range(2):
            answer = await door.client.post(address, headers=key)
            assert answer.status_code == 202
        await door.node.over()
        state = await door.state()
        assert (state["status"], state["version"]) == ("complete", 1)
        assert state["versions"][0]["summary"].startswith("Version 1 was checked again")
        assert await door.tree(1) == await door.tree() == tree
        unknown = await door.ask("POST", "/checks", checks=["magic"])
        assert unknown.status_code == 422
        assert (await door.client.post("/api/projects/nobody/checks")).status_code == 404


async def test_a_file_is_edited_by_hand_and_what_is_no_such_edit_is_refused() -> None:
    async with opened() as door:
        await door.create()
        file = f"{door.base}/files/app/main.py"
        before = await door.client.get(file)

        async def put(body: bytes, path: str = file, **headers: str) -> httpx.Response:
            return await door.client.put(path, content=body, headers=headers)

        same = await put(before.content)
        assert (same.status_code, same.json()["version"]) == (200, 1)
        for body, status, word in (
            (b"caf\xe9", 422, "byte 4"),
            (b"a\x00b", 422, "NUL"),
            (b"x" * (512 * 1024 + 1), 413, "524,289 bytes"),
            (b"x" * (1024 * 1024 + 1), 413, "too large"),
        ):
            answer = await put(body)
            assert (answer.status_code, word in answer.json()["detail"]) == (status, True)
        assert (await put(b"x", f"{door.base}/files/app/new.py")).status_code == 404
        assert (await put(b"x", f"{door.base}/files/..%2F..%2Fetc/passwd")).status_code == 404
        assert (await put(b"x", f"{file}?version=2")).status_code == 409
        assert (await put(b"x", **{"If-Match": '"other"'})).status_code == 412

        edited = await put("# mine ✓\r\n".encode(), **{"If-Match": before.headers["etag"]})
        assert edited.status_code == 202
        await door.node.over()
        assert (await door.client.get(file)).content == "# mine ✓\r\n".encode()
        state = await door.state()
        assert (state["status"], state["version"]) == ("complete", 2)
        assert (await door.client.get(f"{file}?version=1")).content == before.content


async def test_a_follow_up_that_was_stopped_leaves_the_version_and_the_next_one_builds_on_it() -> (
    None
):
    async with opened() as door:
        await door.create()
        tree = await door.tree()
        door.node.shop = changing(stop_in="app/books.py", hang=True)
        await door.ask("POST", "/messages", prompt="add books")
        await until(door.node.log, door.node.project, "file:generating", count=6)
        queued = await door.ask("POST", "/messages", prompt="add tags")
        assert queued.status_code == 202
        door.node.shop = changing()
        assert (await door.ask("POST", "/cancel")).status_code == 202
        await door.node.over()
        assert await door.tree(1) == tree
        await door.node.over()
        now = await door.tree()
        assert now.keys() - tree.keys() == {"app/tags.py", "migrations/0002.py"}
        changed = {path for path, sha256 in tree.items() if now[path] != sha256}
        assert changed == {"openapi.yaml", "PROOF.md", "proof.json"}
        listed = (await door.client.get(f"{door.base}/files?version=work")).json()["files"]
        assert {file["path"]: file["sha256"] for file in listed} == now


async def test_the_working_copy_is_no_place_to_start_from() -> None:
    async with opened() as door:
        await door.create()
        body = {"prompt": "add books", "from": "work"}
        refused = await door.client.post(f"{door.base}/messages", json=body)
        assert problem(refused) == (422, "request_invalid")
        assert "latest complete version" in refused.json()["detail"]
        body["from"] = "version"
        assert (await door.client.post(f"{door.base}/messages", json=body)).status_code == 202
        await door.node.over()


async def test_a_diff_tells_files_and_contract() -> None:
    async with opened() as door:
        await door.create()
        assert problem(await door.client.get(f"{door.base}/diff")) == (409, "conflict")
        await door.say("add books")
        await door.say("remove notes")
        found = (await door.client.get(f"{door.base}/diff")).json()
        assert (found["from"], found["to"]) == (2, 3)
        changes = {file["path"]: file["change"] for file in found["files"]}
        assert changes == {
            "PROOF.md": "changed",
            "app/notes.py": "removed",
            "migrations/0003.py": "added",
            "openapi.yaml": "changed",
            "proof.json": "changed",
        }
        promise = next(file for file in found["files"] if file["path"] == "openapi.yaml")
        assert promise["diff"].splitlines() == [
            "--- a/openapi.yaml",
            "+++ b/openapi.yaml",
            "@@ -1 +1 @@",
            "-resources: ['notes', 'books']",
            "+resources: ['books']",
        ]
        assert (promise["added"], promise["removed"]) == (1, 1)
        [gone] = found["contract"]["removed"]
        assert gone["breaking"] is True
        assert "note" in gone["sentence"].lower()
        assert (await door.client.get(f"{door.base}/diff?from=1&to=1")).json()["files"] == []
        assert (await door.client.get(f"{door.base}/diff?from=3&to=1")).json()["to"] == 1
        for query, status in (("from=9", 404), ("to=9", 404), ("from=0", 422), ("to=x", 422)):
            refused = await door.client.get(f"{door.base}/diff?{query}")
            assert problem(refused)[0] == status, query


async def test_a_duplicate_is_a_project_of_its_own_with_the_same_tree() -> None:
    async with opened() as door:
        await door.create()
        await door.say("add books")
        original, tree = door.base, await door.tree()
        made = await door.client.post(f"{door.base}/duplicate")
        assert made.status_code == 201
        copy = made.json()
        assert made.headers["location"] == f"/api/projects/{copy['id']}"
        assert (copy["version"], copy["status"], copy["title"]) == (
            1,
            "complete",
            "Note API (copy)",
        )
        door.node.project, door.node.runs = copy["id"], 1
        assert await door.tree() == tree
        assert zipfile.ZipFile(io.BytesIO(await door.zipped(1))).testzip() is None
        await door.say("remove notes")
        assert (await door.client.get(original)).json()["version"] == 2
        assert (await door.client.delete(original)).status_code == 204
        assert (await door.state())["version"] == 2


async def test_nothing_complete_is_not_duplicated() -> None:
    async with opened() as door:
        door.node.shop = changing(fail=True)
        await door.create()
        assert problem(await door.ask("POST", "/duplicate")) == (409, "conflict")


async def test_a_project_is_renamed() -> None:
    async with opened() as door:
        await door.create()
        renamed = await door.ask("PATCH", "", title="  My \n notes ")
        assert (renamed.status_code, renamed.json()["title"]) == (200, "My notes")
        listed = (await door.client.get("/api/projects")).json()["projects"]
        assert [one["title"] for one in listed] == ["My notes"]
        await door.say("add books")
        assert (await door.state())["title"] == "My notes"
        for title in ("", "  ", "x" * 201, "a\x00b", None, 7):
            assert problem(await door.ask("PATCH", "", title=title))[0] == 422, title


async def test_a_deleted_project_is_nowhere_until_it_is_brought_back() -> None:
    async with opened() as door:
        await door.create()
        await door.say("add books")
        tree = await door.tree()
        assert problem(await door.ask("POST", "/undelete")) == (409, "conflict")
        assert (await door.ask("DELETE", "")).status_code == 204
        for method, rest, body in (
            ("GET", "", {}),
            ("DELETE", "", {}),
            ("PATCH", "", {"title": "x"}),
            ("POST", "/messages", {"prompt": "x"}),
            ("POST", "/restore", {"version": 1}),
            ("POST", "/duplicate", {}),
            ("GET", "/diff", {}),
        ):
            assert problem(await door.ask(method, rest, **body)) == (404, "unknown_project"), rest
        assert (await door.client.get("/api/projects")).json()["projects"] == []
        back = await door.ask("POST", "/undelete")
        assert (back.status_code, back.json()["deleted"]) == (200, False)
        assert await door.tree() == tree
        await door.say("add tags")


async def test_a_project_with_a_run_on_is_not_deleted() -> None:
    async with opened() as door:
        await door.create()
        door.node.shop = changing(stop_in="app/books.py", hang=True)
        await door.ask("POST", "/messages", prompt="add books")
        assert problem(await door.ask("DELETE", "")) == (409, "conflict")
        await door.ask("POST", "/cancel")
        assert (await door.ask("DELETE", "")).status_code == 204
