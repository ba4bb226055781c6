"""What the parts of one run work with."""

from dataclasses import dataclass

from smartforge.forge.base import RunRequest, Steps, Workshop
from smartforge.forge.losses import Losses
from smartforge.forge.outbox import Outbox
from smartforge.forge.retries import Retries
from smartforge.forge.saying import Saying
from smartforge.log.base import Blobs


@dataclass(frozen=True)
class Kit:
    """What was asked for, who does it, and through what it is told."""

    request: RunRequest
    shop: Workshop
    blobs: Blobs
    steps: Steps
    outbox: Outbox
    saying: Saying
    retries: Retries
    losses: Losses

    @classmethod
    def of(
        cls, request: RunRequest, shop: Workshop, blobs: Blobs, steps: Steps, outbox: Outbox
    ) -> "Kit":
        """The kit of one execution, which tells everything through `outbox`."""
        saying = Saying(outbox)
        retries = Retries(saying.retried, request.retries, shop.patience)
        losses = Losses(shop.budget, outbox.put)
        return cls(request, shop, blobs, steps, outbox, saying, retries, losses)
