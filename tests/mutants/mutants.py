"""All wrong variants: one file for each contract whose project they are variants of."""

from tests.mutants import of_club, of_forum, of_hotel, of_office, of_shop

MUTANTS = (
    *of_shop.VARIANTS,
    *of_hotel.VARIANTS,
    *of_forum.VARIANTS,
    *of_club.VARIANTS,
    *of_office.VARIANTS,
)
