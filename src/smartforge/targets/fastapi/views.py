"""What the templates see of a contract: every choice is made here, they only lay it out."""

from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract import Action, Contract, Field, Integer, Resource, Transition
from smartforge.contract.hiding import cleared, falling, hanging, hidden, holding
from smartforge.contract.names import spaced
from smartforge.contract.operations import Operation, nested_lists, served
from smartforge.targets.fastapi import kinds, naming
from smartforge.targets.fastapi.columns import TableView, computed_type, named, table_view
from smartforge.targets.fastapi.endpoints import Endpoints, endpoints, given
from smartforge.targets.fastapi.filters import FiltersView, filters_view
from smartforge.targets.fastapi.literals import python
from smartforge.targets.fastapi.reports import ReportView, report_views
from smartforge.targets.fastapi.rules import RulesView, rules_view
from smartforge.targets.fastapi.trails import Trail, trail
from smartforge.targets.fastapi.transitions import Guard, guards_of, sources_lack


class FieldView(msgspec.Struct, frozen=True):
    """One field: its type in the schemas, and its lines in the bodies of the classes.

    `create`, `form` and `update` are for fields that clients write.
    """

    field: Field
    type: str
    own_type: str
    answer: str
    create: str
    form: str
    update: str


class Hiding(msgspec.Struct, frozen=True):
    """What becomes of rows that refer to one that is hidden: classes, each with its attribute.

    `hanging` are the references of the row itself to rows that may be hidden."""

    applies: bool = False
    falling: tuple[tuple[str, str], ...] = ()
    holding: tuple[tuple[str, str], ...] = ()
    cleared: tuple[tuple[str, str], ...] = ()
    hanging: tuple[tuple[str, str], ...] = ()


class ResourceView(msgspec.Struct, frozen=True):
    """One resource, as the templates see it.

    `computed` are lines of the answer. `account` says whether its rows are the accounts,
    `children` are the resources that are listed below it, by their name.
    """

    resource: Resource
    names: naming.ResourceNames
    one: str
    many: str
    path: str
    actions: frozenset[Action]
    fields: tuple[FieldView, ...]
    computed: tuple[str, ...]
    sorts: str
    table: TableView
    filters: FiltersView
    endpoints: Endpoints
    reports: dict[str, ReportView]
    rules: RulesView
    guards: dict[str, tuple[Guard, ...]]
    account: bool
    roles: tuple[str, ...]
    children: tuple[str, ...]
    hiding: Hiding
    trail: Trail

    @property
    def answers(self) -> bool:
        """Whether any operation answers with the resource itself."""
        return bool(self.endpoints.all) or self.account

    @property
    def bases(self) -> str:
        """What the class of its rows builds on."""
        found = {
            "Deletable": self.hiding.applies,
            "Versioned": self.resource.versioned,
            "Stamped": self.resource.stamped,
        }
        return ", ".join(name for name, there in found.items() if there) or "Base"

    @property
    def worked_out(self) -> tuple[str, ...]:
        """What answers show of a row besides its own columns."""
        links = [one.field for one in self.table.links]
        return (*links, *(one.name for one in self.table.computed))

    @property
    def item(self) -> bool:
        """Whether any operation is about one row."""
        return bool(self.endpoints.finders) or bool(self.account and self.roles)

    @property
    def narrowed(self) -> bool:
        """Whether lists and reports can be narrowed by more than the path."""
        return bool(self.filters.shared) and bool(self.endpoints.of("list", "report"))

    @property
    def takes_body(self) -> bool:
        """Whether there is anything that clients send when they create a row."""
        sent = self.account or self.resource.upload is not None or bool(self.created)
        return "create" in self.actions and sent

    @property
    def copied(self) -> bool:
        """Whether what is sent differs from what a row takes on creation."""
        return self.account or bool(self.resource.upload) or self.endpoints.reaches_on_creation

    @property
    def given(self) -> str:
        """Further arguments of a new row: what the server fills in."""
        return "".join(f", {one}" for one in given(self.resource, self.endpoints.scope, self.names))

    def column(self, name: str) -> str:
        return named(self.resource, name)

    def transition(self, name: str) -> Transition:
        return next(one for one in self.resource.transitions if one.name == name)

    def lacking(self, move: Transition) -> str:
        """An expression that is true of a row from which the transition does not lead on."""
        return sources_lack(move, f"{self.names.local}.{self.column(move.field)}")

    def refusal(self, move: Transition) -> str:
        """What to say where a transition does not lead on, as a Python expression."""
        if isinstance(move.target, bool):
            value = "false" if move.sources[0] else "true"
            return python(f"This is not possible while {spaced(move.field)} is {value}.")
        value = f"{self.names.local}.{self.column(move.field)}"
        return f'f"This is not possible while the {spaced(move.field)} is {{{value}}}."'

    def maximum(self, name: str) -> str:
        kind = self.resource.field(name).kind
        return f"{kind.maximum:_}" if isinstance(kind, Integer) else ""

    @property
    def created(self) -> tuple[FieldView, ...]:
        return tuple(one for one in self.fields if one.field.on_creation)

    @property
    def updated(self) -> tuple[FieldView, ...]:
        return tuple(one for one in self.fields if one.field.on_update)


