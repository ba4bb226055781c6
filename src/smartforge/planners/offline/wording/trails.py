"""Who sees a trail, in a sentence of its own: `an audit trail that only admins can read`."""

from smartforge.planners.offline.wording.change import Change, spelled

_TRAIL = (
    r"\b(?P<trail>(?:audit|change|activity) (?:trail|log|history)s?"
    r"(?: (?:for|of|on) [a-z ]{3,40}?)?)"
)
CHANGES: tuple[Change, ...] = (
    spelled(
        _TRAIL + r",? (?:that|which),? (?P<who>(?:only )?[a-z]+) (?P<may>can|may|should) (?:only )?"
        r"(?:see|view|read|access|browse|query|inspect)\b",
        r"\g<trail>. \g<who> \g<may> see the audit log",
    ),
    spelled(
        _TRAIL
        + r",? (?:that is |which is )?(?:only )?(?:visible|readable|accessible|available|open)"
        r" (?:only )?(?:to|for|by) (?P<who>(?:only )?[a-z]+)(?: only)?\b",
        r"\g<trail>. Only \g<who> can see the audit log",
    ),
)
