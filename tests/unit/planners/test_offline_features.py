"""What the words ask of lists, fields and rules stands in the contract, or the user is told."""

import functools

import pytest

from smartforge.contract import (
    Adjusts,
    Aggregate,
    Choice,
    Code,
    Contract,
    Different,
    Marked,
    NoOverlap,
    OneOpen,
    Ordered,
    Product,
    Redirect,
    Resource,
    Slug,
    UniqueTogether,
    Upload,
)
from smartforge.contract.fields import Json
from smartforge.planners.base import Planned
from smartforge.planners.offline import plan
from smartforge.planners.offline.features.paths import paths
from smartforge.planners.offline.verbs import verb_to


@functools.cache
def planned(prompt: str) -> Planned:
    return plan((prompt,))


def contract(prompt: str) -> Contract:
    return planned(prompt).contract


def resource(prompt: str, name: str) -> Resource:
    return contract(prompt).resource(name)


def moves(one: Resource) -> dict[str, tuple[object, tuple[object, ...]]]:
    """The transitions by name: where each leads and from where."""
    return {move.name: (move.target, move.sources) for move in one.transitions}


# ---- lists ------------------------------------------------------------------------------------

CELLAR = "Wines have a name, region, vintage year, price and color (red, white). "


@pytest.mark.parametrize(
    ("words", "searched", "filters", "ranges"),
    [
        ("Search by name or region.", ("name", "region"), ("color",), ()),
        ("Full-text search.", ("name", "region"), ("color",), ()),
        ("Filter by region and price range.", (), ("region", "color"), ("price",)),
        ("Let me list wines by region.", (), ("region", "color"), ()),
        ("Filter by color.", (), ("color",), ()),
        ("Show wines with a price below a limit.", (), ("color",), ("price",)),
        ("Filter between two dates.", (), ("color",), ("created_at",)),
    ],
)
def test_lists_are_searched_and_narrowed_as_said(
    words: str, searched: tuple[str, ...], filters: tuple[str, ...], ranges: tuple[str, ...]
) -> None:
    wine = resource(CELLAR + words, "wine")
    assert (wine.searched, wine.filters, wine.ranges) == (searched, filters, ranges)


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("Newest first.", "-created_at"),
        ("Cheapest first.", "price"),
        ("Sorted by name.", "name"),
        ("Sort by price, highest first.", "-price"),
        ("List them alphabetically.", "name"),
        ("Sort by price.", "id"),
    ],
)
def test_lists_come_in_the_order_that_was_said(words: str, order: str) -> None:
    assert resource(CELLAR + words, "wine").sorted_by == order


def test_what_lists_go_by_becomes_no_field() -> None:
    wine = resource(CELLAR + "Search by name, price range filter, order by price.", "wine")
    assert [one.name for one in wine.fields] == ["name", "region", "vintage_year", "price", "color"]


# ---- uniqueness -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "name", "unique", "together"),
    [
        ("Boats with name and hull number. Hull numbers are unique.", "boat", ["hull_number"], []),
        ("Boats with a name. No two boats can have the same name.", "boat", ["name"], []),
        (
            "Harbors with a name. Each berth belongs to a harbor. Berths have a label. "
            "No two berths of the same harbor can have the same label.",
            "berth",
            [],
            [("harbor_id", "label")],
        ),
        (
            "Courses and students. Each enrollment belongs to a student and a course. "
            "Enrollments have a date. One enrollment per student per course.",
            "enrollment",
            [],
            [("student_id", "course_id")],
        ),
    ],
)
def test_what_may_stand_only_once(
    prompt: str, name: str, unique: list[str], together: list[tuple[str, ...]]
) -> None:
    one = resource(prompt, name)
    assert [field.name for field in one.fields if field.unique] == unique
    rules = [rule.fields for rule in one.rules if isinstance(rule, UniqueTogether)]
    assert rules == together


# ---- states -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("repairs go open -> in progress -> closed", ("open", "in progress", "closed")),
        ("orders go from pending to paid to shipped", ("pending", "paid", "shipped")),
        ("posts are draft , then published", ("draft", "published")),
        ("each lead moves through new , contacted and won", ("new", "contacted", "won")),
        (
            "draft -> submitted -> approved / rejected",
            ("draft", "submitted", "approved", "rejected"),
        ),
    ],
)
def test_a_path_names_its_states_in_order(line: str, steps: tuple[str, ...]) -> None:
    found = [path.states for path, _, _ in paths(line)]
    assert found == [steps]


