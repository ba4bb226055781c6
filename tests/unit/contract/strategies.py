"""Hypothesis strategies for sound contracts."""

import string
from collections.abc import Iterator

from hypothesis import assume, event
from hypothesis import strategies as st
from msgspec import structs

from smartforge.contract import (
    CRUD,
    Access,
    Accounts,
    Aggregate,
    AtMost,
    Boolean,
    Choice,
    Code,
    Computed,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Json,
    Kind,
    Mark,
    Marked,
    NoOverlap,
    NotMade,
    OneOpen,
    Ordered,
    Paging,
    Permissions,
    Phone,
    Product,
    RateLimit,
    Redirect,
    Reference,
    References,
    Report,
    Resource,
    Rule,
    Slug,
    Text,
    TextList,
    Time,
    Timestamp,
    Transition,
    UniqueTogether,
    Upload,
    Url,
    Uuid,
    validate,
)
from smartforge.contract.names import plural
from smartforge.errors import ContractInvalid

# Letters that no reserved name and no plural of another one is made of.
_names = st.text("abcdfgk", min_size=3, max_size=12).map(lambda text: f"q{text}x")
_lines = st.text(string.ascii_letters + "éß中 ", min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)


def _texts() -> st.SearchStrategy[Kind]:
    return st.tuples(st.integers(0, 50), st.integers(1, 100_000)).map(
        lambda ends: Text(min(ends), max(*ends, 1))
    )


def _integers() -> st.SearchStrategy[Kind]:
    bound = st.integers(-2_147_483_648, 2_147_483_647)
    return st.tuples(bound, bound).map(lambda ends: Integer(min(ends), max(ends)))


def _decimals() -> st.SearchStrategy[Kind]:
    cents = st.integers(-1_000_000, 1_000_000)
    return st.tuples(cents, cents, st.integers(2, 6)).map(
        lambda parts: Decimal(
            f"{min(parts[:2]) / 100:.2f}", f"{max(parts[:2]) / 100:.2f}", parts[2]
        )
    )


def kinds() -> st.SearchStrategy[Kind]:
    """Any kind with sound bounds."""
    plain: list[Kind] = [Boolean(), Date(), Timestamp(), Email(), Url(), Time(), Phone(), Uuid()]
    choices = st.lists(_lines, min_size=1, max_size=5, unique=True).map(
        lambda values: Choice(tuple(values))
    )
    lists = st.integers(1, 1_000).map(TextList)
    return st.one_of(_texts(), _integers(), _decimals(), choices, lists, st.sampled_from(plain))


@st.composite
def fields(draw: st.DrawFn, name: str) -> Field:
    """A field called `name`, with a default where its kind makes one easy to find."""
    kind = draw(kinds())
    required = draw(st.booleans())
    default: str | int | bool | list[str] | None = None
    if not required and draw(st.booleans()):
        match kind:
            case Integer():
                default = kind.minimum
            case Decimal():
                default = kind.maximum
            case Boolean():
                default = draw(st.booleans())
            case Choice():
                default = kind.values[-1]
            case TextList():
                default = []
            case Date():
                default = "2026-11-22"
            case _:
                default = None
    return Field(name, kind, required, default, draw(st.just("") | _lines))


@st.composite
def resources(draw: st.DrawFn, name: str) -> Resource:
    """A resource called `name` with up to five fields."""
    named = draw(st.lists(_names, min_size=1, max_size=5, unique=True))
    made = tuple(draw(fields(one)) for one in named)
    actions = draw(st.lists(st.sampled_from(CRUD), min_size=1, unique=True))
    order = [field.name for field in made if not isinstance(field.kind, TextList)]
    limit = draw(st.integers(1, 100))
    return Resource(
        name=name,
        plural=plural(name),
        fields=made,
        actions=tuple(action for action in CRUD if action in actions),
        sortable=("id", "created_at", *order),
        paging=Paging(limit, 100),
        description=draw(st.just("") | _lines),
    )


