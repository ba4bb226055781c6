"""Computations that need no rows: each kind with what it takes and answers."""

from collections.abc import Mapping

from smartforge.contract.recipes import contests, measures, money, numbers, secrets, text
from smartforge.contract.recipes.recipe import LISTS, Form, Recipe, RecipeKind, Told

__all__ = ["FORMS", "LISTS", "Form", "Recipe", "RecipeKind", "Told"]

FORMS: Mapping[RecipeKind, Form] = {
    "text_statistics": text.STATISTICS,
    "unit_conversion": measures.CONVERSION,
    "password_strength": secrets.STRENGTH,
    "password_generator": secrets.GENERATOR,
    "slug": text.SLUG,
    "checksum": secrets.CHECKSUM,
    "calculator": numbers.CALCULATOR,
    "price": money.PRICE,
    "percentage": money.PERCENTAGE,
    "tip": money.TIP,
    "date_difference": numbers.DAYS,
    "date_shift": numbers.SHIFT,
    "loan": money.LOAN,
    "compound_interest": money.INTEREST,
    "number_facts": numbers.FACTS,
    "luhn": numbers.LUHN,
    "iban": numbers.IBAN,
    "text_transformation": text.TRANSFORMATION,
    "text_difference": text.DIFFERENCE,
    "markdown": text.MARKDOWN,
    "distance": measures.DISTANCE,
    "bmi": measures.BMI,
    "color": text.COLOR,
    "dice": numbers.DICE,
    "tournament": contests.TOURNAMENT,
}
