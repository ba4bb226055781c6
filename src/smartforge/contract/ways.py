"""Ways from a row along its references to a value of another row: `product_id.category`."""

import msgspec

from smartforge.contract.fields import Field, Reference
from smartforge.contract.resources import Contract, Resource

MAX_STEPS = 2


class Way(msgspec.Struct, frozen=True):
    """Where a path leads: through `steps`, each a reference of a resource, to `name` of
    `resource`; `field` is None where no field there has that name.
    """

    steps: tuple[tuple[Resource, Field], ...]
    resource: Resource
    name: str
    field: Field | None

    @property
    def nullable(self) -> bool:
        """Whether a row may hold nothing there."""
        passed = any(reference.nullable for _, reference in self.steps)
        return passed or (self.field is not None and self.field.nullable)


def way(contract: Contract, resource: Resource, path: str) -> Way | None:
    """The way from a row of `resource`; None where a step is no reference, or for too many."""
    *through, name = path.split(".")
    if len(through) > MAX_STEPS:
        return None
    steps: list[tuple[Resource, Field]] = []
    for step in through:
        reference = _field(resource, step)
        if reference is None or not isinstance(reference.kind, Reference):
            return None
        steps.append((resource, reference))
        target = reference.kind.resource
        found = next((one for one in contract.resources if one.name == target), None)
        if found is None:
            return None
        resource = found
    return Way(tuple(steps), resource, name, _field(resource, name))


def _field(resource: Resource, name: str) -> Field | None:
    return next((one for one in resource.fields if one.name == name), None)
