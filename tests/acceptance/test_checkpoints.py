"""A run leaves its folded state behind, though nobody has watched it."""

from pathlib import Path

from smartforge.app.product import product
from smartforge.engine.base import NewProject
from smartforge.log.folded import DUE_EVENTS, Folded
from smartforge.log.sqlite import SQLiteLog
from smartforge.settings import Options, read
from smartforge.snapshot import fold
from tests.fakes import until


async def test_what_an_unwatched_run_wrote_is_not_folded_again_after_a_restart(
    tmp_path: Path,
) -> None:
    settings = read(Options(data=tmp_path), {})
    async with product(settings, durable=True) as made:
        project = await made.engine.start(NewProject("Create a simple todo API"))
        await until(made.log, project, "validation:start")
    log = SQLiteLog(tmp_path / "smartforge.db")
    await log.open()
    kept = await log.checkpoint(project)
    assert kept is not None
    assert kept.seq > DUE_EVENTS
    folded = Folded(project)
    assert folded.restore(kept)
    assert folded.snapshot == fold(await log.read(project, 0, kept.seq))
    await log.close()
