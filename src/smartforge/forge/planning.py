"""The plan of one run: asked for, said, shown to the user where they want to approve it."""

import logging
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from smartforge.contract import Contract, reading
from smartforge.contract.names import spaced
from smartforge.contract.operations import operation_count
from smartforge.errors import (
    ContractInvalid,
    ModelFailed,
    NothingToChange,
    PromptUnclear,
)
from smartforge.events import (
    APPROVE,
    REJECT,
    Fact,
    Message,
    PlanReady,
    Question,
    Questions,
    Ref,
    TitleChanged,
)
from smartforge.forge import origins, telling
from smartforge.forge.base import Json, Wanted, plan_key
from smartforge.forge.folder import check_paths
from smartforge.forge.kit import Kit
from smartforge.forge.plan import Plan, plan, taking
from smartforge.forge.saying import PLANS
from smartforge.planners.base import NOT_UNDERSTOOD, Asked, PlanRequest

MOST_NAMED = 6
"""Resources that a question about a plan names."""
MOST_LACKING = 5
"""What a plan by rules lacks, of each kind, as far as its question names it; its notes have all."""

logger = logging.getLogger(__name__)


class Waits(Exception):
    """The run goes on once the user has answered what was `asked`; stored once under `key`."""

    def __init__(self, asked: Questions, key: str) -> None:
        super().__init__(asked)
        self.asked = asked
        self.key = key


