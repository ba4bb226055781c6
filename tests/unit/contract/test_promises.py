"""What a contract with relations, accounts, rules and further operations can get wrong."""

import pytest
from msgspec.structs import replace

from smartforge.contract import (
    Access,
    Adjusts,
    Aggregate,
    Boolean,
    Code,
    Computed,
    Contract,
    Different,
    Field,
    Idempotency,
    Integer,
    Json,
    Mark,
    Marked,
    NoOverlap,
    NotMade,
    OneOpen,
    Ordered,
    Product,
    Redirect,
    Reference,
    References,
    Report,
    Resource,
    Slug,
    Text,
    TextList,
    Timestamp,
    Transition,
    UniqueTogether,
    Upload,
    Url,
    validate,
)
from tests.unit.contract.visits import (
    BASE,
    FIRM,
    OWNER,
    PERSON,
    ROOM,
    SECURED,
    USER,
    VISIT,
    access,
    accounts,
    adjusts,
    changed,
    circle,
    computed,
    move,
    problems,
    report,
    visit,
    with_field,
)


def test_the_base_of_these_tests_is_sound() -> None:
    assert validate(BASE) is BASE


SOUND = {
    "an aggregate of a product": replace(
        BASE,
        resources=(
            FIRM,
            PERSON,
            replace(
                ROOM, computed=(Computed("due", Aggregate("sum", "visit", "room_id", "cost")),)
            ),
            replace(VISIT, computed=(Computed("cost", Product(("guests", "price"))),)),
        ),
    ),
    "order of a number and a decimal": visit(rules=(Ordered("guests", "price"),)),
    "no overlap": visit(rules=(NoOverlap("begins", "ends", ("room_id",), "status", ("done",)),)),
    "one open": visit(rules=(OneOpen(("room_id",), "status", ("new",)),)),
    "adjusting": adjusts(),
    "always taking": adjusts(taking=("",)),
    "a stamped transition": move(stamp="paid_at", sources=("new",)),
    "a report of days": report(group="created_at", period="day", field="price"),
    "a report of references": report(group="room_id"),
    "an upload": visit(upload=Upload(("image/png",)), fields=VISIT.fields[:2] + VISIT.fields[-2:]),
    "an upload without a field": Contract(
        "A", (Resource("a", "as", (), ("list", "create", "read"), upload=Upload()),)
    ),
    "a redirect": visit(redirect=Redirect("code", "page", "seen")),
    "a redirect by slug": visit(redirect=Redirect("slug", "page")),
    "marks that are counted": visit(
        marks=(Mark("like"),), computed=(Computed("likes", Marked("like")),)
    ),
    "a range of what the server gives": visit(
        ranges=("created_at", "updated_at"), sorted_by="-created_at"
    ),
    "a circle with a way out": circle("alpha", "beta", required=False),
    "the owner with a role": access(update=Access("owner", ("host",))),
    "what is not made": replace(BASE, not_made=(NotMade("fly", "Fly there"),)),
    "an optional reference to itself": with_field(
        Field("up_id", Reference("visit", "clear"), False)
    ),
    "a token without accounts": Contract("A", (Resource("token", "tokens", ROOM.fields),)),
}


@pytest.mark.parametrize("contract", SOUND.values(), ids=SOUND)
def test_these_are_sound(contract: Contract) -> None:
    assert validate(contract) is contract


