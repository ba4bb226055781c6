"""What is put in and taken out, as sentences say it: `deliveries in and sales out`, `top up`."""

import re
from collections.abc import Iterator

import msgspec

_IN = (
    r"deliver(?:y|ies)|restock\w*|refill\w*|replenish\w*|top(?: - |-| )ups?|topping up|load\w*"
    r"|deposit\w*|earn\w*|inbound|arrivals?|goods in|stock in|charge"
)
_OUT = (
    r"sales?|sell|sells|sold|consum\w+|spen[dt]\w*|withdraw\w*|redeem\w*|removals?|outbound|issues?"
    r"|goods out|stock out"
)
_WEAK_IN = r"add|adds|receive|receives|buy|buys|put|receipts?|purchases?"
_WEAK_OUT = r"use|uses|take|takes|remove|removes|pay|usage"
_BETWEEN = r"(?: (?!:|;)[a-z,_]+){0,5}? ?(?:,|/|and|or|&|then)(?: [a-z_]+){0,3}? "
_PAIR = re.compile(
    rf"\b(?:{_IN})\b{_BETWEEN}(?:{_OUT})\b(?: out)?|\b(?:{_OUT})\b{_BETWEEN}(?:{_IN})\b(?: in)?"
    r"|\b(?:book|count|move|scan|check)\w*(?: [a-z_]+){0,3} in (?:and|or|/) out\b"
    r"|\b(?P<what>[a-z_]+) in (?:and|or|/|,) (?P=what) out\b"
    r"|\b(?:incoming|inbound|inward) (?:and|or|,|/) (?:outgoing|outbound|outward)\b"
    r"|\bin(?:coming)? and out(?:going)? (?:of stock|movements?|bookings)\b"
)
_WEAK = re.compile(
    rf"\b(?:{_IN}|{_WEAK_IN})\b{_BETWEEN}(?:{_OUT}|{_WEAK_OUT})\b"
    rf"|\b(?:{_OUT}|{_WEAK_OUT})\b{_BETWEEN}(?:{_IN}|{_WEAK_IN})\b"
)
_POINTS = re.compile(r"\b(?:points?|credits?|coins?|tokens?|stars?|miles|stamps)\b")
_MONEY = re.compile(r"\b(?:money|balances?|funds?|deposit\w*|withdraw\w*|cash|euros?|dollars?)\b")
LIMIT = re.compile(
    r"\b(?:below|under|less than) (?:zero|0)\b|\b(?:negative|non-negative|overdraw\w*"
    r"|overdraft)\b"
    r"|\bmore (?:out |[a-z]+ )?than (?:there is|there are|(?:is|are) (?:available|there|left"
    r"|in there|in it|in"
    r" stock|on hand|on it|in it|on the [a-z]+|in the [a-z]+)|available"
    r"|in stock|(?:the |its |their |what is )?(?:balance|stock|available)[a-z]*"
    r"|(?:you|we|i|they) have|it has|was put in|went in"
    r"|what(?:'s| is) (?:there|left|available|in stock))\b|\binsufficient (?:funds|stock"
    r"|balance)\b"
    r"|\bout of stock\b"
)


class Pair(msgspec.Struct, frozen=True):
    """Where it is said that something goes in and out, and of what: stock, money or points."""

    begin: int
    end: int
    kind: str
    what: str = ""


def pairs(line: str, limited: bool) -> Iterator[Pair]:
    """What goes in and out in a line; where amounts are `limited`, weaker words tell it too."""
    if "check in" in line or "check-in" in line or "checked in" in line:
        return
    match = _PAIR.search(line) or (_WEAK.search(line) if limited else None)
    if match is not None:
        left = max(line.rfind(" , ", 0, match.start()) + 3, line.rfind(" : ", 0, match.start()) + 3)
        left = 0 if left < 3 else left
        right = line.find(" , ", match.end())
        end = len(line) if right < 0 else right
        clause = line[left:end]
        points = _POINTS.search(clause)
        kind = "points" if points else "money" if _MONEY.search(clause) else "stock"
        yield Pair(left, end, kind, points.group() if points else "")