class Planning:
    """What comes before the first file: questions, the plan, what is wanted otherwise in it."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    async def made(self) -> Plan:
        """The plan that is to be made. Raises Waits where the user is to be asked something, and
        what the planner raises."""
        request = self._kit.request
        began = await self._kit.saying.begin("planning", PLANS)
        made = await self._first()
        await self.say(made, 0, request.title)
        for changed, wanted in enumerate(request.wanted, 1):
            title = made.contract.title
            made = await self._changed(made, changed, wanted)
            await self.say(made, changed, title)
        again = len(request.wanted)
        await self._kit.saying.end("planning", telling.planned(made), began, again=again)
        asks = request.approve or made.offered
        if asks and not request.approved and request.restored is None:
            asked = Question(
                id=f"plan-{again + 1}-{request.run}",
                text=_offering(made) if made.offered and not again else _about(made),
                choices=(APPROVE, REJECT),
                about="plan",
            )
            raise Waits(Questions(questions=(asked,)), f"questions:{asked.id}")
        return made

    async def _first(self) -> Plan:
        request = self._kit.request
        if request.restored is not None:
            made = taking(request.restored, request.chain[-1])
            return replace(made, origins=request.restored.origins)
        prompts = list(request.prompts)
        found = await self._kit.steps.step(plan_key(0), self._plan_step, {"prompts": prompts})
        return msgspec.convert(found, Plan)

    async def _changed(self, draft: Plan, changed: int, wanted: Wanted) -> Plan:
        """The plan with what is wanted otherwise; as it was where that cannot be had."""

        async def change(words: str) -> Json:
            key = plan_key(changed)
            try:
                made = await self._planned([*self._kit.request.prompts, words], key, draft)
            except (ContractInvalid, ModelFailed, NothingToChange, PromptUnclear) as error:
                said = f"{error.what} {error.hint}".strip()
                made = replace(draft, usage=(), said=(said, "The plan is as it was."))
            else:
                before = draft.contract, draft.origins
                made = await self._traced(made, words, wanted.message_id, *before)
            return msgspec.to_builtins(made)

        found = await self._kit.steps.step(plan_key(changed), change, {"words": wanted.text})
        return msgspec.convert(found, Plan)

    async def say(self, made: Plan, changed: int = 0, title: str = "") -> None:
        """Tell the plan, and what there is to be said of it; once for each change."""
        told: list[Fact] = [*made.usage]
        if self._kit.request.trigger == "prompt" and made.contract.title != title:
            told.append(TitleChanged(title=made.contract.title))
        ready = PlanReady(
            contract=reading.to_json(made.contract),
            files=made.files,
            notes=made.notes,
            operations_not_made=made.operations_not_made,
            restores=made.restores,
            origins=made.origins,
            offered=made.offered,
        )
        if made.said:
            id_ = f"said-{self._kit.request.run}{f'-{changed}' if changed else ''}"
            told.append(Message(id=id_, role="assistant", text="\n".join(made.said)))
        await self._kit.saying.once(*told, ready, key=plan_key(changed))

    async def _ask(self) -> None:
        """Raises Waits where the user is to be asked something."""
        request, asker = self._kit.request, self._kit.shop.asker
        first = request.base_version is None and request.restored is None
        if asker is None or not request.choice.ask or not first or request.answers is not None:
            return

        async def attempt(_: int) -> Asked:
            async with self._kit.losses.of("planning"):
                return await asker.questions(PlanRequest(prompts=request.prompts))

        try:
            asked = await self._kit.retries.insist("ask", "planning", None, 1, attempt)
        except ModelFailed as error:
            # Whoever plans asks the same model next, and says what is wrong with it.
            logger.warning("run %s asks the user nothing: %s", request.run, error)
            return
        await self._kit.saying.also(*asked.usage)
        if asked.questions:
            raise Waits(Questions(questions=asked.questions), "questions")

    async def _plan_step(self, prompts: list[str]) -> Json:
        await self._ask()
        made = await self._planned(prompts, plan_key(0))
        last = self._kit.request.chain[-1] if self._kit.request.chain else None
        traced = await self._traced(
            made,
            prompts[-1] if prompts else "",
            self._kit.request.asked_in,
            reading.from_json(last.contract) if last else None,
            last.origins if last else None,
        )
        return msgspec.to_builtins(traced)

    async def _planned(self, prompts: list[str], key: str, draft: Plan | None = None) -> Plan:
        shop, request = self._kit.shop, self._kit.request

        async def attempt(_: int) -> Plan:
            async with self._kit.losses.of("planning"):
                return await plan(
                    shop.planner,
                    shop.target,
                    shop.author,
                    prompts,
                    request.chain,
                    writes="model" in shop.writers,
                    answers=request.answers,
                    draft=draft,
                    offers=request.offer or request.approve,
                )

        first = 1 + request.retries.get(key, 0)
        made = await self._kit.retries.insist(key, "planning", None, first, attempt)
        check_paths(file.path for file in made.files)
        return made

    async def _traced(
        self,
        made: Plan,
        words: str,
        message_id: str | None,
        base: Contract | None,
        before: Ref | None,
    ) -> Plan:
        """The plan with where its parts come from, as stored content."""
        if made.restores is not None:
            chain = (*self._kit.request.chain, self._kit.request.restored)
            known = {one.number: one for one in chain if one}
            return replace(made, origins=known[made.restores].origins)
        content = origins.encoded(
            origins.traced(
                made.contract,
                made.words,
                words,
                message_id,
                base,
                origins.decoded(await self._kit.blobs.get(before.ref)) if before else {},
            )
        )
        stored = Ref(ref=await self._kit.blobs.put(content), size=len(content))
        return replace(made, words={}, origins=stored)


def _about(made: Plan) -> str:
    return f"Make this plan? {_holds(made)}"


def _offering(made: Plan) -> str:
    """What is asked of a plan by rules: what it holds, and what they know that it does not."""
    unread = [note for note in made.notes if note.startswith(NOT_UNDERSTOOD)]
    words = [note.removeprefix(NOT_UNDERSTOOD).strip().rstrip(".") for note in unread]
    lacks = [_few(NOT_UNDERSTOOD, words), _few("Not made:", made.operations_not_made)]
    none = "It holds what rules understand of your words, which may be less than you meant."
    said = " ".join(one for one in lacks if one) or none
    return f"Make the plan by rules instead? {_holds(made)} {said}"


def _few(begin: str, found: Sequence[str]) -> str:
    more = len(found) - MOST_LACKING
    named = ", ".join(found[:MOST_LACKING])
    return f"{begin} {named}{f' and {more} more' if more > 0 else ''}." if found else ""


def _holds(made: Plan) -> str:
    contract = made.contract
    kept = ", ".join(spaced(one.plural) for one in contract.resources[:MOST_NAMED])
    count = telling.counted(len(contract.resources), "resource")
    parts = (
        f"{count} ({kept}{', ...' if len(contract.resources) > MOST_NAMED else ''})"
        if kept
        else count,
        telling.counted(operation_count(contract), "operation"),
        telling.counted(len(made.files), "file"),
    )
    return f"{contract.title}: {', '.join(parts)}."
