"""What a wrong variant of the generated code is."""

import msgspec

from smartforge.events import CheckName

MIGRATION = "migrations/versions/0001_initial.py"


class Mutant(msgspec.Struct, frozen=True):
    """A project with one mistake, which its rule's check has to notice.

    `find` stands exactly once in the file `path` of the project rendered from the contract of that
    name in `contracts.py`; the variant has `replace` there instead. `rule` is the rule's kind: the
    tag of its struct, or what `checks/ruling` calls it. `what` tells variants of a rule apart.
    A mistake that shows only when requests come between each other's steps is a `race`: the check
    notices most of them at once, and is asked again where it did not.
    """

    rule: str
    what: str
    contract: str
    path: str
    find: str
    replace: str
    check: CheckName = "rules"
    race: bool = False
