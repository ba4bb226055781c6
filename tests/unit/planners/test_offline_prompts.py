"""Prompts as people write them: terse, vague, in the words of their trade."""

import pytest

from smartforge.contract import Adjusts, Choice, Redirect, Reference, Resource, Upload
from smartforge.planners.offline import plan


def resources(prompt: str) -> dict[str, Resource]:
    return {one.name: one for one in plan((prompt,)).contract.resources}


def names(resource: Resource) -> list[str]:
    return [field.name for field in resource.fields]


def parents(resource: Resource) -> set[str]:
    return {one.kind.resource for one in resource.fields if isinstance(one.kind, Reference)}


@pytest.mark.parametrize(
    "prompt",
    [
        "oboe name maker wood age price",
        "oboes: name maker wood age price",
        "oboe api name maker wood age price",
        "api for oboes name maker wood age price",
        "need an api for oboes. name maker wood age price",
        "crud for oboe, name maker wood age price",
    ],
)
def test_in_a_list_without_commas_every_word_is_a_field(prompt: str) -> None:
    found = resources(prompt)
    assert list(found) == ["oboe"]
    assert names(found["oboe"]) == ["name", "maker", "wood", "age", "price"]


def test_known_compounds_stay_together_without_commas() -> None:
    one = resources("anvil api name serial number purchase price image url")["anvil"]
    assert names(one) == ["name", "serial_number", "purchase_price", "image_url"]


@pytest.mark.parametrize(
    ("prompt", "links"),
    [
        (
            "An API with foundries, bells and inspections",
            {("bell", "foundry"), ("inspection", "bell")},
        ),
        (
            "Backend: greenhouses, orchids, valuations",
            {("orchid", "greenhouse"), ("valuation", "orchid")},
        ),
        ("- piers\n- dinghies\n- dinghy fees", {("dinghy", "pier"), ("dinghy_fee", "dinghy")}),
        (
            "I run a map shop: publishers, series and maps",
            {("series", "publisher"), ("map", "series")},
        ),
    ],
)
def test_nouns_of_a_known_kind_are_linked(prompt: str, links: set[tuple[str, str]]) -> None:
    found = resources(prompt)
    assert {(one, parent) for one in found for parent in parents(found[one])} == links


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        ("Tiny mountain hotel, please make a backend", {"room", "guest", "booking"}),
        ("something for my beekeeping hobby", {"hive", "inspection", "harvest"}),
        ("we are a law firm", {"client", "case", "invoice"}),
        ("I have a small kite shop and need a backend", {"product", "customer", "order"}),
        ("volunteer fire brigade software", {"vehicle", "volunteer", "incident"}),
        ("inventory for a cheese shop", {"product", "supplier", "customer", "order"}),
    ],
)
def test_a_trade_is_found_wherever_it_stands(prompt: str, kept: set[str]) -> None:
    assert set(resources(prompt)) == kept


def test_requests_of_a_kind_stay_one_resource_through_a_prompt() -> None:
    found = resources(
        "Loan approvals: clerks file loan requests with an amount and a purpose. Each request is "
        "pending, then granted or refused. Requests are assigned to a supervisor."
    )
    assert list(found) == ["loan_request"]
    one = found["loan_request"]
    assert names(one) == ["amount", "purpose", "status", "supervisor"]
    status = one.field("status").kind
    assert status == Choice(("pending", "granted", "refused"))
    assert {move.target for move in one.transitions} == {"granted", "refused"}


def test_what_something_has_is_not_a_field_of_its_whole() -> None:
    found = resources("operas with title and composer. Acts of an opera with number and place")
    assert names(found["opera"]) == ["title", "composer"]
    assert parents(found["act"]) == {"opera"}


@pytest.mark.parametrize(
    "said",
    [
        "A parcel id that was seen before is ignored.",
        "Duplicates are ignored.",
        "Each parcel id is processed at most once.",
        "Creating is idempotent.",
        "The same parcel id twice must not create a second row.",
        "Retries are skipped.",
    ],
)
def test_what_may_come_twice_is_kept_once(said: str) -> None:
    found = resources(f"A POST endpoint takes a parcel id, a kind and a payload. {said}")
    assert list(found) == ["parcel"]
    assert found["parcel"].idempotent == "parcel_id"
    assert found["parcel"].field("parcel_id").unique


def test_what_is_refused_when_it_comes_twice_is_not_idempotent() -> None:
    found = resources("Vouchers with code and value. Duplicate codes are rejected.")
    assert found["voucher"].idempotent == ""


@pytest.mark.parametrize(
    ("prompt", "parent", "number"),
    [
        (
            "Dyes with name and litres. Deliveries in, sales out; never sell more than is there.",
            "dye",
            "litres",
        ),
        ("Loyalty: customers top up and spend points, never below zero.", "customer", "points"),
        ("Wallets: deposit and withdraw money, balance never negative.", "wallet", "balance"),
        ("Vats with name and liters. Book wine in and out.", "vat", "liters"),
    ],
)
def test_what_goes_in_and_out_changes_a_number(prompt: str, parent: str, number: str) -> None:
    found = resources(prompt)
    rules = [rule for one in found.values() for rule in one.rules if isinstance(rule, Adjusts)]
    assert [(rule.reference, rule.field) for rule in rules] == [(f"{parent}_id", number)]
    assert found[parent].field(number).written == "creation"


@pytest.mark.parametrize(
    ("prompt", "name", "types"),
    [
        (
            "Upload permits (pdf or png), list them, download them again.",
            "permit",
            ("application/pdf", "image/png"),
        ),
        (
            "upload X-ray images, only PNG and JPEG, with a patient name",
            "x_ray_image",
            ("image/png", "image/jpeg"),
        ),
        (
            "Store leases as PDF. Each lease has a title. Download the file later.",
            "lease",
            ("application/pdf",),
        ),
    ],
)
def test_types_of_files_are_read_in_words(prompt: str, name: str, types: tuple[str, ...]) -> None:
    assert resources(prompt)[name].upload == Upload(types)


def test_a_short_link_needs_its_url_alone() -> None:
    link = resources("Short links. Track how often it was opened.")["link"]
    assert [one.name for one in link.fields if one.required and one.on_creation] == ["url"]
    assert link.redirect == Redirect("code", "url", "visits")


def test_what_is_so_anyway_is_told_once_and_is_no_resource() -> None:
    planned = plan(
        ("Kilns: name, heat. Paginate them. JSON everywhere, errors 404 and 422, REST, CRUD.",)
    )
    assert [one.name for one in planned.contract.resources] == ["kiln"]
    assert len([one for one in planned.notes if "so it is anyway" in one]) == 1
    assert not [one for one in planned.notes if "404" in one and one.startswith("Not understood")]
    assert planned.operations_not_made == ()


def test_visits_of_short_links_are_summed_up_and_can_be_narrowed_to_one_code() -> None:
    prompt = "Link shortener API. A long url gets a short code that redirects. Count clicks."
    (one,) = resources(prompt).values()
    assert [(report.name, report.field) for report in one.reports] == [("clicks", "clicks")]
    assert "code" in one.filters
