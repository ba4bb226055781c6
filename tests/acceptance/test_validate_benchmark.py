"""The benchmark of validation measures what it says; no limit is asserted."""

import os
from pathlib import Path

from benchmarks.validate import answers, ours

from smartforge.sandbox import tree
from smartforge.sandbox.bubblewrap import Bubblewrap
from tests import sandboxes


async def test_every_way_to_a_first_answer_is_measured_and_leaves_nothing(tmp_path: Path) -> None:
    await sandboxes.needed(Bubblewrap())
    before = set(tree.descendants(os.getpid()))
    folder = sandboxes.lay_out(tmp_path)
    async with answers.sandbox() as tried:
        found = [await tried.spare(folder), await tried.cold(folder), await answers.bare(folder)]
    assert all(seconds > 0 for seconds in found)
    assert set(tree.descendants(os.getpid())) <= before


async def test_checks_are_measured_by_their_names(tmp_path: Path) -> None:
    await sandboxes.needed(Bubblewrap())
    before = set(tree.descendants(os.getpid()))
    folder = sandboxes.lay_out(tmp_path)
    (folder / "openapi.yaml").write_text("openapi: 3.1.0\npaths: {}\n")
    assert await ours.checked(folder, only=("syntax", "boot")) > 0
    assert set(tree.descendants(os.getpid())) <= before
