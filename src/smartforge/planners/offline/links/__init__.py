"""Which things belong to which: references between the resources of a contract."""

from smartforge.planners.offline.links.claim import claim
from smartforge.planners.offline.links.deeds import claim_deeds
from smartforge.planners.offline.links.reading import link
from smartforge.planners.offline.links.ruled import claim_ruled
from smartforge.planners.offline.sketch import Claim, Reader

CLAIMS: tuple[Claim, ...] = (claim, claim_deeds, claim_ruled)
READERS: tuple[Reader, ...] = (link,)