def resource_views(contract: Contract) -> tuple[ResourceView, ...]:
    names = naming.resource_names(contract)
    every = tuple(served(contract))
    return tuple(_resource(contract, resource, names, every) for resource in contract.resources)


def _resource(
    contract: Contract,
    resource: Resource,
    names: dict[str, naming.ResourceNames],
    every: Sequence[Operation],
) -> ResourceView:
    own = names[resource.name]
    aliases = naming.type_aliases(resource, own)
    fields = tuple(_field(field, aliases[field.name]) for field in resource.fields)
    table = table_view(contract, resource, names)
    types = {one.field.name: one.type for one in fields}
    outside = {
        one.field.name: f"schemas.{one.type}" if one.own_type else one.type for one in fields
    }
    accounts = contract.accounts
    account = accounts is not None and accounts.resource == resource.name
    return ResourceView(
        resource=resource,
        names=own,
        one=spaced(resource.name),
        many=spaced(resource.plural),
        path=resource.path,
        actions=frozenset(resource.actions),
        fields=fields,
        computed=tuple(_computed(contract, resource)),
        sorts=", ".join(f'"{name}", "-{name}"' for name in resource.sortable),
        table=table,
        filters=filters_view(contract, resource, outside, table, names),
        endpoints=endpoints(contract, resource, names, every),
        reports=report_views(contract, resource, types, names),
        rules=rules_view(contract, resource, names),
        guards=guards_of(contract, resource, names),
        account=account,
        roles=accounts.roles if accounts and account else (),
        children=tuple(dict.fromkeys(one.name for one, _ in nested_lists(contract, resource))),
        hiding=_hiding(contract, resource, names),
        trail=trail(contract, resource, table, names),
    )


def _hiding(
    contract: Contract, resource: Resource, names: dict[str, naming.ResourceNames]
) -> Hiding:
    if resource.name not in hidden(contract):
        return Hiding()

    def shown(found: Iterator[tuple[Resource, Field]]) -> tuple[tuple[str, str], ...]:
        return tuple((names[one.name].row, naming.attribute(field)) for one, field in found)

    return Hiding(
        True,
        shown(falling(contract, resource.name)),
        shown(holding(contract, resource.name)),
        shown(cleared(contract, resource.name)),
        shown((contract.resource(to), field) for field, to in hanging(contract, resource)),
    )


# ---- the bodies of classes --------------------------------------------------------------------


def _field(field: Field, alias: str) -> FieldView:
    shared = kinds.shared_type(field)
    type_name = shared or alias
    attribute = naming.attribute(field)
    optional = " | None" if field.nullable else ""
    annotation = f"{attribute}: {type_name}{optional}"
    renamed = "" if attribute == field.name else f'alias="{field.name}"'
    reader = kinds.from_text(field.kind)
    read = f"Annotated[{type_name}, {reader}]" if reader else type_name
    return FieldView(
        field=field,
        type=type_name,
        own_type="" if shared else kinds.own_type(field),
        answer=annotation + (f" = Field(serialization_{renamed})" if renamed else ""),
        create=annotation + kinds.given(field, renamed),
        form=f"{attribute}: {read}{optional}" + kinds.given(field, renamed),
        update=f"{_renamed(annotation, renamed)} = NOT_SENT",
    )


def _renamed(annotation: str, renamed: str) -> str:
    attribute, _, type_name = annotation.partition(": ")
    return f"{attribute}: Annotated[{type_name}, Field({renamed})]" if renamed else annotation


def _computed(contract: Contract, resource: Resource) -> Iterator[str]:
    for computed in resource.computed:
        shown = computed_type(contract, computed.formula)
        if computed.description:
            shown = f"Annotated[{shown}, Field(description={python(computed.description)})]"
        yield f"{computed.name}: {shown}"
