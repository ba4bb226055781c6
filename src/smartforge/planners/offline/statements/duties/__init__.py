"""Who moves what on: `managers approve, the requester can cancel while it is pending`."""

from smartforge.planners.offline.statements.duties.duty import Duty
from smartforge.planners.offline.statements.duties.reading import duties
from smartforge.planners.offline.statements.duties.words import duty_words

__all__ = ["Duty", "duties", "duty_words"]
