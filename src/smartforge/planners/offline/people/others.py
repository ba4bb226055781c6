"""Fields that name somebody with an account: assignees, reviewers, recipients."""

from smartforge.contract import Field, Reference, Resource, Text
from smartforge.contract.names import quoted, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import a
from smartforge.planners.offline.links.link import with_field
from smartforge.planners.offline.people.scene import Scene

_PEOPLE = word_set(
    """
    assignee assigned_to reviewer approver recipient receiver responsible moderator mentor
    supervisor assigned_user assigned_agent
    """
)


def refer_to_accounts(scene: Scene) -> None:
    """Let such texts become references to the accounts, optional and without lists of their own."""
    for resource in scene.resources():
        for field in resource.fields:
            if field.name in _PEOPLE and isinstance(field.kind, Text):
                _refer(scene, resource, field)


def _refer(scene: Scene, resource: Resource, field: Field) -> None:
    current = scene.sketch.contract.resource(resource.name)
    required = field.required and field.name in ("recipient", "receiver")
    kind = Reference(scene.account, "cascade" if required else "clear", nested=False)
    name = "assignee_id" if field.name.startswith("assigned") else f"{field.name}_id"
    made = Field(name, kind, required=required)
    scene.sketch.put(with_field(current, made, (field.name,)))
    told = spaced(field.name)
    scene.sketch.note(
        f"{quoted(told)} of {a(spaced(resource.name))} is {a(spaced(scene.account))} ({name})."
    )
