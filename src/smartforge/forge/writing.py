"""The files of a run: each written once it is its turn, again where a model failed in passing."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import aclosing, nullcontext
from functools import cached_property

from msgspec.structs import replace

from smartforge.contract import Contract, Custom
from smartforge.errors import AnswerIncomplete, AnswerRejected
from smartforge.events import FileComplete, FilePlanned, Step
from smartforge.forge.base import Json, write_key
from smartforge.forge.kit import Kit
from smartforge.forge.plan import Plan
from smartforge.forge.versions import lineage
from smartforge.forge.write import write
from smartforge.writers.base import Flawed, WriteRequest

TOO_LONG = "it was cut off at the limit of your answers; write the whole file, more briefly"


class Writing:
    """Writes files, and counts how often each was begun. Whatever asks a model may raise
    ModelFailed or BudgetClosed; then what is whole stays, and what was begun is no file."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._attempts = dict(kit.request.attempts)

    def attempts(self, path: str) -> int:
        """How often the file was begun in this run."""
        return self._attempts.get(path, 0)

    async def all(
        self,
        made: Plan,
        files: Sequence[FilePlanned],
        round_: int = 0,
        flawed: Flawed | None = None,
    ) -> dict[str, str]:
        """Write these files of the plan; their hashes, by path, in the plan's order.

        What is compiled is written one after the other. What a model writes is written at once,
        as far as its provider's turns allow; the first that fails ends the others.
        """
        hashes: dict[str, str] = {}

        async def in_order(some: Sequence[FilePlanned]) -> None:
            for file in some:
                hashes[file.path] = await self.one(made, file, round_, flawed=flawed)

        async def in_turn(file: FilePlanned) -> None:
            async with self._kit.shop.turns:
                await in_order([file])

        by_model = [file for file in files if file.author == "model"]
        compiled = [file for file in files if file.author != "model"]
        await together(in_order(compiled), *(in_turn(file) for file in by_model))
        return {file.path: hashes[file.path] for file in files}

    async def one(
        self,
        made: Plan,
        file: FilePlanned,
        round_: int = 0,
        *,
        text: str | None = None,
        flawed: Flawed | None = None,
    ) -> str:
        """Write it, where an earlier execution has not; its hash. `text` is what it is to hold,
        where no target has it."""
        request = WriteRequest(
            file=file,
            files=made.files,
            contract=made.contract,
            prompts=(*self._kit.request.prompts, *(one.text for one in self._kit.request.wanted)),
            attempt=1,
            past=self._past,
            text=text,
            round=round_,
            flawed=flawed,
            skeleton=await self._skeleton(made) if file.author == "model" else {},
            before=await self._before(file) if not round_ else None,
            operation=self._operation(made, file),
        )

        async def body(path: str) -> Json:
            return await self._insisting(path, request)

        key = write_key(file.path, round_)
        return await self._kit.steps.step(key, body, {"path": file.path})

    async def _before(self, file: FilePlanned) -> str | None:
        """What the version to start from holds there, where a model wrote that."""
        if file.author != "model" or not self._kit.request.chain:
            return None
        known = self._kit.request.chain[-1].by_path().get(file.path)
        if known is None or known.author != "model" or known.binary:
            return None
        return (await self._kit.blobs.get(known.sha256)).decode()

    def _operation(self, made: Plan, file: FilePlanned) -> Custom | None:
        """The custom operation that a model writes in this file."""
        if file.author != "model":
            return None
        files = self._kit.shop.target.files(made.contract, self._past)
        named = next((one.custom for one in files if one.path == file.path and not one.judge), "")
        return made.contract.custom(named) if named else None

    async def _skeleton(self, made: Plan) -> Mapping[str, str]:
        """The target's own files, without the judges; none where a model writes them all."""
        shop = self._kit.shop
        if shop.author == "model":
            return {}
        texts = await asyncio.to_thread(shop.target.render, made.contract, self._past)
        files = shop.target.files(made.contract, self._past)
        return {file.path: texts[file.path] for file in files if not file.judge}

    async def _insisting(self, path: str, request: WriteRequest) -> str:
        wanted = request
        step: Step = "repairing" if request.round else "generating"

        async def attempt(number: int) -> str:
            nonlocal wanted
            by_model = request.file.author == "model"
            # A file for which nothing is left is not begun either.
            async with self._kit.shop.budget.room() if by_model else nullcontext():
                self._attempts[path] = number
                try:
                    async with self._kit.losses.of(step, path, request.round):
                        return await self._written(replace(wanted, attempt=number))
                except AnswerRejected as error:
                    wanted = replace(request, refused=error.reason, text=error.instead)
                    raise
                except AnswerIncomplete as error:
                    wanted = replace(request, refused=TOO_LONG if error.cut else "")
                    raise

        first = 1 + self.attempts(path)
        key = write_key(path, request.round)
        return await self._kit.retries.insist(key, step, path, first, attempt, request.round)

    async def _written(self, request: WriteRequest) -> str:
        writer = self._kit.shop.writers[request.file.author]
        sha256 = ""
        async with aclosing(write(writer, request, self._kit.blobs.put)) as facts:
            async for fact in facts:
                await self._kit.outbox.put(fact)
                if isinstance(fact, FileComplete):
                    sha256 = fact.sha256
        return sha256

    @cached_property
    def _past(self) -> tuple[Contract, ...]:
        return lineage(self._kit.request.chain)


async def together(*works: Coroutine[None, None, None]) -> None:
    """Wait for all; the first that fails ends the others and is raised. None is left behind."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
