"""One entry of a list as the several fields that it may hold."""

from collections.abc import Sequence

from smartforge.contract import Boolean, Decimal, Integer, Url
from smartforge.contract.names import snake
from smartforge.planners.offline.fieldkinds import kind_of_name
from smartforge.planners.offline.items import Item, is_choice_name, split_items
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, words


def parts_of(item: Item) -> list[Item]:
    """The fields that an entry holds: `title year genre`, `position (latitude, longitude)`."""
    if len(item.inner) == 1 and not item.choices:
        inner = split_items(item.inner[0])
        if len(inner) > 1 and _are_fields(inner, is_choice_name(item.lows)):
            return inner
    cut = pieces(item.tokens)
    if len(cut) == 1:
        return [item]
    parts = [Item(tokens, [], item.separator) for tokens in cut]
    parts[-1].inner, parts[-1].choices = item.inner, item.choices
    return parts


def _are_fields(items: Sequence[Item], values: bool) -> bool:
    """Whether the words in parentheses are fields of their own and neither values nor types."""
    kinds = [kind_of_name(snake(item.said)) for item in items]
    if values:
        return all(isinstance(kind, Integer | Decimal) for kind in kinds)
    typed = any(low in attributes().types for item in items for low in item.lows)
    return not typed and all(kind and not isinstance(kind, Boolean) for kind in kinds)


def pieces(tokens: Sequence[Token]) -> list[list[Token]]:
    """`title year genre` as three names: cut where most words are known as fields of their own.

    `tokens` as one piece where that gives fewer than three names, or fewer than two known ones.
    """
    lows = [token.low for token in tokens]
    names = attributes()
    if len(lows) < 3 or any(not one.word or one.low in words().determiners for one in tokens):
        return [list(tokens)]
    if any(low in words().stops and not _unit_at(lows, at) for at, low in enumerate(lows)):
        return [list(tokens)]
    cut: list[list[Token]] = []
    known = place = 0
    while place < len(lows):
        pair = "_".join(lows[place : place + 2])
        link = lows[place + 1 : place + 2] == ["url"] and isinstance(
            names.kinds.get(lows[place]), Url
        )
        sure = link or pair in names.compounds or pair in names.kinds
        alone = not sure and lows[place] in names.kinds
        tail = not (sure or alone) and place + 1 < len(lows) and _ends_names(lows[place + 1])
        known += sure or alone
        width = 2 if (sure and place + 1 < len(lows)) or tail else 1
        width += 2 * _unit_at(lows, place + width)
        cut.append(list(tokens[place : place + width]))
        place += width
    known += lows[0] in ("name", "title")
    return cut if len(cut) > 2 and known > 1 else [list(tokens)]


def _unit_at(lows: Sequence[str], at: int) -> bool:
    """`in ml` belongs to the name before it."""
    return (
        at > 0
        and lows[at : at + 1] == ["in"]
        and bool({*lows[at + 1 : at + 2]} & attributes().units.keys())
    )


def _ends_names(low: str) -> bool:
    """`number` ends the name `issue number`, and `price` stands alone."""
    return low in attributes().tails
