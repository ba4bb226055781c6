"""Files edited by hand: a version after its checks, kept by what is asked for afterwards."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from smartforge.contract import Contract
from smartforge.errors import Conflict
from smartforge.events import AnyFact, FileGenerating, PlanReady, RunFailed
from smartforge.forge.base import Workshop
from tests.changing import ChangingTarget, Node, changing
from tests.fakes import FakeWriter, events_of
from tests.unit.engine.test_follow_ups import opened

MAIN, INDEX = "app/main.py", "app/index.py"


class IndexTarget(ChangingTarget):
    """Beside its own files, one that changes with every contract."""

    def render(self, contract: Contract, past: Sequence[Contract] = ()) -> Mapping[str, str]:
        names = [one.plural for one in contract.resources]
        return {**super().render(contract, past), INDEX: f"# all\n\nnames = {names}\n"}


def indexed() -> Workshop:
    target = IndexTarget()
    return replace(changing(), target=target, writers={"compiled": FakeWriter(target, "")})


async def edit(node: Node, path: str, text: str, version: int = 1) -> list[AnyFact]:
    """Edit it, and return the facts of the run once it has ended."""
    before = (await node.log.head(node.project)).last
    await node.engine.edit_file(node.project, path, text.encode(), version)
    await node.over()
    return [fact for at, fact in await events_of(node.log, node.project) if at.seq > before]


async def test_it_makes_a_version_with_that_file_alone_changed(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        before = await node.texts()
        facts = await edit(node, MAIN, "mine = 1\n")
        assert not [one for one in facts if isinstance(one, FileGenerating) and one.path == MAIN]
        [plan] = [one for one in facts if isinstance(one, PlanReady)]
        assert [file.path for file in plan.files if file.edited] == [MAIN]
        now = await node.state()
        assert (now.status, now.version) == ("complete", 2)
        after = await node.texts()
        assert after[MAIN] == "mine = 1\n"
        changed = {path for path in after if after[path] != before[path]}
        assert changed == {MAIN, "proof.json"} or changed == {MAIN, "proof.json", "PROOF.md"}
        assert node.shop.checks[0].seen[MAIN] == "mine = 1\n"  # type: ignore[attr-defined]


async def test_an_edit_that_fails_its_checks_is_kept_as_work_and_tried_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        node.shop = changing(fail=True)
        facts = await edit(node, MAIN, "mine = (\n")
        assert isinstance(facts[-1], RunFailed)
        assert facts[-1].code == "checks_failed"
        now = await node.state()
        assert (now.status, now.version) == ("error", 1)
        [left] = [file.sha256 or "" for file in now.files if file.path == MAIN]
        assert await node.log.get(left) == b"mine = (\n"
        node.shop = changing()
        await node.engine.retry(node.project)
        await node.over()
        assert (await node.texts())[MAIN] == "mine = (\n"
        assert (await node.state()).version == 2


async def test_follow_ups_and_copies_keep_what_was_edited(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        await edit(node, MAIN, "mine = 1\n")
        for version, words in enumerate(("add books", "remove books"), 3):
            await node.say(words)
            assert (await node.state()).version == version
            assert (await node.texts())[MAIN] == "mine = 1\n"
        node.project, node.runs = await node.engine.duplicate(node.project), 1
        await node.say("add tags")
        assert (await node.texts())[MAIN] == "mine = 1\n"
        await node.engine.restore(node.project, 1)
        await node.over()
        await node.say("add zebras")
        assert (await node.texts())[MAIN] == "mine = 1\n"


async def test_a_file_that_changes_with_the_contract_has_both_or_says_what_is_left_out(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        node.shop = indexed()
        await node.start()
        assert (await node.texts())[INDEX] == "# all\n\nnames = ['notes']\n"
        await edit(node, INDEX, "# mine\n\nnames = ['notes']\n")
        await node.say("add books", indexed())
        assert (await node.texts())[INDEX] == "# mine\n\nnames = ['notes', 'books']\n"
        await edit(node, INDEX, "# mine\n\nnames = []\n", 3)
        await node.say("add tags", indexed())
        assert (await node.texts())[INDEX] == "# mine\n\nnames = ['notes', 'books', 'tags']\n"
        told = [str(one.text) for one in (await node.state()).messages]
        left_out = f"Your edit of {INDEX}, line 3, does not fit this change and was left out;"
        assert f"{left_out} version 4 has it." in told


async def test_what_the_project_is_judged_by_and_what_is_not_there_is_not_edited(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        for path in ("openapi.yaml", "PROOF.md", "app/nowhere.py"):
            facts = await edit(node, path, "mine\n")
            assert isinstance(facts[-1], RunFailed)
            assert (facts[-1].code, facts[-1].retryable) == ("edit_refused", False)
        assert (await node.state()).version == 1


async def test_an_edit_of_what_is_not_the_latest_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as node:
        await node.start()
        with pytest.raises(Conflict, match="of version 3, but the latest is 1"):
            await node.engine.edit_file(node.project, MAIN, b"mine", 3)
        await node.engine.message(node.project, "add books")
        with pytest.raises(Conflict, match="A run is on or queued"):
            await node.engine.edit_file(node.project, MAIN, b"mine", 1)
        await node.over()