@pytest.mark.parametrize("line", ["ratings go from 1 to 5", "from one account to another"])
def test_what_names_no_states_is_no_path(line: str) -> None:
    assert list(paths(line)) == []


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("closed", "close"),
        ("in progress", "start"),
        ("graded", "grade"),
        ("shipped", "ship"),
        ("verified", "verify"),
        ("assembled", "assemble"),
        ("inspected", "inspect"),
        ("edited", "edit"),
        ("ready", "mark_ready"),
        ("broken", "mark_broken"),
    ],
)
def test_a_state_has_a_verb(state: str, verb: str) -> None:
    assert verb_to(state) == verb


def test_states_follow_each_other_only_as_said() -> None:
    prompt = (
        "Parcels have a label. Parcels go from registered to packed to shipped, "
        "and can be cancelled before shipping. They can't go back from packed to registered."
    )
    parcel = resource(prompt, "parcel")
    assert moves(parcel) == {
        "pack": ("packed", ("registered",)),
        "ship": ("shipped", ("packed",)),
        "cancel": ("cancelled", ("registered", "packed")),
    }
    assert (parcel.field("status").default, parcel.field("status").written) == (
        "registered",
        "update",
    )


def test_a_decision_begins_as_pending() -> None:
    one = resource("Claims have an amount. Approve or reject claims.", "claim")
    assert moves(one) == {
        "approve": ("approved", ("pending",)),
        "reject": ("rejected", ("pending",)),
    }
    assert one.field("status").kind == Choice(("pending", "approved", "rejected"))


def test_a_verb_gives_a_truth_value_its_operation() -> None:
    one = resource("Memos have a title and a text. Archive memos.", "memo")
    assert moves(one) == {"archive": (True, ())}
    assert one.field("archived").default is False


def test_a_jump_that_is_forbidden_is_not_there() -> None:
    prompt = (
        "Bugs have a title and a status (open, fixed, closed). "
        "A bug can't go straight from open to closed."
    )
    assert moves(resource(prompt, "bug"))["close"] == ("closed", ("fixed",))


def test_a_status_begins_with_its_first_value() -> None:
    one = resource("Kilns have a name and a status (cold, heating, hot)", "kiln")
    assert one.field("status").default == "cold"


# ---- rules ------------------------------------------------------------------------------------


def test_what_is_taken_at_one_time_is_not_taken_twice() -> None:
    prompt = (
        "Courts with a name. Each slot belongs to a court. Slots have start time and end time. "
        "Slots of the same court must never overlap. Slots can be cancelled."
    )
    rules = resource(prompt, "slot").rules
    assert Ordered("start_time", "end_time") in rules
    overlap = next(rule for rule in rules if isinstance(rule, NoOverlap))
    assert (overlap.within, overlap.status, overlap.ended) == (
        ("court_id",),
        "status",
        ("cancelled",),
    )


def test_one_field_comes_after_another_where_said() -> None:
    one = resource(
        "Trips have a name, start date and end date. The end date must be after the start date.",
        "trip",
    )
    assert one.rules == (Ordered("start_date", "end_date"),)


def test_what_is_lent_is_lent_once_until_it_is_back() -> None:
    prompt = (
        "Tools have a name. Members have a name. Lend tools to members. "
        "A lent tool cannot be lent again until it is returned."
    )
    loan = resource(prompt, "loan")
    assert OneOpen(("tool_id",), "status", ("active",)) in loan.rules
    assert moves(loan) == {"return": ("returned", ("active",))}
    assert loan.transitions[0].stamp == "returned_at"


def test_stock_is_moved_and_never_below_zero() -> None:
    prompt = (
        "Bolts with name and quantity. Record stock in and stock out. "
        "You can't take out more than there is."
    )
    moved = resource(prompt, "stock_movement")
    rule = Adjusts("bolt_id", "quantity", "quantity", "direction", ("out",))
    assert (moved.rules, moved.actions) == ((rule,), ("list", "create", "read"))
    assert resource(prompt, "bolt").field("quantity").written == "creation"


# ---- figures and reports ----------------------------------------------------------------------


