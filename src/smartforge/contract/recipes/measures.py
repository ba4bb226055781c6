"""Recipes about measures: units, distances on the earth, the weight of a body."""

from smartforge.contract.fields import Choice, Decimal, Field
from smartforge.contract.recipes.recipe import Form, Told

UNITS = (
    *("millimeter", "centimeter", "meter", "kilometer", "inch", "foot", "yard", "mile"),
    *("nautical_mile", "milligram", "gram", "kilogram", "tonne", "ounce", "pound", "stone"),
    *("celsius", "fahrenheit", "kelvin", "milliliter", "liter", "cubic_meter", "us_teaspoon"),
    *("us_tablespoon", "us_fluid_ounce", "us_cup", "us_pint", "us_quart", "us_gallon"),
    *("imperial_pint", "imperial_gallon", "meter_per_second", "kilometer_per_hour"),
    *("mile_per_hour", "knot", "square_meter", "square_kilometer", "square_foot", "square_mile"),
    *("hectare", "acre", "bit", "byte", "kilobyte", "megabyte", "gigabyte", "terabyte"),
    *("kibibyte", "mebibyte", "gibibyte", "tebibyte", "second", "minute", "hour", "day", "week"),
)

CONVERSION = Form(
    "unit conversion",
    "Convert a value from one unit to another",
    (
        Field("value", Decimal("-1000000000000", "1000000000000", 6)),
        Field("from_unit", Choice(UNITS)),
        Field("to_unit", Choice(UNITS)),
    ),
    (
        Told("quantity", "text", "What both units measure."),
        Told("result", "number", "Exact, then rounded to 12 significant digits."),
    ),
    {"value": 3, "from_unit": "mile", "to_unit": "kilometer"},
    {"quantity": "length", "result": 4.828032},
)

DISTANCE = Form(
    "distances between places",
    "Measure how far two places on the earth are apart",
    (
        Field("from_latitude", Decimal("-90", "90", 6)),
        Field("from_longitude", Decimal("-180", "180", 6)),
        Field("to_latitude", Decimal("-90", "90", 6)),
        Field("to_longitude", Decimal("-180", "180", 6)),
    ),
    (
        Told("kilometers", "number", "Along a great circle of a globe of radius 6371.0088 km."),
        Told("miles", "number"),
    ),
    {"from_latitude": 0, "from_longitude": 0, "to_latitude": 0, "to_longitude": 180},
    {"kilometers": 20015.114, "miles": 12436.816},
)

BMI = Form(
    "the body mass index",
    "Compute a body mass index",
    (
        Field("weight_kg", Decimal("1", "700", 2)),
        Field("height_cm", Decimal("30", "300", 2)),
    ),
    (Told("bmi", "number"), Told("category", "text", "Of adults, as the WHO draws the lines.")),
    {"weight_kg": 81, "height_cm": 180},
    {"bmi": 25, "category": "overweight"},
)
