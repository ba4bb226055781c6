"""What users ask of runs: each command stores facts, and lets the queue know what they mean."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from smartforge.engine.allowance import Allowance
from smartforge.engine.asking import answered
from smartforge.engine.base import LOCAL_USER, Cluster, NewProject, Ticket, Today
from smartforge.engine.executor import AGAIN_SECONDS, EngineLog, Execute, Executor
from smartforge.engine.ids import new_id, short_id
from smartforge.engine.messages import check_waits, has_begun
from smartforge.engine.pending import Queued, pending
from smartforge.engine.queue import Heard, Queue
from smartforge.engine.requests import everything
from smartforge.engine.restoring import (
    asked_by_last,
    check_any_complete,
    check_complete,
    check_latest,
)
from smartforge.engine.shelf import Shelf
from smartforge.errors import Conflict, DatabaseUnusable, Fenced
from smartforge.events import (
    CheckName,
    Edited,
    Message,
    MessageRemoved,
    MessageUpdated,
    ProjectCreated,
    Ref,
    RunCancelled,
    RunQueued,
    Trigger,
    decode,
)
from smartforge.forge.base import Choice, end_key
from smartforge.log import large
from smartforge.log.base import Head
from smartforge.log.clock import Clock, wall_clock

logger = logging.getLogger(__name__)

FIRST = "prompt"
"""The key of a project's first run, which another node may ask for as well (`_left_of`)."""