def test_figures_follow_from_what_belongs_to_a_row() -> None:
    prompt = (
        "Hotels have a name. People can rate hotels 1-5. Show the average rating and "
        "the number of ratings."
    )
    hotel = resource(prompt, "hotel")
    assert {one.name: one.formula for one in hotel.computed} == {
        "average_rating": Aggregate("average", "rating", "hotel_id", "rating"),
        "ratings_count": Aggregate("count", "rating", "hotel_id"),
    }


def test_a_total_is_the_sum_of_its_lines() -> None:
    prompt = (
        "Quotes have a client name. Each quote item belongs to a quote. Quote items have a "
        "description, quantity and unit price. "
        "The total of a quote is the sum of quantity * unit price."
    )
    made = contract(prompt)
    line, quote = made.resource("quote_item"), made.resource("quote")
    assert [one.formula for one in line.computed] == [Product(("quantity", "unit_price"))]
    assert [one.formula for one in quote.computed] == [
        Aggregate("sum", "quote_item", "quote_id", "line_total")
    ]


@pytest.mark.parametrize(
    ("words", "name", "group", "period", "field"),
    [
        ("Totals per category.", "totals_per_category", "category", "", "amount"),
        ("Monthly totals.", "totals_per_month", "date", "month", "amount"),
        ("Show the number of costs per day.", "costs_per_day", "date", "day", ""),
    ],
)
def test_reports_have_groups_and_sums(
    words: str, name: str, group: str, period: str, field: str
) -> None:
    made = resource(f"Costs have an amount, a date and a category (fuel, food). {words}", "cost")
    assert [(one.name, one.group, one.period, one.field) for one in made.reports] == [
        (name, group, period, field)
    ]


VAN = (
    "Food trucks: dishes have a price and a course (starter, main); customers; orders have a"
    " customer and a status (open, paid, void); order lines have an order, a dish, a quantity and a"
    " unit price. "
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "Monthly revenue by course.",
            ("created_at", "month", "line_total", ("dish_id.course",), "", 0),
        ),
        ("Top 3 dishes by revenue.", ("dish_id", "", "line_total", (), "", 3)),
        ("Our best-selling dishes.", ("dish_id", "", "line_total", (), "", 10)),
        (
            "Show revenue of paid orders per week.",
            ("created_at", "week", "line_total", (), "order_id.status", 0),
        ),
        (
            "Turnover by customer and quarter",
            ("created_at", "quarter", "line_total", ("order_id.customer_id",), "", 0),
        ),
        ("Customers who spent the most.", ("order_id.customer_id", "", "line_total", (), "", 10)),
    ],
)
def test_reports_reach_what_rows_belong_to(
    words: str, expected: tuple[str, str, str, tuple[str, ...], str, int]
) -> None:
    (report,) = resource(VAN + words, "order_line").reports
    told = (report.group, report.period, report.field, report.also, report.status, report.top)
    assert told == expected


def test_what_has_a_per_of_its_own_is_a_report_of_its_own() -> None:
    dives = "Dives have a spot, a depth in metres and a date. Number of dives per "
    both = resource(f"{dives}spot and month.", "dive").reports
    assert [(one.group, one.period, one.also) for one in both] == [("date", "month", ("spot",))]
    apart = resource(f"{dives}spot and per month.", "dive").reports
    assert [(one.group, one.period) for one in apart] == [("spot", ""), ("date", "month")]


def test_a_span_of_time_is_not_made_but_told() -> None:
    notes = planned("Walks have a distance and a date. Distance per week for the last month.").notes
    assert any("for the last month" in note and "not made" in note for note in notes)


@pytest.mark.parametrize(
    ("prompt", "holder", "number"),
    [
        ("Bank accounts have an owner and a balance. Transfer money between accounts.", "", ""),
        ("Purses have a label and a balance. I move money from one purse to another.", "purse", ""),
        ("Guests have a name and coins. Guests can send coins to other guests.", "guest", "coins"),
        ("Depots. Shelves (depot, quantity). Move stock from one depot to another.", "shelf", ""),
        ("Teams with a name. A team gives credits to another team.", "team", "credits"),
    ],
)
def test_transfers_take_from_one_row_and_give_to_another(
    prompt: str, holder: str, number: str
) -> None:
    holder = holder or "bank_account"
    number = number or ("quantity" if holder == "shelf" else "balance")
    made = contract(prompt)
    first, second = f"from_{holder}_id", f"to_{holder}_id"
    transfer = made.resource("transfer")
    assert transfer.rules == (
        Different(first, second),
        Adjusts(first, "amount", number, taking=("",)),
        Adjusts(second, "amount", number),
    )
    assert transfer.actions == ("list", "create", "read")
    assert made.resource(holder).field(number).written == "creation"


