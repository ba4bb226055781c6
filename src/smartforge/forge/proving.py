"""The proof of a run: its verdicts and files, with what it was made and checked with."""

from collections.abc import Mapping, Sequence

from smartforge.contract.operations import operation_count
from smartforge.events import CheckCompleted, ValidationCompleted
from smartforge.forge.base import Workshop
from smartforge.forge.plan import Plan
from smartforge.forge.proof import Versions, proof


def proved(
    shop: Workshop,
    made: Plan,
    hashes: Mapping[str, str],
    done: Sequence[CheckCompleted],
    whole: ValidationCompleted,
) -> Mapping[str, str]:
    """The texts of `proof.FILES` by path; `hashes` are those of all other files of the version."""
    tools = [tool for one in shop.checks if not one.method.varies for tool in one.method.tools]
    versions = Versions(
        smartforge=shop.versions.get("smartforge", ""),
        python=shop.versions.get("python", ""),
        target=shop.target.name,
        tools={tool: shop.versions.get(tool, "") for tool in sorted(tools)},
        packages=shop.target.packages(),
    )
    return proof(
        made.contract.title,
        operation_count(made.contract),
        whole.verdict,
        done,
        {one.name: one.method for one in shop.checks},
        versions,
        shop.target.repeated,
        hashes,
    )