REFERENCES = [
    (with_field(Field("x", Reference("ghost"), False)), '"ghost", which is no resource'),
    (with_field(Field("x", References("ghost"), False, [])), '"ghost", which is no resource'),
    (with_field(Field("x", Reference("room", "clear", False))), "may not be null"),
    (with_field(Field("x", Reference("room"), False)), '"room_id" and "x" would both be listed'),
    (with_field(Field("x", References("room"), False)), "give it the default []"),
    (with_field(Field("x", References("room"), False, ["a"])), "an empty list"),
    (with_field(Field("x", References("room", 0), False, [])), "at most 0"),
    (with_field(Field("x", Reference("room", nested=False), False, 1)), "no default"),
    (circle("alpha"), '"alpha" -> "alpha"'),
    (circle("alpha", "beta"), '"alpha" -> "beta" -> "alpha"'),
    (circle("alpha", "beta", "gamma"), '"alpha" -> "beta" -> "gamma" -> "alpha"'),
]
FIELDS = [
    (with_field(Field("x", Text(), written="never")), "nobody sets it"),
    (with_field(Field("x", Text(), written="update")), "nobody sets it"),
    (with_field(Field("code", Code())), "clients never write it"),
    (with_field(Field("code", Code(), False, written="never")), "it is required"),
    (with_field(Field("code", Code(3), written="never")), "3 characters"),
    (with_field(Field("slug", Slug("ghost"), written="never")), '"ghost", which is no text'),
    (with_field(Field("slug", Slug("guests"), written="never")), '"guests", which is no text'),
    (with_field(Field("title", Text(), False)), '"title", which may be null'),
    (with_field(Field("x", TextList(), False, [], unique=True)), "several values"),
    (with_field(Field("x", Json(), False, unique=True)), "several values"),
    (with_field(Field("x", Text(), False, "same", unique=True)), "cannot be unique"),
    (with_field(Field("x", Json(1), False)), "at most 1 bytes"),
    (with_field(Field("x", Json(), False, "{}")), "no default"),
    (with_field(Field("updated_at", Timestamp())), "given by the server"),
    (with_field(Field("password", Text()), PERSON), "log in with a password"),
    (with_field(Field("role", Text()), PERSON), "there are roles"),
    (visit(fields=(*VISIT.fields, Field("size", Text())), upload=Upload()), "every upload has it"),
    (changed("person", fields=()), '"person" has no field'),
    (visit(actions=()), "can do nothing"),
    (
        changed("room", fields=(Field("n", Text(), written="creation"),)),
        "clients may change none",
    ),
]
LISTS = [
    (visit(sortable=("id", "labels")), '"labels" is a list'),
    (visit(sortable=("id", "payload")), '"payload"'),
    (visit(sorted_by="title"), '"title" by default'),
    (visit(filters=("ghost",)), '"ghost" is to be filtered by'),
    (visit(filters=("payload",)), '"payload" is a JSON object'),
    (visit(filters=("day", "day")), '"day" is named twice for filtering'),
    (visit(ranges=("ghost",)), '"ghost" is to have a range'),
    (visit(ranges=("title",)), '"title" is neither'),
    (visit(searched=("ghost",)), '"ghost" is to be searched'),
    (visit(searched=("guests",)), '"guests" is no text'),
    (
        visit(fields=(*VISIT.fields, Field("limit", Integer())), filters=("limit",)),
        'the query parameter "limit" would be for paging',
    ),
    (
        visit(fields=(*VISIT.fields, Field("q", Text())), filters=("q",), searched=("title",)),
        'the query parameter "q"',
    ),
    (
        visit(
            fields=(*VISIT.fields, Field("price_min", Integer())),
            filters=("price_min",),
            ranges=("price",),
        ),
        'the query parameter "price_min"',
    ),
    (
        visit(fields=(*VISIT.fields, Field("label", Text())), filters=("label", "labels")),
        'the query parameter "label"',
    ),
    (
        visit(
            fields=(*VISIT.fields, Field("at_id", Reference("firm"), False)), filters=("firm_id",)
        ),
        'the query parameter "firm_id" is in the path',
    ),
]
ACCESS = [
    (accounts(resource="ghost"), '"ghost", which is no resource'),
    (accounts(login=()), "name a field"),
    (accounts(login=("ghost",)), '"ghost", which is no field'),
    (accounts(login=("firm_id",)), '"firm_id", which is no text'),
    (accounts(login=("nick",)), '"nick", so it must be required'),
    (accounts(login=("email", "email")), "named twice"),
    (accounts(roles=("guest", "guest")), '"guest" is named twice'),
    (accounts(roles=("Big Boss",)), '"Big Boss"'),
    (accounts(token_minutes=0), "last 0 minutes"),
    (accounts(tenant="email"), '"email" is no reference'),
    (accounts(tenant=""), "accounts have none"),
    (with_field(Field("firm_name", Text(), False), PERSON), '"firm_name"'),
    (changed("firm", fields=(Field("title", Text()),)), 'text field "name"'),
    (changed("firm", fields=(*FIRM.fields, Field("vat", Text()))), '"vat" cannot be required'),
    (changed("person", owner="firm_id"), '"id"'),
    (changed("person", upload=Upload()), "cannot be uploads"),
    (replace(BASE, accounts=None), "no accounts"),
    (visit(owner="ghost"), '"ghost" is no reference'),
    (visit(owner="room_id"), '"room_id" does not point to "person"'),
    (visit(tenant="room_id"), '"room_id" does not point to "firm"'),
    (with_field(Field("owner_id", Reference("person", nested=False))), "clients never write it"),
    (access(create=Access()), '"owner_id" is the caller'),
    (access(list=Access()), "list cannot be open to anyone"),
    (access(list=Access("role", ("king",))), '"king" is none'),
    (access(list=Access("role")), "none is named"),
    (access(list=Access("user", ("host",))), "no effect"),
    (visit(owner="", access=replace(SECURED, update=OWNER)), "no field says who owns"),
    (changed("room", marks=(Mark("like", Access()),)), "cannot be open to anyone"),
    (Contract("A", (replace(ROOM, marks=(Mark("like"),)),)), "no accounts"),
    (Contract("A", (replace(ROOM, access=SECURED),)), "no accounts to log in with"),
]
RULES = [
    (visit(rules=(UniqueTogether(("title",)),)), "at least two fields"),
    (visit(rules=(UniqueTogether(("title", "ghost")),)), '"ghost" is no field'),
    (visit(rules=(UniqueTogether(("title", "tag_ids")),)), '"tag_ids" holds several'),
    (visit(rules=(Ordered("begins", "day"),)), '"begins" and "day" are neither'),
    (visit(rules=(Ordered("title", "title"),)), "greater than itself"),
    (visit(rules=(Ordered("title", "status"),)), '"title" and "status" are neither'),
    (visit(rules=(Ordered("ghost", "day"),)), '"ghost" is no field'),
    (visit(rules=(NoOverlap("guests", "ends", ("room_id",)),)), '"guests" is no date'),
    (visit(rules=(NoOverlap("begins", "paid_at", ("room_id",)),)), '"paid_at" may be null'),
    (visit(rules=(NoOverlap("begins", "day", ("room_id",)),)), "two dates or two timestamps"),
    (visit(rules=(NoOverlap("begins", "ends", ()),)), "name the fields"),
    (visit(rules=(NoOverlap("begins", "ends", ("tag_ids",)),)), '"tag_ids" holds several'),
    (visit(rules=(NoOverlap("begins", "ends", ("room_id",), "status"),)), 'values of "status"'),
    (
        visit(rules=(NoOverlap("begins", "ends", ("room_id",), "status", ("x",)),)),
        '"x" is no value',
    ),
    (visit(rules=(OneOpen((), "status", ("new",)),)), "name the fields"),
    (visit(rules=(OneOpen(("room_id",), "title", ("new",)),)), '"title" is no choice'),
    (visit(rules=(OneOpen(("room_id",), "status", ("gone",)),)), '"gone" is no value'),
    (visit(rules=(Different("room_id", "title"),)), '"title" is no reference'),
    (visit(rules=(Different("room_id", "room_id"),)), "differ from itself"),
    (visit(rules=(Different("room_id", "owner_id"),)), "point to different resources"),
    (adjusts(reference="next_id"), '"next_id" must be required'),
    (adjusts(reference="title"), '"title" is no reference'),
    (adjusts(amount="title"), '"title" is no number'),
    (adjusts(amount="seen"), '"seen" must be given and more than 0'),
    (adjusts(amount="price"), "fewer decimal places"),
    (adjusts(field="name"), '"name" of resource "room" is no number'),
    (adjusts(field="ghost"), '"ghost" of resource "room"'),
    (adjusts(direction="title"), '"title" is no choice'),
    (adjusts(direction="status", taking=("x",)), '"x" is no value'),
    (adjusts(taking=("out",)), '"out" means nothing'),
    (adjusts(own=True), "never takes anything"),
    (adjusts(taking=("",), own=True), "no field says who owns a row"),
    (
        visit(
            rules=(Adjusts("next_id", "guests", "guests", taking=("",), own=True),),
            access=replace(SECURED, create=Access()),
        ),
        "creation cannot be open to anyone",
    ),
    (
        replace(
            adjusts(), resources=visit(rules=(Adjusts("room_id", "guests", "stock"),)).resources
        ),
        '"update" cannot be',
    ),
]
FORMULAS = [
    (computed(Aggregate("count", "ghost", "room_id")), '"ghost", which is no resource'),
    (computed(Aggregate("count", "visit", "title")), '"title" of resource "visit" is no reference'),
    (computed(Aggregate("count", "visit", "owner_id")), 'no reference to "room"'),
    (computed(Aggregate("count", "visit", "room_id", "price")), "no effect"),
    (computed(Aggregate("sum", "visit", "room_id", "title")), '"title" of resource "visit" is no'),
    (computed(Aggregate("sum", "visit", "room_id")), "is no number"),
    (computed(Product(("stock",))), "two factors"),
    (computed(Product(("stock", "worked"))), '"worked" is no number field'),
    (computed(Product(("stock", "name"))), '"name" is no number field'),
    (computed(Marked("like")), 'no mark "like"'),
    (computed(Product(("stock", "stock")), "stock"), 'the same as "stock"'),
    (computed(Product(("stock", "stock")), "created_at"), "given by the server"),
    (report(group="ghost"), '"ghost", which is no field'),
    (report(group="day"), "need a period"),
    (report(group="labels"), '"labels"'),
    (report(group="title", period="day"), "no days"),
    (report(field="title"), '"title", of which it tells the sum'),
    (
        visit(fields=(*VISIT.fields, Field("count", Text())), reports=(Report("r", "count"),)),
        "also the name of a number",
    ),
    (report(group="title.name"), '"title.name" is no field, and no way'),
    (report(group="room_id.ghost"), '"room_id.ghost", which is no field'),
    (report(group="next_id.next_id.next_id.day", period="day"), "up to 2 references"),
    (report(period="week"), "weeks need a date"),
    (report(group="title", also=("room_id.title", "title")), '"title"'),
    (report(group="status", also=("next_id.status",)), 'would be called "status"'),
    (report(field="room_id.name"), '"room_id.name", of which it tells the sum'),
    (report(status="title", among=("x",)), '"title" is no choice'),
    (report(status="status"), "name the values"),
    (report(status="status", among=("gone",)), '"gone" is no value'),
    (report(among=("new",)), "values of no status"),
    (report(top=3), "no top 3"),
    (report(group="status", top=101), "not between 1 and 100"),
]
CHANGES = [
    (visit(version_required=True), "rows have none"),
    (visit(history=True, actions=("list", "create")), "rows cannot be read"),
    (changed("person", versioned=True), "they have no versions"),
    (
        visit(versioned=True, fields=(*VISIT.fields, Field("row_version", Timestamp(), False))),
        "the server's own",
    ),
    (changed("person", idempotency=Idempotency()), "so they take no idempotency keys"),
    (visit(idempotency=Idempotency(), upload=Upload()), "uploads take no idempotency keys"),
    (visit(idempotency=Idempotency(), idempotent="code"), "keys would have nothing to say"),
    (
        visit(idempotency=Idempotency(), actions=("list", "read"), transitions=()),
        "nothing is sent that could be sent again",
    ),
    (visit(soft_delete=True, actions=("list", "read")), "rows cannot be deleted"),
    (
        visit(
            soft_delete=True,
            fields=(*VISIT.fields, Field("deleted_at", Timestamp(), False)),
        ),
        "the server's own",
    ),
    (move(field="title"), '"title", which is no choice'),
    (move(requires=("title",)), '"title", which is no field that may be empty'),
    (move(not_owner=True, access=Access("owner")), "for a role or for everybody"),
    (move(having="ghost"), "exactly one reference"),
    (move(having="room"), "exactly one reference"),
    (move(target="gone"), '"gone" is no value'),
    (move(sources=("gone",)), '"gone" is no value'),
    (move(sources=("new", "new")), '"new" is named twice'),
    (move(target=True), '"True" is no value'),
    (move(stamp="begins"), '"begins" must be nullable'),
    (move(stamp="title"), '"title" is no timestamp'),
    (move(name="Finish"), '"Finish"'),
    (
        changed(
            "room",
            fields=(*ROOM.fields, Field("open", Boolean(), False, False)),
            transitions=(Transition("shut", "open", False),),
        ),
        "cannot write that on creation",
    ),
    (visit(upload=Upload(("image",))), '"image" is no media type'),
    (visit(upload=Upload(max_bytes=0)), "at most 0 bytes"),
    (visit(upload=Upload(), actions=("list",)), "nothing can be uploaded"),
    (visit(upload=Upload()), 'JSON object "payload"'),
    (visit(redirect=Redirect("title", "page")), '"title" is no code'),
    (visit(redirect=Redirect("code", "title")), '"title" is no URL'),
    (visit(redirect=Redirect("code", "page", "guests")), '"guests", which counts visits'),
    (visit(redirect=Redirect("code", "page", "title")), '"title", which counts visits'),
    (visit(idempotent="ghost"), '"ghost", which is no field'),
    (visit(idempotent="title"), '"title", so it must be unique'),
    (
        changed("person", actions=("read",), idempotent="email"),
        "rows cannot be created",
    ),
]
COLLISIONS = [
    (visit(transitions=(Transition("create", "status", "done", access=USER),)), '"create_visit"'),
    (
        visit(
            transitions=(Transition("like", "status", "done", access=USER),), marks=(Mark("like"),)
        ),
        'transition "like" of "visit" and of mark "like"',
    ),
    (visit(reports=(Report("r", access=USER),) * 2), '"r_of_visits"'),
    (changed("room", plural="r"), '"/r"'),
    (changed("room", plural="not_made"), '"/not-made"'),
    (
        replace(BASE, resources=(*BASE.resources, Resource("token", "tokens", ROOM.fields))),
        "the schema Token is taken",
    ),
    (
        replace(
            BASE,
            resources=(
                *BASE.resources,
                Resource("room_visit", "room_visits", ROOM.fields),
            ),
        ),
        '"list_room_visits"',
    ),
    (
        Contract(
            "A",
            tuple(
                Resource(
                    name,
                    f"{name}s",
                    (Field("code", Code(), written="never"), Field("to", Url())),
                    redirect=Redirect("code", "to"),
                )
                for name in ("alpha", "beta")
            ),
        ),
        '"GET /r/{}"',
    ),
    (replace(BASE, not_made=(NotMade("fly", "A"), NotMade("fly", "B"))), 'the same as "fly"'),
    (replace(BASE, not_made=(NotMade("fly", ""),)), "is empty"),
    (replace(BASE, not_made=(NotMade("Fly!", "A"),)), '"Fly!"'),
]
WRONG = [*REFERENCES, *FIELDS, *LISTS, *ACCESS, *RULES, *FORMULAS, *CHANGES, *COLLISIONS]