@pytest.mark.parametrize(
    ("prompt", "name", "requires", "having"),
    [
        (
            "Petitions go draft -> filed. Signatures belong to a petition. A petition needs at"
            " least one signature before it can be filed.",
            "file",
            (),
            "signature",
        ),
        (
            "Essays go draft -> graded. Essays have a verdict (optional text). An essay cannot be"
            " graded without a verdict.",
            "grade",
            ("verdict",),
            "",
        ),
    ],
)
def test_a_move_may_need_a_value_or_a_row(
    prompt: str, name: str, requires: tuple[str, ...], having: str
) -> None:
    one = next(each for each in contract(prompt).resources if each.transitions)
    (move,) = (each for each in one.transitions if each.name == name)
    assert (move.requires, move.having) == (requires, having)
    assert one.field(move.field).written == "never"


def test_what_is_sent_but_cannot_be_counted_is_no_transfer() -> None:
    made = contract("Clubs have a name. Clubs can send an invitation to another club.")
    assert "transfer" not in [one.name for one in made.resources]


# ---- marks, files, codes, receivers -----------------------------------------------------------


def test_users_mark_rows_and_the_marks_are_counted() -> None:
    one = resource("Users log in. Poems have a title and text. Users can like poems.", "poem")
    assert [mark.name for mark in one.marks] == ["like"]
    assert [(each.name, each.formula) for each in one.computed] == [("likes_count", Marked("like"))]


def test_files_have_types_and_a_largest_size() -> None:
    one = resource("Upload pictures, max 2 MB, only png and jpeg. List and delete them.", "picture")
    assert one.upload == Upload(("image/png", "image/jpeg"), 2_000_000)


def test_a_short_code_redirects_and_counts() -> None:
    one = resource("URL shortener. The code redirects to the long URL. Count clicks.", "url")
    assert one.redirect == Redirect("code", "url", "clicks")
    assert isinstance(one.field("code").kind, Code)


def test_a_slug_is_made_from_a_text() -> None:
    one = resource("Essays have a title and a body. Essays get a slug from the title.", "essay")
    assert one.field("slug").kind == Slug("title")


def test_a_receiver_takes_the_same_thing_twice_without_effect() -> None:
    one = resource(
        "POST endpoint that takes delivery id, type and payload, ignores duplicates of the same "
        "delivery id. List events by type.",
        "event",
    )
    assert one.idempotent == "delivery_id"
    assert isinstance(one.field("payload").kind, Json)
    assert "type" in one.filters


# ---- honesty ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        ("Show a player's rank.", "rank"),
        ("Show a feed of poems.", "feed"),
        ("Make QR codes.", "QR"),
        ("Send webhooks.", "webhooks"),
    ],
)
def test_what_cannot_be_made_is_named(words: str, operation: str) -> None:
    made = planned(f"Poems have a title. {words}").operations_not_made
    assert any(operation in one for one in made)


def test_a_condition_that_is_not_kept_is_told() -> None:
    notes = planned("Polls have a question. Answers are taken only while the sun shines.").notes
    assert any("only while the sun shines" in note and "not kept" in note for note in notes)


@pytest.mark.parametrize(
    "prompt",
    [
        "Events with sort, limit, offset and q. Filter by q. Search by limit.",
        "Statuses have a status and a state. Statuses go from open to closed.",
        "Likes have a like. People can like likes.",
        "Reports have a report. Totals per report. Monthly reports.",
        "Files have a file, filename and size. Upload files.",
        "Codes have a code. Short codes redirect to a slug.",
        "Loans are lent and loans cannot be lent again until returned.",
        "Crates have a label. Crates go from get to list to create to delete.",
    ],
)
def test_odd_names_give_a_sound_contract(prompt: str) -> None:
    assert contract(prompt).resources
