"""The APIs of a server's projects: who answers, when they sleep, what stays of them."""

import asyncio
import functools
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest

from smartforge import events
from smartforge.errors import SandboxUnavailable, SettingsInvalid, UnknownProject
from smartforge.log.memory import MemoryLog
from smartforge.preview.live import Bounds, LivePreviews
from smartforge.sandbox.base import Program, Served
from tests.unit.preview.projects import completed, plan, planned, previewing
from tests.unit.preview.rig import CODE, Client, FakeSandbox, client, echo, read_head, saying
from tests.unit.server.rig import new_project, until

JSON = {"content-type": "application/json"}


async def asked(
    previews: LivePreviews,
    path: str = "/books",
    method: str = "GET",
    project: str = "project1",
    headers: dict[str, str] | None = None,
) -> Client:
    prefix = f"/preview/{project}"
    app = functools.partial(previews.serve, project)
    return await client(app, prefix + path, method, headers, iter(()), root_path=prefix)()


async def test_the_contract_answers_until_there_is_a_version_then_the_api(tmp_path: Path) -> None:
    log, sandbox, told = MemoryLog(), FakeSandbox(echo), list[dict[str, object]]()
    project = await planned(log)
    async with previewing(log, sandbox, tmp_path) as previews:
        previews.attach(lambda _, data: told.append(msgspec.json.decode(data)), lambda _: False)
        first = await asked(previews)
        assert (first.status, first.headers[b"x-smart-forge-preview"]) == (200, b"contract")
        assert msgspec.json.decode(first.body)["total"] == 0
        assert sandbox.served == []
        await project.write("app/main.py", "app = None\n")
        await project.complete()
        second = await asked(previews)
        assert (second.status, second.headers[b"x-smart-forge-preview"]) == (200, b"live")
        assert second.headers[b"content-security-policy"] == b"sandbox"
        assert second.body.startswith(b"GET /books HTTP/1.1\r\n")
    assert [each["state"] for each in told] == ["contract", "starting", "live"]
    assert {each["type"] for each in told} == {"preview"}
    assert sandbox.open == 0


async def test_while_a_follow_up_runs_the_old_version_answers(tmp_path: Path) -> None:
    log, sandbox = MemoryLog(), FakeSandbox(echo)
    project = await completed(log)
    async with previewing(log, sandbox, tmp_path) as previews:
        await asked(previews)
        await project.begin()
        await plan(project)
        again = await asked(previews)
        assert again.headers[b"x-smart-forge-preview"] == b"live"
        assert len(sandbox.served) == 1
        await project.fail()
        assert (await asked(previews)).status == 200
        assert len(sandbox.served) == 1
        await project.make({"app/main.py": "app = 2\n"})
        assert (await asked(previews)).status == 200
        assert (len(sandbox.served), sandbox.open) == (2, 1)


async def test_after_a_run_that_failed_the_contract_goes_on_answering(tmp_path: Path) -> None:
    log = MemoryLog()
    project = await planned(log)
    async with previewing(log, FakeSandbox(echo), tmp_path) as previews:
        await project.fail()
        assert (await asked(previews)).headers[b"x-smart-forge-preview"] == b"contract"


async def test_what_cannot_be_asked_is_told(tmp_path: Path) -> None:
    log = MemoryLog()
    project = await new_project(log)
    async with previewing(log, FakeSandbox(echo), tmp_path) as previews:
        await project.begin()
        early = await asked(previews)
        assert (early.status, early.headers[b"retry-after"]) == (503, b"1")
        await project.fail()
        ended = await asked(previews)
        assert (ended.status, b"retry it" in ended.body) == (409, True)
        assert (await asked(previews, project="another")).status == 404
        await log.append(project.id, [events.ProjectDeleted()], run=None)
        assert (await asked(previews)).status == 404
        with pytest.raises(UnknownProject):
            await previews.shown(project.id)


async def test_our_cookies_and_token_never_reach_it(tmp_path: Path) -> None:
    log = MemoryLog()
    await completed(log)
    headers = {
        "cookie": "smartforge_door=secret; theirs=1; smartforge_user=secret",
        "x-smart-forge-token": "secret",
        "authorization": "Bearer theirs",
    }
    async with previewing(log, FakeSandbox(echo), tmp_path) as previews:
        heard = await asked(previews, headers=headers)
        assert b"secret" not in heard.body
        assert b"cookie: theirs=1" in heard.body
        assert b"authorization: Bearer theirs" in heard.body


async def test_nobody_uses_it_so_it_sleeps_and_wakes_with_its_data(tmp_path: Path) -> None:
    log, sandbox = MemoryLog(), FakeSandbox(echo)
    await completed(log)
    bounds = Bounds(idle_seconds=0.01)
    watched = True
    async with previewing(log, sandbox, tmp_path, bounds) as previews:
        previews.attach(lambda _, data: None, lambda _: watched)
        await asked(previews, method="POST")
        await asyncio.sleep(0)
        assert (await previews.shown("project1")).state == "live"
        watched = False
        await until(lambda: sandbox.open == 0)
        await until((tmp_path / "project1" / "data").exists)
        shown = await previews.shown("project1")
        assert (shown.state, shown.data_kept) == ("asleep", True)
        await asked(previews)
        laid = sandbox.programs[1].folder / "smartforge_kept.tar"
        assert sandbox.open == 0 or laid.read_bytes().startswith(b"GET /")


