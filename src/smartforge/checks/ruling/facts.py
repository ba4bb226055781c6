"""What computations must come to: known from tables, standards and by hand, for each kind.

`FACTS` are bodies with members of their answers; `REFUSED` are bodies without a result; `DRAWN`
are bodies whose answers are drawn by lot.
"""

from collections.abc import Mapping, Sequence

from smartforge.checks.surface import Json

_LISTED = "<ul>\n<li>one</li>\n<li><strong>two</strong></li>\n</ul>\n"
_LINKED = '<p><a href="https://example.com">a</a></p>\n'


def _match(
    number: int, home: str | None, away: str | None, winners: tuple[int | None, int | None]
) -> Json:
    home_from, away_from = winners
    return {
        "match": number,
        "home": home,
        "away": away,
        "home_from": home_from,
        "away_from": away_from,
    }


def _round(number: int, name: str, byes: list[str], *matches: Json) -> Json:
    return {"round": number, "name": name, "byes": byes, "matches": list(matches)}


_KNOWN = (None, None)
_RETURN_MATCH = [
    _round(1, "round 1", [], _match(1, "A", "B", _KNOWN)),
    _round(2, "round 2", [], _match(2, "B", "A", _KNOWN)),
]
# Whoever pauses stays where they are, the others move on; each is at home once.
_THREE = [
    _round(1, "round 1", ["C"], _match(1, "B", "A", _KNOWN)),
    _round(2, "round 2", ["B"], _match(2, "A", "C", _KNOWN)),
    _round(3, "round 3", ["A"], _match(3, "C", "B", _KNOWN)),
]
_KNOCKOUT = [
    _round(1, "semifinals", [], _match(1, "A", "D", _KNOWN), _match(2, "B", "C", _KNOWN)),
    _round(2, "final", [], _match(3, None, None, (1, 2))),
]

