"""Recipes about numbers and dates: facts, checks of written numbers, spans of days, dice."""

from smartforge.contract.fields import Choice, Date, Field, Integer, Text
from smartforge.contract.recipes.recipe import Form, Told

CALCULATOR = Form(
    "calculator",
    "Work out an arithmetic expression",
    (Field("expression", Text(1, 200)),),
    (
        Told("result", "number", "Rounded to 12 significant digits."),
        Told("exact", "text", "The same without rounding: a whole number or a fraction."),
    ),
    {"expression": "2 * (3 + 4) ** 2 / 8"},
    {"result": 12.25, "exact": "49/4"},
    written=("expression",),
)

FACTS = Form(
    "facts about numbers",
    "Tell what is known of a whole number",
    (Field("number", Integer(1, 1_000_000)),),
    (
        Told("even", "truth"),
        Told("prime", "truth"),
        Told("divisors", "count", "How many there are, 1 and itself among them."),
        Told("prime_factors", "counts", "Ascending, each as often as it divides."),
        Told("binary", "text"),
        Told("hexadecimal", "text"),
        Told("roman", "text", "Up to 3999.", nullable=True),
        Told("fibonacci", "truth", "Whether it is one of Fibonacci's numbers."),
        Told("factorial", "text", "In digits, since it is long; up to 100.", nullable=True),
    ),
    {"number": 21},
    {
        "even": False,
        "prime": False,
        "divisors": 4,
        "prime_factors": [3, 7],
        "binary": "10101",
        "hexadecimal": "15",
        "roman": "XXI",
        "fibonacci": True,
        "factorial": "51090942171709440000",
    },
)

LUHN = Form(
    "card numbers",
    "Tell whether a card number can be one",
    (Field("number", Text(1, 40)),),
    (Told("valid", "truth", "12 to 19 digits whose check digit fits (Luhn)."),),
    {"number": "4111 1111 1111 1111"},
    {"valid": True},
)

IBAN = Form(
    "IBANs",
    "Tell whether an IBAN can be one",
    (Field("iban", Text(1, 60)),),
    (
        Told("valid", "truth", "Its check digits fit (ISO 13616)."),
        Told("country", "text", "Its two letters, where it is valid.", nullable=True),
    ),
    {"iban": "GB82 WEST 1234 5698 7654 32"},
    {"valid": True, "country": "GB"},
)

DAYS = Form(
    "time between dates",
    "Count the days between two dates",
    (Field("start", Date()), Field("end", Date())),
    (
        Told("days", "integer", "Negative where the end comes first."),
        Told("weeks", "integer", "Whole ones."),
        Told("working_days", "count", "Mondays to Fridays between them, the later day left out."),
        Told("years", "integer", "Whole ones: somebody's age."),
        Told("start_weekday", "text"),
        Told("end_weekday", "text"),
    ),
    {"start": "2024-02-28", "end": "2024-03-01"},
    {
        "days": 2,
        "weeks": 0,
        "working_days": 2,
        "years": 0,
        "start_weekday": "Wednesday",
        "end_weekday": "Friday",
    },
)

SHIFT = Form(
    "dates from now on",
    "Add days, weeks, months or years to a date",
    (
        Field("date", Date()),
        Field("amount", Integer(-10_000, 10_000)),
        Field("unit", Choice(("days", "weeks", "months", "years")), False, "days"),
    ),
    (
        Told("shifted", "text", "Of a shorter month the last day."),
        Told("weekday", "text"),
    ),
    {"date": "2024-01-31", "amount": 1, "unit": "months"},
    {"shifted": "2024-02-29", "weekday": "Thursday"},
)

DICE = Form(
    "dice",
    "Roll dice",
    (Field("dice", Integer(1, 100), False, 1), Field("sides", Integer(2, 1_000), False, 6)),
    (Told("rolls", "counts"), Told("sum", "count")),
    {"dice": 2, "sides": 6},
    {},
)
