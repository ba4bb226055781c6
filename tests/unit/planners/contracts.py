"""What the offline planner makes of prompts, by name."""

from smartforge.contract import Field, Resource
from smartforge.planners.offline import plan


def read(*prompts: str) -> dict[str, Resource]:
    return {resource.name: resource for resource in plan(prompts).contract.resources}


def fields(resource: Resource) -> dict[str, Field]:
    return {field.name: field for field in resource.fields}


def kinds(resource: Resource) -> dict[str, object]:
    return {field.name: field.kind for field in resource.fields}
