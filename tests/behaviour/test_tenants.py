"""Several companies in one API: none sees anything of another."""

import pytest

from smartforge.contract import (
    Access,
    Accounts,
    Contract,
    Email,
    Field,
    Permissions,
    Reference,
    Report,
    Resource,
    Text,
)
from tests.behaviour.apis import PASSWORD, Api, address, errors

pytestmark = pytest.mark.xdist_group("behaviour_tenants")

USER = Access("user")
ALL = Permissions(USER, USER, USER, USER, USER)
COMPANY = Field("company_id", Reference("company", "cascade", nested=False), written="never")
CONTRACT = Contract(
    "Customers",
    (
        Resource("company", "companies", (Field("name", Text()),), actions=()),
        Resource(
            "user",
            "users",
            (Field("email", Email(), unique=True), COMPANY),
            actions=("list", "read", "create"),
            access=Permissions(list=USER, read=USER, create=Access("role", ("admin",))),
            tenant="company_id",
        ),
        Resource(
            "contact", "contacts", (Field("name", Text()), COMPANY), access=ALL, tenant="company_id"
        ),
        Resource(
            "deal",
            "deals",
            (
                Field("title", Text()),
                Field("contact_id", Reference("contact", "cascade")),
                COMPANY,
            ),
            access=ALL,
            tenant="company_id",
            reports=(Report("summary", access=USER),),
        ),
    ),
    accounts=Accounts(roles=("member", "admin"), tenant="company_id"),
)


def test_each_registration_founds_a_company_with_its_first_admin(api: Api) -> None:
    one = api.newcomer(company_name="Acme").get("/auth/me")
    other = api.newcomer(company_name="Acme").get("/auth/me")
    assert one["company_id"] != other["company_id"]
    assert (one["role"], other["role"]) == ("admin", "admin")
    body = {"email": address(), "password": PASSWORD}
    assert errors(api.post("/auth/register", body, 422)) == [["body", "company_name"]]


def test_admins_add_people_to_their_own_company(api: Api) -> None:
    boss = api.newcomer(company_name="Acme")
    email = address()
    made = boss.post("/users", {"email": email, "password": PASSWORD})
    assert made["company_id"] == boss.get("/auth/me")["company_id"]
    assert made["role"] == "member"
    clerk = api.login(email)
    contact = boss.post("/contacts", {"name": "Ann"})["id"]
    assert clerk.get(f"/contacts/{contact}")["name"] == "Ann"
    clerk.post("/users", {"email": address(), "password": PASSWORD}, 403)
    assert sorted(clerk.ids("/users")) == sorted([boss.get("/auth/me")["id"], made["id"]])


def test_rows_of_another_company_are_not_there(api: Api) -> None:
    one, other = api.newcomer(company_name="A"), api.newcomer(company_name="B")
    contact = one.post("/contacts", {"name": "Ann"})
    path = f"/contacts/{contact['id']}"
    assert contact["company_id"] == one.get("/auth/me")["company_id"]
    other.get(path, 404)
    other.patch(path, {"name": "X"}, 404)
    other.delete(path, 404)
    other.get(f"{path}/deals", 404)
    assert other.get("/contacts")["total"] == 0
    problem = other.post("/deals", {"title": "D", "contact_id": contact["id"]}, 422)
    assert errors(problem) == [["body", "contact_id"]]
    other.get(f"/users/{one.get('/auth/me')['id']}", 404)
    assert one.get(path)["name"] == "Ann"


def test_reports_tell_of_ones_own_company(api: Api) -> None:
    one, other = api.newcomer(company_name="A"), api.newcomer(company_name="B")
    contact = one.post("/contacts", {"name": "Ann"})["id"]
    one.post("/deals", {"title": "D", "contact_id": contact})
    assert one.get("/deals/summary") == {"items": [{"count": 1}]}
    assert other.get("/deals/summary") == {"items": [{"count": 0}]}


def test_an_address_is_taken_in_every_company(api: Api) -> None:
    boss = api.newcomer(company_name="A")
    body = {"email": boss.get("/auth/me")["email"], "password": PASSWORD}
    api.newcomer(company_name="B").post("/users", body, 409)
    api.post("/auth/register", body | {"company_name": "C"}, 409)


def test_nobody_names_their_company(api: Api) -> None:
    one, other = api.newcomer(company_name="A"), api.newcomer(company_name="B")
    theirs = other.get("/auth/me")["company_id"]
    problem = one.post("/contacts", {"name": "Ann", "company_id": theirs}, 422)
    assert errors(problem) == [["body", "company_id"]]
    api.get("/contacts", 401)
