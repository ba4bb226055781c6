"""Which of the five actions are wanted, where a prompt says so; and how long a page is."""

from collections.abc import Sequence

from smartforge.contract import CRUD, Action, Paging
from smartforge.contract.names import quoted, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import Draft
from smartforge.planners.offline.tokens import Token, said
from smartforge.planners.offline.vocabulary import words

MAX_PAGE_SIZE = 100

_BETWEEN = word_set("allow allows support supports want need to be able i we users can let me")
_REFUSING = word_set("cannot can't never not without no shouldn't mustn't don't")
_AFTER_REFUSING = word_set("be need to allow support any want i")


def only_actions(tokens: Sequence[Token]) -> tuple[Action, ...]:
    """The actions of `create, list and read`; empty where there is any other word."""
    found: set[str] = set()
    for token in tokens:
        if token.low in (",", "and", "or", "&", "/", "only", "all", "by", "id", "one"):
            continue
        action = words().actions.get(token.low)
        if action is None:
            return ()
        found.add(action)
    return tuple(action for action in CRUD if action in found)


def limit(draft: Draft, tokens: Sequence[Token]) -> bool:
    """`read-only`, `only list and create`, `books cannot be deleted`: fewer than five actions."""
    lows = [token.low for token in tokens]
    allowed = _allowed(lows)
    refused = _refused(lows)
    if allowed is None and not refused:
        return False
    targets = [draft.find(name) for name in (singular(snake(low)) for low in lows) if name]
    found = [thing for thing in targets if thing is not None]
    start = (found[0].actions if found else None) or draft.actions
    kept: tuple[Action, ...] = tuple(
        action
        for action in (allowed if allowed is not None else start or CRUD)
        if action not in refused
    )
    if not kept:
        return False
    for thing in found:
        thing.actions = kept
    if not found:
        draft.actions = kept
    draft.note(f"{quoted(said(tokens))}: only {', '.join(kept)} will be made.")
    draft.effects += 1
    return bool(found) and allowed is None


def _allowed(lows: Sequence[str]) -> tuple[Action, ...] | None:
    """The actions that alone are wanted; None where the words limit nothing."""
    if "readonly" in lows or _has(lows, ("read", "only")):
        return ("list", "read")
    for place, low in enumerate(lows):
        if low != "only":
            continue
        at = place + 1
        while at < len(lows) and lows[at] in _BETWEEN:
            at += 1
        found: set[str] = set()
        while at < len(lows) and (lows[at] in words().actions or lows[at] in (",", "and", "or")):
            found.add(words().actions.get(lows[at], ""))
            at += 1
        actions: tuple[Action, ...] = tuple(action for action in CRUD if action in found)
        if actions:
            return actions
    return None


def _refused(lows: Sequence[str]) -> set[str]:
    """The actions that are not wanted."""
    found: set[str] = set()
    for place, low in enumerate(lows):
        if low not in _REFUSING:
            continue
        at = place + 1
        while at < len(lows) and lows[at] in _AFTER_REFUSING:
            at += 1
        joined = ("and", "or", ",")
        while at < len(lows) and (lows[at] in words().actions or (found and lows[at] in joined)):
            found |= {words().actions.get(lows[at], "")} & {"delete", "update"}
            at += 1
    return found


def _has(lows: Sequence[str], phrase: tuple[str, ...]) -> bool:
    width = len(phrase)
    return any(tuple(lows[at : at + width]) == phrase for at in range(len(lows) - width + 1))


def page_size(draft: Draft, tokens: Sequence[Token]) -> None:
    """`20 per page`, `pages of 20`, `page size of 20`."""
    lows = [token.low for token in tokens]
    for place, token in enumerate(tokens):
        if not token.number or not token.low.isdigit() or len(token.low) > 4:
            continue
        if not _is_page_size(lows[max(0, place - 3) : place], lows[place + 1 : place + 5]):
            continue
        size = int(token.low)
        if 1 <= size <= MAX_PAGE_SIZE:
            draft.paging = Paging(default_limit=size)
            draft.note(f"The page size is {size} entries per page.")
            draft.effects += 1
        else:
            draft.note(f'"{size} per page" was not used: a page holds 1 to {MAX_PAGE_SIZE}.')


def _is_page_size(before: list[str], after: list[str]) -> bool:
    if any(after[at : at + 2] in (["per", "page"], ["a", "page"]) for at in range(3)):
        return True
    ends = (["pages", "of"], ["page", "size"], ["page-size"], ["size", "of"])
    return any(before[-len(end) :] == end for end in ends) and "page" in "".join(before)
