"""Who may do what, as the offline planner reads it: accounts, roles, owners, tenants."""

import pytest

from smartforge.contract import Access, Action, Contract
from smartforge.planners.offline import plan


def contract(*prompts: str) -> Contract:
    return plan(prompts).contract


def access(prompt: str, resource: str, action: Action) -> Access:
    return contract(prompt).resource(resource).access.of(action)


ANYONE, USER = Access("anyone"), Access("user")


@pytest.mark.parametrize(
    "prompt",
    [
        "Kites API with login",
        "Kites with a name. Users sign up and log in.",
        "Kites with a name. Use JWT.",
        "Kites with a name. Users register with email and password.",
        "Kites with a name. Each user only sees their own kites.",
        "Kites with a name. Only admins can delete kites.",
        "Kites with a name. Only the owner can edit a kite.",
    ],
)
def test_accounts_are_made_where_somebody_must_be_known(prompt: str) -> None:
    found = contract(prompt)
    assert found.accounts is not None
    account = found.resource(found.accounts.resource)
    assert account.owner == "id"
    assert all(account.access.of(action).secured for action in account.actions)
    assert all(found.resource("kite").access.of(one).secured for one in ("create", "delete"))


@pytest.mark.parametrize(
    "prompt",
    [
        "Users have a name and an email",
        "Bakery. Customers place orders.",
        "Gym with members and classes. Members book classes.",
        "Kites with a name. No login needed.",
        "Attendees register for events. Events have a title.",
    ],
)
def test_people_without_log_in_are_plain_things(prompt: str) -> None:
    found = contract(prompt)
    assert found.accounts is None
    assert all(one.access.of("create") == ANYONE for one in found.resources)


@pytest.mark.parametrize(
    ("words", "login"),
    [
        ("Users log in.", ("email",)),
        ("Users register with email and password.", ("email",)),
        ("Users register with username and password.", ("username",)),
        ("Users register with username, email and password.", ("email", "username")),
    ],
)
def test_people_log_in_by_what_was_said(words: str, login: tuple[str, ...]) -> None:
    accounts = contract(f"Kites have a name. {words}").accounts
    assert accounts is not None
    assert accounts.login == login


def test_accounts_keep_what_was_said_of_them_without_asking_for_it_at_sign_up() -> None:
    user = contract("Kites. Users log in; each user has a bio and an avatar URL.").resource("user")
    assert {field.name for field in user.fields} >= {"email", "bio", "avatar_url"}
    assert not user.field("bio").required


def test_one_kind_of_people_that_signs_up_are_the_accounts() -> None:
    found = contract("Customers register and log in. Customers can only see their own orders.")
    assert found.accounts is not None
    assert found.accounts.resource == "customer"
    assert found.resource("order").owner == "customer_id"


def test_tokens_end_when_it_was_said() -> None:
    accounts = contract("Kites with login. Tokens expire after 2 hours.").accounts
    assert accounts is not None
    assert accounts.token_minutes == 120


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Anyone can browse kites, but you need to be logged in to add or change anything.",
         {"list": ANYONE, "read": ANYONE, "create": USER, "update": USER, "delete": USER}),
        ("Reading is public, writing requires login.",
         {"list": ANYONE, "create": USER, "delete": USER}),
        ("Users log in.", {"list": USER, "create": USER, "delete": USER}),
        ("Only the owner can edit or delete a kite. Anyone can see kites.",
         {"read": ANYONE, "update": Access("owner"), "delete": Access("owner")}),
        ("Each user has their own kites.",
         {"list": Access("owner"), "create": USER, "delete": Access("owner")}),
        ("Kites are private to their owner. Use JWT.",
         {"list": Access("owner"), "read": Access("owner"), "update": Access("owner")}),
        ("Only admins can add, edit or delete kites. Anyone can browse.",
         {"list": ANYONE, "create": Access("role", ("admin",)),
          "delete": Access("role", ("admin",))}),
        ("Kites can only be deleted by admins. Users log in.",
         {"create": USER, "delete": Access("role", ("admin",))}),
        ("Kites are public, only the owner can delete a kite.",
         {"list": ANYONE, "delete": Access("owner")}),
        ("Roles are viewer, editor and admin. Editors can create and edit kites, viewers can only "
         "read, admins can delete kites.",
         {"list": USER, "create": Access("role", ("editor", "admin")),
          "update": Access("role", ("editor", "admin")), "delete": Access("role", ("admin",))}),
        ("Pilots log in. Agents can see all kites, pilots only their own.",
         {"list": Access("owner", ("agent",)), "read": Access("owner", ("agent",))}),
        ("Creating kites needs an admin token.", {"create": Access("role", ("admin",))}),
    ],
)  # fmt: skip
def test_permissions_follow_the_words(words: str, wanted: dict[Action, Access]) -> None:
    prompt = f"Kites have a name and a span. {words}"
    for action, expected in wanted.items():
        assert access(prompt, "kite", action) == expected, action