class DurableEngine(Shelf):
    """Runs that outlive any process: the log says what is to be done, the queue who does it.

    `workflows` are the ways to execute a run by name; the last one is for what is queued from
    now on, the others for what an older version has queued. `allowance` is what users may use on
    a day.
    """

    def __init__(
        self,
        log: EngineLog,
        queue: Queue,
        workflows: Mapping[str, Execute],
        choose: Callable[[NewProject], Choice],
        again: float = AGAIN_SECONDS,
        clock: Clock = wall_clock,
        allowance: Allowance | None = None,
    ) -> None:
        super().__init__(log, clock)
        self._queue = queue
        self._choose = choose
        self._allowance = allowance or Allowance(log)
        self._again = again
        self._workflow = list(workflows)[-1]
        self._executor = Executor(log, queue, workflows, again)
        self._taking_up: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        await self._queue.open(
            Heard(
                wake=self._executor.wake,
                stop=self._executor.stop,
                lost=self._executor.stop_all,
                left=self._left,
            )
        )
        await self._take_up()
        self._executor.open()

    @property
    def on(self) -> int:
        """How many runs this node executes now."""
        return self._executor.on

    async def drain(self, seconds: float) -> None:
        """Take no more runs, and wait for up to so long until those that are on have ended."""
        await self._queue.drain()
        await self._executor.drain(seconds)

    async def close(self) -> None:
        for task in self._taking_up:
            task.cancel()
        await asyncio.gather(*self._taking_up, return_exceptions=True)
        await self._executor.close()
        await self._queue.close()

    async def start(self, new: NewProject) -> str:
        choice = self._choose(new)
        if choice.model is not None:
            await self._allowance.check(new.user)
        project_id = new_id()
        created = ProjectCreated(
            title=title_of(new.prompt),
            prompt=new.prompt,
            target=choice.target,
            model=choice.model,
            planner=choice.planner,
            author=choice.author,
            ask=choice.ask,
        )
        run = short_id()
        # Stored together, as a follow-up is with its run.
        head = await self._log.create(
            project_id,
            [await large.fit(created, self._log)],
            run=run,
            asking=[
                RunQueued(
                    position=await self._queue.ahead(project_id),
                    trigger="prompt",
                    approve=new.approve,
                    offer=new.offer,
                    user=new.user,
                )
            ],
        )
        await self._queue.add(self._ticket(project_id, run, head.last, new.user, self._clock()))
        return project_id

    async def message(
        self,
        project_id: str,
        prompt: str,
        user: str = LOCAL_USER,
        *,
        approve: bool = False,
        offer: bool = False,
    ) -> str:
        message_id = short_id()
        said = Message(id=message_id, role="user", text=prompt)
        async with self._order(project_id):
            await self._live(project_id)
            await self._check_day(project_id, user)
            await self._ask(project_id, user, "message", said, approve=approve, offer=offer)
        return message_id

    async def edit(self, project_id: str, message_id: str, prompt: str) -> None:
        edited = MessageUpdated(id=message_id, role="user", text=prompt)
        async with self._waiting(project_id, message_id):
            await self._log.append(project_id, [await large.fit(edited, self._log)], run=None)

    async def remove(self, project_id: str, message_id: str) -> None:
        async with self._waiting(project_id, message_id) as run:
            await self._log.append(project_id, [MessageRemoved(id=message_id)], run=None)
        await self._queue.drop(run)

    async def retry(self, project_id: str, user: str = LOCAL_USER) -> None:
        async with self._order(project_id):
            head = await self._live(project_id)
            if head.active:
                raise Conflict(
                    "A run is on or queued in this project.", "Wait for its end, or stop it first."
                )
            if head.status == "complete":
                raise Conflict(
                    "The last run is complete; there is nothing to try again.",
                    "Send a follow-up to change the API.",
                )
            last = asked_by_last(await everything(self._log, project_id))
            again = last is not None and last.trigger in ("checks", "edit")
            if not again and (last is None or last.version is None):
                await self._check_day(project_id, user)
            await self._ask(
                project_id,
                user,
                last.trigger if last and again else "retry",
                key=f"retry:{head.last}",
                version=last.version if last else None,
                approve=last is not None and last.approve,
                offer=last is not None and last.offer,
                checks=last.checks if last else (),
                edited=last.edited if last else None,
            )

    async def answer(
        self, project_id: str, answers: Mapping[str, str], user: str = LOCAL_USER
    ) -> None:
        async with self._order(project_id):
            while True:
                epoch = (await self._live(project_id)).epoch
                found = answered(await everything(self._log, project_id), answers)
                if found is None:
                    return
                # Of several who answer, or answer and stop it, one closes the epoch.
                with contextlib.suppress(Fenced):
                    await self._log.append(
                        project_id,
                        found.facts,
                        run=found.run,
                        epoch=epoch,
                        key=found.key,
                        close=True,
                    )
                    break
            await self._add_left(project_id, user)

    async def restore(self, project_id: str, version: int, user: str = LOCAL_USER) -> None:
        async with self._order(project_id):
            await self._live(project_id)
            check_complete(await everything(self._log, project_id), version)
            await self._ask(project_id, user, "restore", version=version)

    async def check(
        self, project_id: str, checks: Sequence[CheckName] = (), user: str = LOCAL_USER
    ) -> None:
        async with self._order(project_id):
            await self._live(project_id)
            check_any_complete(await everything(self._log, project_id))
            await self._ask(project_id, user, "checks", checks=checks)

    async def edit_file(
        self, project_id: str, path: str, text: bytes, version: int, user: str = LOCAL_USER
    ) -> None:
        async with self._order(project_id):
            if (await self._live(project_id)).active:
                raise Conflict(
                    "A run is on or queued in this project, so your edit was not taken.",
                    "Wait for its end, or stop it; then look at the file again and send it.",
                )
            check_latest(await everything(self._log, project_id), version)
            content = Ref(ref=await self._log.put(text), size=len(text))
            edited = Edited(path=path, content=content)
            await self._ask(project_id, user, "edit", edited=edited)

    async def cancel(self, project_id: str, run: str | None = None) -> None:
        # What is to end is settled now, by its name: a late Stop must not end the run that follows.
        meant, waits = await self._active(project_id)
        if meant is None:
            return
        if run is not None and run != meant:
            raise Conflict(
                f"The run {run!r} is not the one that is on.", "Reload to see which run is on."
            )
        await self._log.append(
            project_id,
            [RunCancelled(reason="Stopped by you.")],
            run=meant,
            key=end_key(meant),
            close=True,
        )
        await self._queue.drop(meant)
        self._executor.stop(meant)
        await self._executor.stopped(meant)
        if waits:
            await self._add_left(project_id, LOCAL_USER)

    async def _active(self, project_id: str) -> tuple[str | None, bool]:
        """The run that is on, or else the next; and whether it waits for answers.

        One that does is in no queue, nor need those be that come after it.
        """
        before = await self._live(project_id)
        queued = await self._queue.of(project_id)
        now = await self._live(project_id)
        if "waiting" in (before.status, now.status):
            left = pending(await everything(self._log, project_id))
            if left.on is not None:
                return left.on.run, True
        return (queued[0].run if queued else None), False

    async def cluster(self) -> Cluster:
        return await self._queue.cluster()

    async def today(self, user: str) -> Today:
        return await self._allowance.today(user)

    async def _check_day(self, project_id: str, user: str) -> None:
        """Raises DayClosed where the project's runs ask a model and the user may not any more."""
        [created] = await self._log.read(project_id, 0, 1)
        fact = decode(created.data)[1]
        if isinstance(fact, ProjectCreated) and fact.model is not None:
            await self._allowance.check(user)

    @contextlib.asynccontextmanager
    async def _waiting(self, project_id: str, message_id: str) -> AsyncGenerator[str, None]:
        """The run of a message that waits; it does not begin meanwhile."""
        await self._live(project_id)
        async with self._order(project_id):  # What is being queued is in the queue then.
            pass
        async with self._queue.hold(project_id) as waiting:
            run = check_waits(await everything(self._log, project_id), message_id)
            if run not in waiting:
                raise has_begun()
            yield run

    async def _ask(
        self,
        project_id: str,
        user: str,
        trigger: Trigger,
        said: Message | None = None,
        key: str | None = None,
        version: int | None = None,
        *,
        approve: bool = False,
        offer: bool = False,
        checks: Sequence[CheckName] = (),
        edited: Edited | None = None,
    ) -> None:
        """Store that a run is wanted, once under the same key, and let it wait for its turn."""
        run = short_id()
        ahead = await self._queue.ahead(project_id)
        message_id = said.id if said else None
        fact = RunQueued(
            position=ahead,
            trigger=trigger,
            message_id=message_id,
            version=version,
            approve=approve,
            offer=offer,
            user=user,
            checks=tuple(dict.fromkeys(checks)),
            edited=edited,
        )
        # Stored together: a message without its run would be shown, and never be run.
        facts = [fact] if said is None else [await large.fit(said, self._log), fact]
        seq = await self._log.append(project_id, facts, run=run, key=key)
        if key is not None:
            # Another node may have been asked for the same: then the run is that one's.
            [stored] = await self._log.read(project_id, seq - 1, 1)
            run = decode(stored.data)[0].run or run
        await self._queue.add(self._ticket(project_id, run, seq, user, self._clock()))

    def _ticket(self, project_id: str, run: str, seq: int, user: str, queued: int) -> Ticket:
        return Ticket(
            project_id=project_id,
            run=run,
            seq=seq,
            user=user,
            workflow=self._workflow,
            queued=queued,
        )

    def _left(self) -> None:
        task = asyncio.create_task(self._take_up_insisting(), name="taking up what a node left")
        self._taking_up.add(task)
        task.add_done_callback(self._taking_up.discard)

    async def _take_up_insisting(self) -> None:
        while True:
            try:
                await self._take_up()
                return
            except DatabaseUnusable as error:
                logger.warning("what a node left cannot be looked for yet: %s", error)
                await asyncio.sleep(self._again)
            except Exception:
                logger.exception("what a node left cannot be looked for")
                return

    async def _take_up(self) -> None:
        """Queue whatever the log knows of and the queue does not, in the order of asking."""
        left: list[tuple[str, Queued]] = []
        after: str | None = None
        while heads := await self._log.projects(100, after):
            after = heads[-1].project_id
            for head in heads:
                if head.active:
                    left += [(head.project_id, each) for each in await self._left_of(head)]
        for project_id, each in sorted(left, key=lambda one: one[1].ts):
            await self._queue.add(self._ticket(project_id, each.run, each.seq, each.user, each.ts))

    async def _left_of(self, head: Head) -> list[Queued]:
        records = await everything(self._log, head.project_id)
        # An older version stored a project and its first run one after the other. What was active
        # when it was listed may have ended since; that is none of those.
        if not any(record.type == "run:queued" for record in records):
            await self._ask(head.project_id, LOCAL_USER, "prompt", key=FIRST)
        return list(pending(records).due)

    async def _add_left(self, project_id: str, user: str) -> None:
        """Queue what waited for answers that were given, or are not wanted any more."""
        for each in pending(await everything(self._log, project_id)).due:
            await self._queue.add(self._ticket(project_id, each.run, each.seq, user, each.ts))


def title_of(prompt: str) -> str:
    """A first title: the prompt's first words, at most 60 characters."""
    line = " ".join(prompt.split())
    if len(line) <= 60:
        return line
    return line[:60].rsplit(" ", 1)[0].rstrip(".,;:") + "..."