@st.composite
def plain_contracts(draw: st.DrawFn) -> Contract:
    """A sound contract of up to four resources that keep fields and nothing else."""
    named = draw(st.lists(_names, min_size=1, max_size=4, unique=True))
    return Contract(
        title=draw(_lines),
        resources=tuple(draw(resources(name)) for name in named),
        description=draw(st.just("") | _lines),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A sound contract of up to six resources, with anything that a contract can hold."""
    plain = draw(plain_contracts())
    if draw(st.integers(0, 3)) == 0:
        return plain
    accounts = draw(st.none() | _accounts())
    made = _people(accounts)
    for resource in plain.resources:
        made.append(draw(_rich(resource, made, accounts)))
    made = draw(_told_by_children(made))
    contract = structs.replace(plain, resources=tuple(made), accounts=accounts)
    if draw(st.booleans()):
        contract = structs.replace(contract, not_made=(NotMade("teleport", "Teleport a row"),))
    return _sound(contract)


def _sound(contract: Contract) -> Contract:
    """Rejects the few that chance made unsound, such as names that meet."""
    try:
        return validate(contract)
    except ContractInvalid as error:
        event(error.problems[0][:60])
        assume(False)
        raise


def _accounts() -> st.SearchStrategy[Accounts]:
    return st.builds(
        Accounts,
        resource=st.just("user"),
        login=st.sampled_from([("email",), ("nick", "email")]),
        roles=st.sampled_from([(), ("member", "admin"), ("reader", "writer", "admin")]),
        tenant=st.sampled_from(["", "firm_id"]),
        refresh=st.booleans(),
        password_change=st.booleans(),
        api_keys=st.booleans(),
        login_limit=st.sampled_from([None, RateLimit(5)]),
    )


def _people(accounts: Accounts | None) -> list[Resource]:
    """The resources that accounts need."""
    if accounts is None:
        return []
    own = [Field("nick", Text(1, 30), unique=True), Field("email", Email(), unique=True)]
    user = Access("user")
    if accounts.tenant:
        own.append(Field("firm_id", Reference("firm"), written="never"))
        firm = Resource("firm", "firms", (Field("name", Text()),), actions=())
        rights = Permissions(user, user, user, user, user)
        return [firm, Resource("user", "users", tuple(own), ("list",), access=rights)]
    return [Resource("user", "users", tuple(own), ())]


@st.composite
def _rich(
    draw: st.DrawFn, plain: Resource, before: list[Resource], accounts: Accounts | None
) -> Resource:
    """`plain` with whatever else a resource can hold; it refers to those in `before` alone."""
    resource = structs.replace(plain, stamped=draw(st.booleans()))
    resource = draw(_referring(resource, before))
    resource = draw(_moving(resource))
    if accounts:
        resource = draw(_guarded(resource, accounts))
    if draw(st.booleans()):
        resource = _narrowed(resource)
    return draw(_serving(resource))


def _with(resource: Resource, *more: Field) -> Resource:
    return structs.replace(resource, fields=(*resource.fields, *more))


@st.composite
def _referring(draw: st.DrawFn, resource: Resource, before: list[Resource]) -> Resource:
    for one in before:
        name = f"{one.name}_id"
        match draw(st.sampled_from(["", "", "required", "optional", "many"])):
            case "required":
                kinds = (Reference(one.name, "cascade"), Reference(one.name, "restrict"))
                resource = _with(resource, Field(name, draw(st.sampled_from(kinds))))
            case "optional":
                kind = Reference(one.name, "clear", draw(st.booleans()))
                resource = _with(resource, Field(name, kind, False, unique=draw(st.booleans())))
            case "many":
                kind = References(one.name, draw(st.integers(1, 9)))
                resource = _with(resource, Field(f"{name}s", kind, False, []))
            case _:
                pass
    return resource


@st.composite
def _moving(draw: st.DrawFn, resource: Resource) -> Resource:
    """With a status, its transitions, and rules about it and about times."""
    if draw(st.booleans()):
        return resource
    status = Choice(("new", "open", "done"))
    resource = _with(
        resource,
        Field("status", status, False, "new", written=draw(st.sampled_from(["never", "update"]))),
        Field("done_at", Timestamp(), False, written="never"),
        Field("begins", Timestamp()),
        Field("ends", Timestamp()),
    )
    moves = (
        Transition("start", "status", "open", ("new",)),
        Transition("finish", "status", "done", (), "done_at"),
    )
    first = resource.fields[0]
    apart: list[Rule] = [Ordered("begins", "ends")]
    if not isinstance(first.kind, TextList | Json):
        apart += [
            NoOverlap("begins", "ends", (first.name,), "status", ("done",)),
            OneOpen((first.name,), "status", ("open",)),
            AtMost(3, (first.name,), "status", ("new", "open"), "day"),
            UniqueTogether((first.name, "begins")),
        ]
    rules = draw(st.lists(st.sampled_from(apart), unique=True))
    report = Report("per_day", "begins", "day")
    changes = {"transitions": moves, "rules": tuple(rules), "reports": (report,)}
    return structs.replace(resource, **changes)


@st.composite
def _guarded(draw: st.DrawFn, resource: Resource, accounts: Accounts) -> Resource:
    """With an owner, a tenant, a mark, and rights that fit."""
    user = Access("user")
    ways = [user, Access()] if not accounts.tenant else [user]
    if accounts.roles:
        ways.append(Access("role", accounts.roles[-1:]))
    creation = user
    if draw(st.booleans()):
        resource = _with(
            resource, Field("owner_id", Reference("user", "cascade", False), written="never")
        )
        resource = structs.replace(resource, owner="owner_id")
        ways.append(Access("owner", accounts.roles[-1:]))
        status = {field.name: field for field in resource.fields}.get("status")
        if status is not None and status.written == "never":
            role = Access("role", accounts.roles[-1:]) if accounts.roles else user
            moves = tuple(
                structs.replace(one, access=role, not_owner=True) for one in resource.transitions
            )
            resource = structs.replace(resource, transitions=moves)
    if accounts.tenant:
        home = Reference("firm", "cascade", draw(st.booleans()))
        resource = _with(resource, Field("home_id", home, written="never"))
        resource = structs.replace(resource, tenant="home_id")
    way = st.sampled_from(ways)
    rights = Permissions(draw(way), creation, draw(way), draw(way), draw(way))
    return structs.replace(
        resource,
        access=rights,
        marks=draw(st.sampled_from([(), (Mark("like"),)])),
        transitions=tuple(structs.replace(one, access=user) for one in resource.transitions),
        reports=tuple(structs.replace(one, access=draw(way)) for one in resource.reports),
    )


def _narrowed(resource: Resource) -> Resource:
    """With every filter, range and search that its fields allow."""
    kinds = {field.name: field.kind for field in resource.fields}
    numbers = [n for n, kind in kinds.items() if isinstance(kind, Integer | Decimal)]
    moments = [n for n, kind in kinds.items() if isinstance(kind, Date | Timestamp)]
    return structs.replace(
        resource,
        filters=tuple(n for n, kind in kinds.items() if not isinstance(kind, Json)),
        ranges=(*numbers, *moments, "created_at"),
        searched=tuple(n for n, kind in kinds.items() if isinstance(kind, Text | Url)),
        sorted_by="-created_at",
    )


@st.composite
def _serving(draw: st.DrawFn, resource: Resource) -> Resource:
    """With names made by the server, uploads, redirects, repeatable creation."""
    match draw(st.sampled_from(["", "slug", "redirect", "upload", "repeat", "json"])):
        case "slug":
            heading = Field("heading", Text(1, 80))
            return _with(resource, heading, Field("slug", Slug("heading"), written="never"))
        case "redirect":
            resource = _with(
                resource,
                Field("code", Code(draw(st.integers(4, 12))), written="never"),
                Field("to", Url()),
                Field("visits", Integer(0), False, 0, written="never"),
            )
            return structs.replace(resource, redirect=Redirect("code", "to", "visits"))
        case "upload" if "create" in resource.actions:
            types = draw(st.sampled_from([(), ("image/png", "image/jpeg")]))
            return structs.replace(resource, upload=Upload(types, 1_000))
        case "repeat" if "create" in resource.actions:
            resource = _with(resource, Field("key", Text(1, 40), unique=True))
            return structs.replace(resource, idempotent="key")
        case "json":
            return _with(resource, Field("payload", Json(), draw(st.booleans())))
        case _:
            return resource


@st.composite
def _told_by_children(draw: st.DrawFn, made: list[Resource]) -> list[Resource]:
    """Each resource with fields computed from those that refer to it, from marks, from factors."""
    told: list[Resource] = []
    for resource in made:
        numbers = [f.name for f in resource.fields if isinstance(f.kind, Integer | Decimal)]
        computed: list[Computed] = []
        if len(numbers) > 1:
            computed.append(Computed("product", Product(tuple(numbers[:2]))))
        if resource.marks:
            computed.append(Computed("likes", Marked("like")))
        for child in made:
            computed += _over(child, resource)
        some = draw(st.lists(st.sampled_from(computed), unique=True)) if computed else []
        told.append(structs.replace(resource, computed=tuple(some)))
    return told


def _over(child: Resource, parent: Resource) -> Iterator[Computed]:
    """Every aggregate over the rows of `child`."""
    numbers = [f.name for f in child.fields if isinstance(f.kind, Integer | Decimal)]
    for field in child.fields:
        if not isinstance(field.kind, Reference) or field.kind.resource != parent.name:
            continue
        over = f"over_{child.name}_{field.name}"[:50]
        yield Computed(f"n_{over}", Aggregate("count", child.name, field.name))
        functions = ("sum", "average", "minimum", "maximum") if numbers else ()
        for function in functions:
            formula = Aggregate(function, child.name, field.name, numbers[0])
            yield Computed(f"{function}_{over}", formula)
