"""The plan: a prompt becomes a contract and the list of files that keep it."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence, Set

import msgspec
from msgspec.structs import replace

from smartforge.contract import Contract, reading
from smartforge.events import Author, FilePlanned, Ref, Usage
from smartforge.forge import proof
from smartforge.forge.news import news
from smartforge.forge.versions import Version, VersionFile, contracts, lineage
from smartforge.llm import lost
from smartforge.llm.usage import spent_of
from smartforge.planners.base import Known, Planned, Planner, PlanRequest, Words
from smartforge.targets.base import Target, TargetFile

COMPILED = "it is compiled from the plan, so the plan has to change"
JUDGING = "the project is judged by it"


class Plan(msgspec.Struct, frozen=True):
    """What a run is going to make, and what it has to say about it.

    `restores` is the number of the version that is taken as it was. `said` is what the chat is
    told of a change, one sentence each. `words` are the planner's, by the part that they led to;
    `origins` is the stored content that names those of every message. One that is `offered` is not
    the one that was asked for, and has to be approved.
    """

    contract: Contract
    files: tuple[FilePlanned, ...]
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...]
    usage: tuple[Usage, ...]
    restores: int | None = None
    said: tuple[str, ...] = ()
    words: Mapping[str, tuple[Words, ...]] = {}
    origins: Ref | None = None
    offered: bool = False


async def plan(
    planner: Planner,
    target: Target,
    author: Author,
    prompts: Sequence[str],
    chain: Sequence[Version] = (),
    *,
    writes: bool = False,
    answers: str | None = None,
    draft: Plan | None = None,
    offers: bool = False,
) -> Plan:
    """Ask the planner, then list the files in the order in which they are written: the target's,
    and last what they are proven by.

    `chain` are the versions that led here, oldest first; the last one is to be changed, and what
    of it stays as it is, is kept. What a project is judged by is always compiled, whoever the
    author of the rest is. `writes` says whether a model can write at all: then it writes what
    custom operations do, even where all else is compiled; without one, those that nobody has
    written yet are not made. `answers` is what the user said to questions about the prompts.
    With a `draft`, a plan of which nothing is made yet, the last prompt changes that one. With
    `offers` the plan may be another than the one that was asked for; then it is `offered`.
    Raises what the planner raises, and ContractInvalid for a version whose contract cannot be read
    any more.
    """
    own = contracts(chain)
    planned = await planner.plan(
        PlanRequest(
            prompts=tuple(prompts),
            base=draft.contract if draft else own[-1] if own else None,
            earlier=() if draft else own[:-1],
            answers=answers or "",
            files=await asyncio.to_thread(_known, target, chain) if chain else (),
            offers=offers,
        )
    )
    try:
        return await _plan_of(planned, target, author, chain, draft, writes=writes)
    except BaseException:
        # Whoever stops it here has paid for the answers all the same.
        lost.tell(*(spent_of(usage) for usage in planned.usage), known=True)
        raise


async def _plan_of(
    planned: Planned,
    target: Target,
    author: Author,
    chain: Sequence[Version],
    draft: Plan | None,
    *,
    writes: bool,
) -> Plan:
    if planned.restore is not None:
        taken = taking(chain[planned.restore], chain[-1])
        return replace(taken, usage=planned.usage, said=planned.notes)
    own, past = contracts(chain), lineage(chain)
    contract = _made(planned.contract, own[-1] if own else None, writes=writes)
    edits = frozenset(planned.edits)
    if draft is not None:  # What was to be edited before other words were said still is.
        edits |= {file.path for file in draft.files if file.author == "model" and not file.kept}
    files = await asyncio.to_thread(_files, target, contract, past, author, chain, edits)
    unwritten = {file.path for file in files if file.author == "model" and not file.kept}
    if unwritten and not writes:
        contract = _without(contract, target.files(contract, past), unwritten)
        files = await asyncio.to_thread(_files, target, contract, past, author, chain)
    unmade = (one.summary for one in contract.customs if not one.made)
    made = Plan(
        contract=contract,
        files=(*files, *proof.FILES),
        notes=planned.notes,
        operations_not_made=(*planned.operations_not_made, *unmade),
        usage=planned.usage,
        said=_said(planned, own[-1] if own else None, draft),
        words=planned.origins,
        offered=bool(planned.instead) or (draft is not None and draft.offered),
    )
    return made if draft is None else _with_notes_of(draft, made)


def _known(target: Target, chain: Sequence[Version]) -> tuple[Known, ...]:
    """The files of the last version, and why those that no model wrote cannot be edited."""
    *past, last = lineage(chain)
    judges = {file.path for file in target.files(last, past) if file.judge}

    def closed(file: VersionFile) -> str:
        if file.author == "model":
            return ""
        return JUDGING if file.path in judges | proof.PATHS else COMPILED

    return tuple(Known(one.path, one.purpose, closed(one)) for one in chain[-1].files)


def _said(planned: Planned, base: Contract | None, draft: Plan | None) -> tuple[str, ...]:
    """What the chat is told: another plan than the one that was asked for, and what changed."""
    if draft is not None:
        return news(planned, draft.contract, used=False)
    if base is not None:
        return news(planned, base)
    return (planned.instead,) if planned.instead else ()


def _with_notes_of(draft: Plan, made: Plan) -> Plan:
    """The plan, with what was said of all of it beside what was said of the change."""
    return replace(
        made,
        notes=tuple(dict.fromkeys((*draft.notes, *made.notes))),
        operations_not_made=tuple(
            dict.fromkeys((*draft.operations_not_made, *made.operations_not_made))
        ),
    )


def taking(version: Version, base: Version) -> Plan:
    """The plan to have the files of `version` again, exactly, where now those of `base` are."""
    now = base.by_path()
    return Plan(
        contract=reading.from_json(version.contract),
        files=tuple(
            file.planned(kept=file.path in now and now[file.path].sha256 == file.sha256)
            for file in version.files
        ),
        notes=version.notes,
        operations_not_made=version.operations_not_made,
        usage=(),
        restores=version.number,
        said=(f"Version {version.number} is back as it was.",),
    )


def _made(contract: Contract, base: Contract | None, *, writes: bool) -> Contract:
    """The contract, whose operations of their own are made where somebody has written them in the
    version before, or can."""
    before = {one.name: one for one in base.customs} if base else {}
    return replace(
        contract,
        customs=tuple(
            replace(one, made=writes or before.get(one.name) == replace(one, made=True))
            for one in contract.customs
        ),
    )


def _without(contract: Contract, files: Sequence[TargetFile], lost: Set[str]) -> Contract:
    """The contract without those operations whose files nobody can write."""
    named = {file.custom for file in files if file.path in lost}
    customs = (replace(one, made=False) if one.name in named else one for one in contract.customs)
    return replace(contract, customs=tuple(customs))


def _files(
    target: Target,
    contract: Contract,
    past: Sequence[Contract],
    author: Author,
    chain: Sequence[Version],
    edits: Set[str] = frozenset(),
) -> tuple[FilePlanned, ...]:
    """The files, each with who writes it; those in `edits` are written anew by a model."""
    made = {one.name for one in contract.customs if one.made}

    def by(file: TargetFile) -> Author:
        if file.judge:
            return "compiled"
        return "model" if file.custom in made else author

    planned = target.files(contract, past)
    files = tuple(
        FilePlanned(path=file.path, purpose=file.purpose, author=by(file)) for file in planned
    )
    if not chain:
        return files
    known = {one.name: one for one in past[-1].customs}
    changed = {
        file.path
        for file in planned
        if file.custom and contract.custom(file.custom) != known.get(file.custom)
    }
    return _keeping(target, contract, past, files, chain[-1], changed | edits)


def _keeping(
    target: Target,
    contract: Contract,
    past: Sequence[Contract],
    files: Sequence[FilePlanned],
    base: Version,
    changed: Set[str],
) -> tuple[FilePlanned, ...]:
    """The files, those marked that need not be written since they stay as they are in `base`.

    A compiled file stays where its text is the very same. What a model wrote, or a user edited,
    stays where the
    target's own text for it has not changed, nor anything else about it: the model would write it
    differently each time.
    """
    texts = target.render(contract, past)
    known = base.by_path()
    edited = {path for path, file in known.items() if file.edited}
    own = edited or any(file.author == "model" for file in files)
    before: Mapping[str, str] = target.render(past[-1], past[:-1]) if own else {}

    def stays(file: FilePlanned) -> bool:
        if file.path not in known:
            return False
        if file.author == "model" or file.path in edited:
            return file.path not in changed and before.get(file.path) == texts[file.path]
        return known[file.path].sha256 == hashlib.sha256(texts[file.path].encode()).hexdigest()

    def marked(file: FilePlanned) -> FilePlanned:
        kept = stays(file)
        # What a model writes again is the model's.
        own = file.path in edited and (kept or file.author == "compiled")
        return replace(file, kept=kept, edited=own)

    return tuple(marked(file) for file in files)


def taken_as_it_is(
    made: Plan, chain: Sequence[Version], restored: Version | None
) -> tuple[VersionFile, ...]:
    """The files of the plan whose content is there already, from the version that has it."""
    if made.restores is not None:
        number = made.restores
        return next(one for one in (*chain, restored) if one and one.number == number).files
    kept = {file.path for file in made.files if file.kept}
    return tuple(file for file in chain[-1].files if file.path in kept) if chain else ()
