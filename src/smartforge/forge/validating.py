"""One round of checks over a working copy: laid out, asked, told."""

from collections.abc import Mapping
from contextlib import aclosing

import msgspec

from smartforge.checks.base import Check, Subject, Verdict
from smartforge.contract import openapi
from smartforge.events import CheckCompleted, ValidationCompleted
from smartforge.forge.base import Json, Steps, Tell, Workshop
from smartforge.forge.check import check, key_of
from smartforge.forge.folder import laid_out
from smartforge.forge.plan import Plan
from smartforge.forge.repairing import Round


async def validated(
    shop: Workshop,
    made: Plan,
    hashes: Mapping[str, str],
    contents: Mapping[str, bytes],
    round_: int,
    steps: Steps,
    tell: Tell,
) -> Round:
    """What the checks find in `contents`, which are the files with these hashes.

    Each fact is told once under its key; a verdict that an earlier execution has is not asked for
    again.
    """
    done: list[CheckCompleted] = []
    whole: ValidationCompleted | None = None
    async with laid_out(contents) as folder:
        subject = Subject(
            folder=folder,
            promised=openapi.openapi(made.contract),
            dependencies=shop.target.dependencies(),
            sandbox=shop.sandbox,
        )

        async def ask(one: Check) -> Verdict:
            async def body(check: str) -> Json:
                return msgspec.to_builtins(await one.check(subject))

            found = await steps.step(f"check:{one.name}:{round_}", body, {"check": one.name})
            return msgspec.convert(found, Verdict)

        async with aclosing(check(shop.checks, ask, round_)) as facts:
            async for fact in facts:
                await tell(fact, key_of(fact))
                if isinstance(fact, CheckCompleted):
                    done.append(fact)
                elif isinstance(fact, ValidationCompleted):
                    whole = fact
    assert whole is not None
    return Round(round_, dict(hashes), tuple(done), whole)