def test_whoever_leads_manages_their_own_for_the_others_to_see() -> None:
    found = contract("Users can rsvp to fairs. Organizers manage their own fairs. Use JWT.")
    fair = found.resource("fair")
    assert fair.owner == "organizer_id"
    assert fair.access.list == USER
    assert fair.access.update == Access("owner")
    assert found.resource("rsvp").access.list.who == "owner"


def test_read_only_for_some_leaves_the_others_their_operations() -> None:
    found = contract("The kites API is read-only for guests, registered users may create kites.")
    assert found.resource("kite").access.list == ANYONE
    assert found.resource("kite").access.create == USER


def test_what_nobody_can_do_is_no_operation() -> None:
    found = contract("Kites have a name. Users log in. Nobody can delete kites.")
    assert "delete" not in found.resource("kite").actions


def test_nobody_but_the_owner_writes_what_a_person_wrote() -> None:
    prompt = "Anyone can browse films. Logged in users can review films. Films have a title."
    assert access(prompt, "review", "update") == Access("owner")
    assert access(prompt, "review", "list") == ANYONE


def test_parts_of_what_is_private_are_private() -> None:
    found = contract("Orders have items with a quantity. Each user has their own orders. JWT.")
    item = found.resource("item")
    assert item.owner
    assert item.access.list == Access("owner")


def test_roles_are_ordered_from_the_least_and_told() -> None:
    planned = plan(("Kites have a name. Roles: admin, viewer, editor. Use JWT.",))
    assert planned.contract.accounts is not None
    assert planned.contract.accounts.roles == ("viewer", "editor", "admin")
    assert any("nobody chooses one at sign-up" in note for note in planned.notes)


def test_roles_are_no_things() -> None:
    names = [one.name for one in contract("Admins can manage kites. Users log in.").resources]
    assert "admin" not in names
    assert "kite" in names


def test_lists_of_accounts_are_for_whom_the_words_say() -> None:
    prompt = "API with users. People register and log in. Only admins can list or delete users."
    assert access(prompt, "user", "list") == Access("role", ("admin",))
    assert access(prompt, "user", "delete") == Access("role", ("admin",))
    assert access(prompt, "user", "read") == Access("owner", ("admin",))


@pytest.mark.parametrize(
    ("prompt", "tenant"),
    [
        ("multi-tenant CRM. companies sign up, each company has its own contacts", "company"),
        ("Each workspace has its own boards. Boards have a title.", "workspace"),
        ("Multi-tenant app for kites. Kites have a name.", "organization"),
    ],
)
def test_tenants_hold_every_row_and_account(prompt: str, tenant: str) -> None:
    found = contract(prompt)
    assert found.accounts is not None
    assert found.accounts.tenant == f"{tenant}_id"
    for resource in found.resources:
        assert resource.tenant == ("" if resource.name == tenant else f"{tenant}_id")
    assert "create" in found.resource(found.accounts.resource).actions


def test_contradictions_take_the_safer_reading_and_quote_the_words() -> None:
    planned = plan(("A read-only API for kites where users can edit their own kites",))
    assert set(planned.contract.resource("kite").actions) == {"list", "read"}
    assert any("contradicts" in note and "edit their own kites" in note for note in planned.notes)


def test_refused_and_wanted_log_in_are_a_contradiction_with_accounts() -> None:
    planned = plan(("Kites without authentication. Each user only sees their own kites.",))
    assert planned.contract.accounts is not None
    assert any("contradicts" in note for note in planned.notes)


def test_owning_what_others_make_is_not_made_and_said() -> None:
    planned = plan(("Teachers can add grades. Students can only view their own grades. JWT.",))
    assert access("Teachers can add grades. Students can only view their own grades. JWT.",
                  "grade", "read") != USER  # fmt: skip
    assert any("own grades" in one for one in planned.operations_not_made)
    assert planned.contract.not_made


def test_other_ways_to_log_in_are_not_made() -> None:
    planned = plan(("Kites have a name. Users log in with OAuth2.",))
    assert any("oauth2" in one.lower() for one in planned.operations_not_made)


def test_what_is_assumed_about_access_is_said() -> None:
    notes = plan(("Kites API with login",)).notes
    assert any(note.startswith("Assumed, since nothing is said about access") for note in notes)


@pytest.mark.parametrize(
    "said",
    [
        "A booking belongs to its member and only its owner can cancel it.",
        "Members book classes; a booking belongs to its member and only the owner can cancel it.",
    ],
)
def test_what_belongs_to_its_member_is_owned_and_cancelled_by_that_member(said: str) -> None:
    made = contract(f"Gym API. Members log in. Classes have a name. {said} Members book classes.")
    booking = made.resource("booking")
    assert booking.owner == "member_id"
    assert [one.name for one in booking.transitions] == ["cancel"]
    assert not made.resource("class").transitions