async def test_what_was_compiled_is_kept_for_these_files_alone(tmp_path: Path) -> None:
    log, sandbox = MemoryLog(), FakeSandbox(echo)
    project = await completed(log)
    async with previewing(log, sandbox, tmp_path) as previews:
        await asked(previews)
        folder = sandbox.programs[0].folder
        assert not (folder / "smartforge_code").exists()
        await until((folder / "smartforge_code").exists)
        await previews.reset("project1")
        await asked(previews)
        assert (sandbox.programs[1].folder / "smartforge_code").read_bytes() == CODE
    async with previewing(log, sandbox, tmp_path) as previews:
        await asked(previews)
        assert (sandbox.programs[2].folder / "smartforge_code").read_bytes() == CODE
        await project.make({"app/main.py": "app = 2\n"})
        await asked(previews)
        assert not (sandbox.programs[3].folder / "smartforge_code").exists()
    assert len(sandbox.compiled) == 1


async def test_reset_forgets_rows_and_nothing_else(tmp_path: Path) -> None:
    log, sandbox = MemoryLog(), FakeSandbox(echo)
    await completed(log)
    async with previewing(log, sandbox, tmp_path) as previews:
        await asked(previews, method="POST")
        before = sandbox.programs[0].environment
        await previews.reset("project1")
        assert (sandbox.open, (await previews.shown("project1")).data_kept) == (0, False)
        await asked(previews)
        after = sandbox.programs[1].environment
        assert {name: after[name] for name in after if "PREVIEW" not in name} == {
            name: before[name] for name in before if "PREVIEW" not in name
        }


async def test_variables_are_set_and_shown_by_their_names_alone(tmp_path: Path) -> None:
    log, sandbox = MemoryLog(), FakeSandbox(echo)
    await completed(log)
    async with previewing(log, sandbox, tmp_path) as previews:
        await asked(previews)
        await previews.set_variables("project1", {"MAIL_KEY": "of the user"})
        shown = await previews.shown("project1")
        assert shown.variables == ("MAIL_KEY",)
        assert b"of the user" not in msgspec.json.encode(shown)
        await asked(previews)
        assert sandbox.programs[1].environment["MAIL_KEY"] == "of the user"
        for name in ("DATABASE_URL", "SECRET_KEY", "PATH", "LD_PRELOAD", "a", "A=B", ""):
            with pytest.raises(SettingsInvalid) as refused:
                await previews.set_variables("project1", {name: "of the user"})
            assert "of the user" not in refused.value.what


async def test_what_is_known_stays_when_the_server_starts_again(tmp_path: Path) -> None:
    log, sandbox = MemoryLog(), FakeSandbox(echo)
    await completed(log)
    async with previewing(log, sandbox, tmp_path) as previews:
        await asked(previews, method="POST")
        admin = (await previews.shown("project1")).admin
    assert sandbox.open == 0
    (tmp_path / "gone").mkdir()
    async with previewing(log, sandbox, tmp_path) as previews:
        shown = await previews.shown("project1")
        assert (shown.admin, shown.data_kept) == (admin, True)
        await until(lambda: not (tmp_path / "gone").exists())


async def test_there_is_room_for_so_many_and_the_idlest_makes_room(tmp_path: Path) -> None:
    log, sandbox = MemoryLog(), FakeSandbox(echo)
    for name in ("a", "b", "c"):
        await completed(log, name)
    watched: set[str] = set()
    async with previewing(log, sandbox, tmp_path, Bounds(awake=2)) as previews:
        previews.attach(lambda _, data: None, lambda name: name in watched)
        for name in ("a", "b", "c"):
            assert (await asked(previews, project=name)).status == 200
        assert sandbox.open == 2
        assert (await previews.shown("a")).state == "asleep"
        watched |= {"b", "c"}
        full = await asked(previews, project="a")
        assert (full.status, full.headers[b"retry-after"]) == (503, b"5")


async def test_more_requests_at_once_than_there_may_be_are_told(tmp_path: Path) -> None:
    async def slow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(_)
        if b"/health" in head:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            return
        await _.read()

    log = MemoryLog()
    await completed(log)
    async with previewing(log, FakeSandbox(slow), tmp_path, Bounds(requests=1)) as previews:
        waiting = asyncio.create_task(asked(previews))
        await until(lambda: previews._places.taken("project1"))  # pyright: ignore[reportPrivateUsage]
        refused = await asked(previews)
        assert (refused.status, refused.headers[b"retry-after"]) == (429, b"1")
        previews.end()
        assert (await waiting).status == 502
        assert (await asked(previews)).status == 503


async def test_one_that_does_not_start_is_told_and_tried_again_later(tmp_path: Path) -> None:
    log = MemoryLog()
    await completed(log)
    sandbox = FakeSandbox(saying(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"))
    async with previewing(log, sandbox, tmp_path) as previews:
        first = await asked(previews)
        assert (first.status, b"GET /health answered 500" in first.body) == (502, True)
        assert (await asked(previews)).status == 502
        assert len(sandbox.served) == 1
        assert (await previews.shown("project1")).state == "failed"


async def test_data_with_which_a_version_does_not_start_are_put_aside(tmp_path: Path) -> None:
    log = MemoryLog()
    await completed(log)
    broken = saying(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")
    folder = tmp_path / "project1"
    folder.mkdir()
    (folder / "data").write_bytes(b"\0\0\0\1of an older version")
    sandbox = FakeSandbox(broken, echo)
    async with previewing(log, sandbox, tmp_path) as previews:
        assert (await asked(previews)).status == 200
        assert (folder / "data.old").read_bytes() == b"\0\0\0\1of an older version"


async def test_without_a_sandbox_the_contract_answers(tmp_path: Path) -> None:
    class NoSandbox(FakeSandbox):
        def serve(self, program: Program, application: str) -> AbstractAsyncContextManager[Served]:
            raise SandboxUnavailable("There is none here.", "Use Linux.")

    log = MemoryLog()
    await completed(log)
    async with previewing(log, NoSandbox(), tmp_path) as previews:
        assert (await asked(previews)).headers[b"x-smart-forge-preview"] == b"contract"