FACTS: Mapping[str, Sequence[tuple[Json, Json]]] = {
    "text_statistics": (
        ({"text": "one two three four"}, {"words": 4, "characters": 18, "sentences": 1}),
        (
            {"text": "No. Yes! No?\n\nA new one", "words_per_minute": 60, "most_frequent": 1},
            {
                "words": 6,
                "sentences": 4,
                "lines": 3,
                "paragraphs": 2,
                "reading_time_seconds": 6,
                "frequent_words": [{"word": "no", "count": 2}],
            },
        ),
        ({"text": ""}, {"words": 0, "characters": 0, "sentences": 0, "average_word_length": 0}),
    ),
    "unit_conversion": (
        ({"value": 1, "from_unit": "mile", "to_unit": "kilometer"}, {"result": 1.609344}),
        ({"value": 1, "from_unit": "inch", "to_unit": "centimeter"}, {"result": 2.54}),
        ({"value": 100, "from_unit": "celsius", "to_unit": "fahrenheit"}, {"result": 212}),
        ({"value": -40, "from_unit": "fahrenheit", "to_unit": "celsius"}, {"result": -40}),
        ({"value": 1, "from_unit": "pound", "to_unit": "gram"}, {"result": 453.59237}),
        (
            {"value": 36, "from_unit": "kilometer_per_hour", "to_unit": "meter_per_second"},
            {"result": 10},
        ),
        ({"value": 2, "from_unit": "gibibyte", "to_unit": "mebibyte"}, {"result": 2048}),
        ({"value": 1, "from_unit": "hectare", "to_unit": "square_meter"}, {"result": 10_000}),
        ({"value": 1, "from_unit": "us_gallon", "to_unit": "liter"}, {"result": 3.785411784}),
    ),
    "password_strength": (
        ({"candidate": "password"}, {"score": 0, "length": 8, "classes": ["lowercase"]}),
        ({"candidate": "12345678"}, {"score": 0, "classes": ["digits"]}),
        ({"candidate": "kV9#xq2!Lw7$Tz4&"}, {"score": 4, "length": 16}),
    ),
    "slug": (
        ({"text": "Hello, World!"}, {"slug": "hello-world"}),
        ({"text": "  Été à Paris  ", "separator": "_"}, {"slug": "ete_a_paris"}),
        ({"text": "one two", "max_length": 4}, {"slug": "one"}),
    ),
    "checksum": (
        (
            {"text": "abc"},
            {"digest": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        ),
        ({"text": "", "algorithm": "md5"}, {"digest": "d41d8cd98f00b204e9800998ecf8427e"}),
        (
            {"text": "abc", "algorithm": "sha1"},
            {"digest": "a9993e364706816aba3e25717850c26c9cd0d89d"},
        ),
        ({"text": "123456789", "algorithm": "crc32"}, {"digest": "cbf43926"}),
    ),
    "calculator": (
        ({"expression": "2 + 3 * 4"}, {"result": 14}),
        ({"expression": "(2 + 3) * 4"}, {"result": 20}),
        ({"expression": "-2 ** 2"}, {"result": -4}),
        ({"expression": "2 ** 3 ** 2"}, {"result": 512}),
        ({"expression": "0.1 + 0.2"}, {"result": 0.3, "exact": "3/10"}),
        ({"expression": "7 - 2 - 1"}, {"result": 4}),
    ),
    "price": (
        ({"net": 100, "tax_percent": 19}, {"gross": 119, "tax": 19}),
        ({"net": 0.5, "tax_percent": 25}, {"tax": 0.13, "gross": 0.63}),
        ({"net": 50, "discount_percent": 10, "discount_amount": 5}, {"gross": 40}),
        ({"net": 5, "discount_amount": 9}, {"gross": 0, "discount": 5}),
    ),
    "percentage": (({"amount": 200, "percent": 7.5}, {"share": 15, "increased": 215}),),
    "tip": (
        ({"bill": 50, "tip_percent": 20, "people": 4}, {"tip": 10, "per_person": 15}),
        ({"bill": 10, "tip_percent": 0, "people": 3}, {"per_person": 3.34}),
    ),
    "date_difference": (
        (
            {"start": "2000-02-29", "end": "2023-02-28"},
            {"years": 22, "days": 8400, "start_weekday": "Tuesday"},
        ),
        ({"start": "2024-01-08", "end": "2024-01-01"}, {"days": -7, "weeks": -1}),
        ({"start": "2024-01-05", "end": "2024-01-09"}, {"working_days": 2}),
    ),
    "date_shift": (
        ({"date": "2023-12-31", "amount": 1}, {"shifted": "2024-01-01", "weekday": "Monday"}),
        ({"date": "2024-02-29", "amount": 1, "unit": "years"}, {"shifted": "2025-02-28"}),
        ({"date": "2024-03-31", "amount": -1, "unit": "months"}, {"shifted": "2024-02-29"}),
    ),
    "loan": (
        ({"principal": 1200, "annual_rate_percent": 0, "months": 12}, {"monthly_payment": 100}),
        (
            {"principal": 200000, "annual_rate_percent": 6, "months": 360},
            {"monthly_payment": 1199.1},
        ),
    ),
    "compound_interest": (
        ({"principal": 1000, "annual_rate_percent": 5, "years": 10}, {"final_amount": 1628.89}),
        ({"principal": 100, "annual_rate_percent": 5, "years": 0}, {"interest": 0}),
    ),
    "number_facts": (
        ({"number": 97}, {"prime": True, "divisors": 2}),
        ({"number": 1}, {"prime": False, "divisors": 1, "roman": "I", "factorial": "1"}),
        ({"number": 1994}, {"roman": "MCMXCIV", "binary": "11111001010", "prime": False}),
        ({"number": 144}, {"fibonacci": True, "prime_factors": [2, 2, 2, 2, 3, 3]}),
        ({"number": 4000}, {"roman": None, "factorial": None}),
    ),
    "luhn": (
        ({"number": "4111-1111-1111-1111"}, {"valid": True}),
        ({"number": "378282246310005"}, {"valid": True}),
        ({"number": "4111111111111112"}, {"valid": False}),
        ({"number": "not a number"}, {"valid": False}),
    ),
    "iban": (
        ({"iban": "DE89370400440532013000"}, {"valid": True, "country": "DE"}),
        ({"iban": "DE89370400440532013001"}, {"valid": False, "country": None}),
    ),
    "text_transformation": (
        ({"text": "Abc", "operation": "reverse"}, {"result": "cbA"}),
        ({"text": "A man, a plan: Panama!", "operation": "uppercase"}, {"palindrome": False}),
        ({"text": "No lemon, no melon", "operation": "lowercase"}, {"palindrome": True}),
        ({"text": "hello big world", "operation": "camel_case"}, {"result": "helloBigWorld"}),
        ({"text": "Hi!", "operation": "base64_encode"}, {"result": "SGkh"}),
        ({"text": "Hello", "operation": "rot13"}, {"result": "Uryyb"}),
    ),
    "text_difference": (
        ({"before": "a\nb\nc", "after": "a\nc"}, {"added": 0, "removed": 1, "equal": False}),
        ({"before": "A", "after": "a", "ignore_case": True}, {"equal": True, "unified_diff": ""}),
    ),
    "markdown": (
        ({"text": "- one\n- **two**"}, {"html": _LISTED}),
        ({"text": "[a](https://example.com)"}, {"html": _LINKED}),
        (
            {"text": "<script>alert(1)</script>"},
            {"html": "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
        ),
        ({"text": "[x](javascript:alert(1))"}, {"html": "<p>[x](javascript:alert(1))</p>\n"}),
        ({"text": ""}, {"html": ""}),
    ),
    "distance": (
        (
            {"from_latitude": 0, "from_longitude": 0, "to_latitude": 90, "to_longitude": 0},
            {"kilometers": 10007.557},
        ),
        (
            {"from_latitude": 10, "from_longitude": 20, "to_latitude": 10, "to_longitude": 20},
            {"kilometers": 0, "miles": 0},
        ),
    ),
    "bmi": (
        ({"weight_kg": 70, "height_cm": 175}, {"bmi": 22.9, "category": "normal"}),
        ({"weight_kg": 100, "height_cm": 170}, {"bmi": 34.6, "category": "obese"}),
    ),
    "color": (
        ({"red": 0, "green": 128, "blue": 0}, {"hex": "#008000", "hue": 120, "lightness": 25.1}),
        ({"red": 255, "green": 255, "blue": 255}, {"hex": "#ffffff", "dark": False}),
        ({"red": 0, "green": 0, "blue": 128}, {"complement": "#ffff7f", "dark": True}),
    ),
    "dice": (({"dice": 3, "sides": 2}, {}),),
    "tournament": (
        ({"participants": list("ABCD")}, {"match_count": 6}),
        ({"participants": ["A", "B"], "legs": 2}, {"match_count": 2, "rounds": _RETURN_MATCH}),
        ({"participants": ["A", "B", "C"]}, {"match_count": 3, "rounds": _THREE}),
        (
            {"participants": list("ABCD"), "kind": "single_elimination"},
            {"match_count": 3, "rounds": _KNOCKOUT},
        ),
    ),
    "password_generator": (({"length": 8}, {}),),
}

REFUSED: Mapping[str, Sequence[Json]] = {
    "tournament": tuple({"participants": one} for one in ([], ["A"], ["A", "B", "A"])),
    "unit_conversion": (
        {"value": 1, "from_unit": "mile", "to_unit": "kilogram"},
        {"value": -274, "from_unit": "celsius", "to_unit": "kelvin"},
    ),
    "calculator": tuple(
        {"expression": one}
        for one in ("1 / 0", "2 +", "(1", "1 2", "__import__", "9 ** 9 ** 9", "2 ** 0.5")
    ),
    "date_shift": ({"date": "9999-12-31", "amount": 1},),
}

DRAWN: Mapping[str, Json] = {
    "password_generator": {"length": 20},
    "dice": {"dice": 40, "sides": 1000},
}
