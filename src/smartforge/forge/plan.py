"""The plan: a prompt becomes a contract and the list of files that keep it."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from smartforge.contract import Contract, reading
from smartforge.events import Author, FilePlanned, Usage
from smartforge.forge import proof
from smartforge.forge.news import news
from smartforge.forge.versions import Version, VersionFile, contracts, lineage
from smartforge.planners.base import Planner, PlanRequest, Words
from smartforge.targets.base import Target


class Plan(msgspec.Struct, frozen=True):
    """What a run is going to make, and what it has to say about it.

    `restores` is the number of the version that is taken as it was. `said` is what the chat is
    told of a change, one sentence each. `words` are the planner's, by the part that they led to.
    """

    contract: Contract
    files: tuple[FilePlanned, ...]
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...]
    usage: tuple[Usage, ...]
    restores: int | None = None
    said: tuple[str, ...] = ()
    words: Mapping[str, tuple[Words, ...]] = {}


async def plan(
    planner: Planner,
    target: Target,
    author: Author,
    prompts: Sequence[str],
    chain: Sequence[Version] = (),
) -> Plan:
    """Ask the planner, then list the files in the order in which they are written: the target's,
    and last what they are proven by.

    `chain` are the versions that led here, oldest first; the last one is to be changed, and what
    of it stays as it is, is kept. What a project is judged by is always compiled, whoever the
    author of the rest is. Raises what the planner raises, and ContractInvalid for a version whose
    contract cannot be read any more.
    """
    own, past = contracts(chain), lineage(chain)
    planned = await planner.plan(
        PlanRequest(
            prompts=tuple(prompts),
            base=own[-1] if own else None,
            earlier=own[:-1],
        )
    )
    if planned.restore is not None:
        taken = taking(chain[planned.restore], chain[-1])
        return replace(taken, usage=planned.usage, said=planned.notes)
    files = tuple(
        FilePlanned(
            path=file.path, purpose=file.purpose, author="compiled" if file.judge else author
        )
        for file in target.files(planned.contract, past)
    )
    if chain:
        files = await asyncio.to_thread(_keeping, target, planned.contract, past, files, chain[-1])
    return Plan(
        contract=planned.contract,
        files=(*files, *proof.FILES),
        notes=planned.notes,
        operations_not_made=planned.operations_not_made,
        usage=planned.usage,
        said=news(planned, own[-1]) if own else (),
        words=planned.origins,
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


def _keeping(
    target: Target,
    contract: Contract,
    past: Sequence[Contract],
    files: Sequence[FilePlanned],
    base: Version,
) -> tuple[FilePlanned, ...]:
    """The files, those marked that need not be written since they stay as they are in `base`.

    A compiled file stays where its text is the very same. What a model wrote stays where the
    target's own text for it has not changed: the model would write it differently each time.
    """
    texts = target.render(contract, past)
    by_model = any(file.author == "model" for file in files)
    before: Mapping[str, str] = target.render(past[-1], past[:-1]) if by_model else {}
    known = base.by_path()

    def stays(file: FilePlanned) -> bool:
        if file.path not in known:
            return False
        if file.author == "model":
            return before.get(file.path) == texts[file.path]
        return known[file.path].sha256 == hashlib.sha256(texts[file.path].encode()).hexdigest()

    return tuple(replace(file, kept=stays(file)) for file in files)


def taken_as_it_is(
    made: Plan, chain: Sequence[Version], restored: Version | None
) -> tuple[VersionFile, ...]:
    """The files of the plan whose content is there already, from the version that has it."""
    if made.restores is not None:
        number = made.restores
        return next(one for one in (*chain, restored) if one and one.number == number).files
    kept = {file.path for file in made.files if file.kept}
    return tuple(file for file in chain[-1].files if file.path in kept) if chain else ()
