"""The examples of the reference, run as they stand there."""

import asyncio
import re
import sys
from pathlib import Path

from smartforge.events import Trigger
from tests.processes import environment
from tests.unit.client.places import Place
from tests.unit.server.rig import FakeEngine, Project, new_project

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "client.md"
FILES = {"app/main.py": "app = 1\n"}

MAKE, RESUME, COMPACT = re.findall(r"```python\n(.*?)```", REFERENCE.read_text("utf-8"), re.DOTALL)


async def run(place: Place, folder: Path, example: str, *arguments: str) -> list[str]:
    """The lines that it prints. It is changed in the address of the server alone."""
    assert "Client()" in example
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", example.replace("Client()", f"Client({place.url!r})")),
        *arguments,
        cwd=folder,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            said, _ = await program.communicate()
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    assert program.returncode == 0
    return said.decode().splitlines()


class Working(FakeEngine):
    """Completes every run at once."""

    async def queue(self, project_id: str, trigger: Trigger, message_id: str | None = None) -> None:
        await Project(self.log, project_id).make(FILES)


async def test_a_project_is_made_and_followed(place: Place, tmp_path: Path) -> None:
    await place.stop()
    place.engine = Working(place.log)
    await place.start()
    said = await run(place, tmp_path, MAKE)
    assert said[0] == "1 project:created"
    assert said[-4:] == ["7 complete", "app/main.py 8", "app = 1", ""]


async def test_following_is_resumed_by_the_next_start(place: Place, tmp_path: Path) -> None:
    project = await new_project(place.log)
    await project.make(FILES)
    assert await run(place, tmp_path, RESUME, project.id) == [
        "wrote app/main.py 8",
        "done: All checks passed.",
    ]
    assert await run(place, tmp_path, RESUME, project.id) == []
    await project.begin()
    last = await project.fail()
    assert await run(place, tmp_path, RESUME, project.id) == ["failed: It broke. Again."]
    assert (tmp_path / "cursor.txt").read_text() == str(last)


async def test_the_state_comes_first_where_much_lies_ahead(place: Place, tmp_path: Path) -> None:
    project = await new_project(place.log)
    await project.make(FILES)
    await project.begin()
    await project.chunks(2000)
    last = await project.fail()
    assert await run(place, tmp_path, COMPACT, project.id) == [f"as of {last} error 1"]
