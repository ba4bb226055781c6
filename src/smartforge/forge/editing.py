"""Files that a user edits by hand: one becomes a version, and stays edited in those that follow."""

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from smartforge.errors import EditRefused
from smartforge.events import FileComplete, FilePlanned, Message
from smartforge.forge import proof
from smartforge.forge.base import Edited
from smartforge.forge.kit import Kit
from smartforge.forge.merging import merge
from smartforge.forge.plan import Plan, taking
from smartforge.forge.versions import Version, lineage


def planned(kit: Kit, edited: Edited) -> Plan:
    """The version to start from with this file as the user wants it, and a proof of its own.

    Raises EditRefused for a file that there is not, or that the project is judged by.
    """
    base = kit.request.chain[-1]
    known = base.by_path().get(edited.path)
    if known is None or known.binary:
        raise EditRefused(
            f"Version {base.number} has no text file {edited.path}.", "Edit one that it has."
        )
    *past, last = lineage(kit.request.chain)
    judges = {file.path for file in kit.shop.target.files(last, past) if file.judge}
    if edited.path in judges | proof.PATHS:
        raise EditRefused(
            f"{edited.path} belongs to what the project is proven and shipped with. That follows"
            " from its contract, so it cannot be edited by hand.",
            "Say in the chat what is to be otherwise, or take the project away and edit it there.",
        )

    def taken(file: FilePlanned) -> FilePlanned:
        if file.path == edited.path:
            return replace(file, kept=False, edited=True)
        return replace(file, kept=file.path not in proof.PATHS)

    made = taking(base, base)
    files = tuple(taken(file) for file in made.files)
    return replace(made, files=files, restores=None, said=(), origins=base.origins)


def fact(edited: Edited) -> FileComplete:
    """That the file is as the user wants it."""
    return FileComplete(
        path=edited.path, attempt=1, size=edited.content.size, sha256=edited.content.ref
    )


async def merged(kit: Kit, made: Plan) -> Mapping[str, str]:
    """The texts of the compiled files that are to change and that were edited by hand, by path:
    the target's new ones with what the user changed. What could not be kept is said in the chat."""
    chain = kit.request.chain
    files = [file for file in made.files if file.edited and not file.kept and _is_compiled(file)]
    # What is edited in this very run is as the user wants it.
    if not files or not chain or kit.request.edited is not None:
        return {}
    base = chain[-1]
    past = lineage(chain)
    target = kit.shop.target
    before = await asyncio.to_thread(target.render, past[-1], past[:-1])
    after = await asyncio.to_thread(target.render, made.contract, past)
    texts: dict[str, str] = {}
    lost: list[str] = []
    for file in files:
        ours = (await kit.blobs.get(base.by_path()[file.path].sha256)).decode()
        found = merge(before.get(file.path, ours), ours, after[file.path])
        texts[file.path] = found.text
        lost += [_lost(file.path, *lines, base) for lines in found.left_out]
    if lost:
        said = Message(id=f"edits-{kit.request.run}", role="assistant", text="\n".join(lost))
        await kit.saying.once(said, key="edits")
    return texts


def _is_compiled(file: FilePlanned) -> bool:
    return file.author == "compiled"


def _lost(path: str, first: int, last: int, base: Version) -> str:
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    return (
        f"Your edit of {path}, {lines}, does not fit this change and was left out; "
        f"version {base.number} has it."
    )
