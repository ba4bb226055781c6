"""Who may do what: accounts, roles, owners, tenants."""

from smartforge.planners.offline.people.acting import settle_acting
from smartforge.planners.offline.people.claim import claim
from smartforge.planners.offline.people.keys import claim_keys, read_keys
from smartforge.planners.offline.people.logins import claim_logins, read_logins
from smartforge.planners.offline.people.makers import drop_makers
from smartforge.planners.offline.people.reading import read_people
from smartforge.planners.offline.sketch import Claim, Reader
from smartforge.planners.offline.spending import settle_spending

CLAIMS: tuple[Claim, ...] = (claim, claim_logins, claim_keys)
READERS: tuple[Reader, ...] = (read_people, drop_makers)

# After all others, since these add what it is about.
LAST: tuple[Reader, ...] = (read_logins, read_keys, settle_acting, settle_spending)