@pytest.mark.parametrize(("contract", "words"), WRONG, ids=[words for _, words in WRONG])
def test_a_broken_promise_is_named_with_its_words(contract: Contract, words: str) -> None:
    told = problems(contract)
    assert any(words in problem for problem in told), told


def test_one_circle_is_told_once() -> None:
    assert len(problems(circle("alpha", "beta", "gamma"))) == 1


def test_what_registration_makes_first_is_no_circle() -> None:
    boss = Field("boss_id", Reference("person", "clear", nested=False), False)
    validate(changed("firm", fields=(*FIRM.fields, boss)))
    needed = replace(boss, kind=Reference("person", nested=False), required=True)
    told = problems(changed("firm", fields=(*FIRM.fields, needed)))
    assert any('"boss_id" cannot be required' in problem for problem in told)


@pytest.mark.parametrize("resource", BASE.resources, ids=lambda one: one.name)
def test_no_broken_contract_makes_the_judge_stumble(resource: Resource) -> None:
    """A field renamed or gone, a whole resource gone: told with the name, never a fault."""
    others = tuple(one for one in BASE.resources if one is not resource)
    found = problems(replace(BASE, resources=others))
    assert any(f'"{resource.name}"' in one for one in found) or not found
    for field in resource.fields:
        left = tuple(one for one in resource.fields if one is not field)
        for fields in (left, (*left, replace(field, name="zz"))):
            found = problems(changed(resource.name, fields=fields))
            named = any(f'"{field.name}"' in one or "no field" in one for one in found)
            assert named or not found, found
