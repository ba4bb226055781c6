"""Whether a follow-up changes anything."""

from smartforge.contract import Contract
from smartforge.contract.parts import changes
from smartforge.errors import NothingToChange
from smartforge.planners.base import Planned


def check_changed(planned: Planned, base: Contract) -> None:
    """Raises NothingToChange, with what is to be told, where `planned` is what `base` is already.

    Going back to a version is a change of its own, since its files may be others.
    """
    if planned.restore is not None or planned.edits or changes(base, planned.contract):
        return
    told = [*planned.notes]
    if planned.operations_not_made:
        told.append(f"Not made: {', '.join(planned.operations_not_made)}.")
    raise NothingToChange(
        " ".join(["Nothing was changed, so there is no new version.", *told]),
        "Say what should be different from what there is.",
    )
