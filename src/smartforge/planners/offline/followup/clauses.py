"""A follow-up as clauses, each one order or one statement, without politeness."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract import Contract
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.followup.names import PRONOUNS, bare, field_in, resource_in
from smartforge.planners.offline.followup.phrases import Words, worded, words_of
from smartforge.planners.offline.statements.vocabulary import actions_of, people
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import words

MAX_SUBJECT = 5

_JOINING = word_set(", ; and & plus then but also — –")
_MODALS = word_set(
    """
    should must need needs can can't cannot could may might has have had is are isn't aren't don't
    doesn't shouldn't mustn't belong belongs get gets go goes requires require defaults default
    """
)
_STRICT_MODALS = word_set(
    "should must needs need can can't cannot may don't doesn't belongs belong"
)
_LEADING = tuple(
    tuple(line.split())
    for line in """
    could you please
    can you please
    would you please
    could you
    can you
    would you mind
    would you
    will you
    can we
    could we
    shall we
    can i
    could i
    i would like you to
    i'd like you to
    i would like to
    i'd like to
    i would like
    i'd like
    i want you to
    i need you to
    i want to
    i wanna
    i also want to
    we want to
    we need to
    we also need to
    i need to
    we should
    you should
    we would like to
    we'd like to
    i think we should
    i think
    is it possible to
    would it be possible to
    is there a way to
    it would be nice to
    it would be great to
    how about
    what about
    why not
    let us
    let's
    lets
    go ahead and
    one more thing
    one thing
    by the way
    btw
    next
    next up
    now
    so
    ok
    okay
    well
    right
    oh
    hey
    hi
    hello
    thanks
    thank you
    great
    nice
    cool
    perfect
    good
    hmm
    um
    uh
    sorry
    oops
    actually
    wait
    also
    additionally
    furthermore
    moreover
    besides
    please
    pls
    plz
    plse
    kindly
    just
    simply
    maybe
    perhaps
    finally
    then
    and
    but
    ,
    ;
    :
    -
    —
    –
    """.strip().splitlines()
)
_TRAILING = tuple(
    tuple(line.split())
    for line in """
    please
    pls
    plz
    too
    as well
    thanks
    thank you
    thx
    ty
    cheers
    now
    for me
    if possible
    from now on
    then
    though
    btw
    if you can
    ok
    okay
    right
    ,
    !
    ?
    .
    :
    ;
    :)
    )
    """.strip().splitlines()
)
_OPENS = frozenset("(")
_GERUNDS = {
    "adding": "add",
    "removing": "remove",
    "deleting": "delete",
    "dropping": "drop",
    "renaming": "rename",
    "making": "make",
    "changing": "change",
    "calling": "call",
    "having": "have",
    "giving": "give",
    "letting": "let",
    "allowing": "allow",
    "setting": "set",
    "putting": "put",
    "limiting": "limit",
    "keeping": "keep",
    "undoing": "undo",
    "replacing": "replace",
    "requiring": "require",
}
_SHORT = {"2": "to", "4": "for", "u": "you", "w": "with", "n": "and", "shud": "should"}
_APOSTROPHES = {
    one.replace("'", ""): one
    for one in word_set("isn't aren't don't doesn't shouldn't mustn't can't couldn't needn't")
}


# What a follow-up does anyway: it asks for nothing.
_ELSE = r"(?:(?:all|everything|anything|nothing) else|(?:the |all the )?(?:rest|others?))"
_LIKE = r"(?: (?:(?:just )?as|like) (?:it|they) (?:is|are|was|were)"
_REST = re.compile(
    rf"(?:keep|leave|let) {_ELSE}{_LIKE}| unchanged| alone| the same| untouched| intact)?"
    rf"|{_ELSE} (?:stays?|remains?|is|are|(?:should|must|can) (?:stay|remain))"
    rf"{_LIKE}| unchanged| the same| fine| ok| okay| good)?"
    rf"|(?:don't|do not|never) (?:touch|change|alter|break|modify) {_ELSE}"
    rf"|without (?:touching|changing|breaking) {_ELSE}|nothing else(?: changes)?"
)


class Clause(msgspec.Struct, frozen=True):
    """One order or statement. `sentence` holds the same words as the base reading takes them.

    `about` is the resource of which it was said to be: `books: drop the price, add a size`.
    """

    words: Words
    sentence: Sentence
    text: str
    about: str = ""


def clauses(sentences: Sequence[Sentence], contract: Contract) -> Iterator[Clause]:
    """The clauses of a follow-up in their order."""
    for sentence in sentences:
        tokens = _spelled(sentence.tokens, contract)
        about, tokens = _headed(tokens, contract)
        parts = list(_cut(tokens, contract))
        for part in parts:
            kept = polite_off(part)
            if not any(token.word or token.number for token in kept):
                continue
            if _REST.fullmatch(worded(kept).low):
                continue
            whole = len(parts) == 1
            bullet, opens = sentence.bullet, sentence.opens and part is parts[-1]
            text = sentence.text if whole else said(kept)
            read = _without_trade(kept)
            told = Sentence(tuple(read), said(read), bullet, opens)
            yield Clause(worded(kept), told, text, about)


def _headed(tokens: list[Token], contract: Contract) -> tuple[str, list[Token]]:
    """The resource before a colon after which orders follow, and these."""
    lows = [token.low for token in tokens]
    at = lows.index(":") if ":" in lows[: MAX_SUBJECT + 1] else 0
    named = resource_in(contract, " ".join(lows[:at])) if at else None
    if named is None or len(lows) < at + 3 or lows[at + 1] not in words_of("verbs"):
        return "", tokens
    return named.name, tokens[at + 1 :]


def polite_off(tokens: Sequence[Token]) -> list[Token]:
    """`tokens` without what is said for politeness before and after an order."""
    kept = list(tokens)
    while True:
        lows = tuple(token.low for token in kept[:6])
        width = max((len(one) for one in _LEADING if lows[: len(one)] == one), default=0)
        if not width or kept[0].literal:
            break
        kept = kept[width:]
    while True:
        lows = tuple(token.low for token in kept[-4:])
        width = max((len(one) for one in _TRAILING if lows[-len(one) :] == one), default=0)
        if (
            not width
            or kept[-1].literal
            or (lows[-1] == ")" and _OPENS & {one.low for one in kept})
        ):
            break
        kept = kept[:-width]
    lows = [token.low for token in kept[-3:]]
    if lows[:1] in (["to"], ["in"], ["into"], ["for"]) and lows[1:2] in (["the"], ["my"], ["our"]):
        kept = kept[:-3] if lows[2:] and lows[2] in words().products and len(kept) > 4 else kept
    if kept and kept[0].low in _GERUNDS and not kept[0].literal:
        kept[0] = _as(kept[0], _GERUNDS[kept[0].low])
    return kept


_TRADE = word_set("resource entity table collection model endpoint type kind object")


def _without_trade(tokens: Sequence[Token]) -> list[Token]:
    """`keep publishers with ...` of `add a new resource called publishers with ...`."""
    lows = [token.low for token in tokens]
    if not lows or lows[0] not in ("add", "create", "introduce", "include", "keep", "need", "want"):
        return list(tokens)
    at = 1
    while at < len(lows) and lows[at] in ("a", "an", "the", "new", "another", "second", "one"):
        at += 1
    if at + 1 >= len(lows) or lows[at] not in _TRADE:
        return list(tokens)
    at += 1
    while at + 1 < len(lows) and lows[at] in ("called", "named", "for", ":", "of"):
        at += 1
    return [_as(tokens[0], "keep"), *tokens[at:]]


def _as(token: Token, text: str) -> Token:
    return msgspec.structs.replace(token, text=text, low=text, word=True, number=False)


def _spelled(tokens: Sequence[Token], contract: Contract) -> list[Token]:
    """`add price 2 books` with its `to`."""
    made: list[Token] = []
    for at, token in enumerate(tokens):
        short = None if token.literal else _SHORT.get(token.low) or _APOSTROPHES.get(token.low)
        if token.number and short is not None:
            following = " ".join(one.low for one in tokens[at + 1 : at + 3])
            named = resource_in(contract, following) or resource_in(
                contract, following.split(" ")[0]
            )
            short = short if at and named is not None else None
        made.append(token if short is None else _as(token, short))
    return made


# ---- cutting ---------------------------------------------------------------------------------


def _cut(tokens: Sequence[Token], contract: Contract) -> Iterator[list[Token]]:
    begin = at = 0
    carried: list[Token] = []
    while at < len(tokens):
        if tokens[at].low in _JOINING and not tokens[at].literal:
            after = at
            while after < len(tokens) and tokens[after].low in _JOINING | {"please", "pls"}:
                after += 1
            left = [*carried, *tokens[begin:at]]
            fresh = _begins(tokens, after, left, contract)
            again = None if fresh else _elided(tokens, after, left)
            if fresh and resource_in(contract, " ".join(one.low for one in left)) is not None:
                fresh = False  # `dogs also get a weight`: of whom the rest is said
            if left and (fresh or again is not None):
                yield left
                begin, carried = after, [again] if again else []
            at = max(after, at + 1)
        else:
            at += 1
    rest = [*carried, *tokens[begin:]]
    if rest:
        yield rest


def _begins(tokens: Sequence[Token], at: int, left: Sequence[Token], contract: Contract) -> bool:
    """Whether what stands at `at` begins an order or a statement of its own."""
    rest = polite_off(tokens[at : at + 12])
    if not rest or rest[0].literal:
        return False
    low = _GERUNDS.get(rest[0].low, rest[0].low)
    lows = [token.low for token in left]
    acts = low in people().verbs or bool(actions_of(low))
    named = lows[-2:-1] and lows[-2] in _BEFORE_NOUNS  # `undo the last change and rename ...`
    if acts and (_allows(lows) or (lows and actions_of(lows[-1]) and not named)):
        return False
    if low in words_of("verbs") and len(rest) > 1:
        return True
    if low in _SHOWING and len(rest) > 2 and _is_shown(rest[1], contract):
        return True
    first = polite_off(left)[:1]
    whole = bool(set(lows) & _MODALS) or bool(first and first[0].low in words_of("verbs"))
    return whole and _states(rest, contract)


_SHOWING = word_set("show list return display")
_SHOWN = word_set("me us them people users only just the all at max newest oldest latest")


def _is_shown(token: Token, contract: Contract) -> bool:
    """Whether `show` before it is an order and no thing called a show."""
    return token.number or token.low in _SHOWN or resource_in(contract, token.low) is not None


_BEFORE_NOUNS = word_set("a an the my your this that last latest previous recent")


def _allows(lows: Sequence[str]) -> bool:
    """Whether somebody is said to be able to do something: `only admins can add books and ...`."""
    return any(
        low in _ALLOWING and any(actions_of(one) for one in lows[at + 1 : at + 5])
        for at, low in enumerate(lows[:-1])
    )


_ALLOWING = word_set("can may could able allow allowed let cannot can't")


def _states(rest: Sequence[Token], contract: Contract) -> bool:
    """Whether a clause begins with somebody or something and what it must, has or can."""
    lows = [token.low for token in rest]
    for at in range(1, min(MAX_SUBJECT, len(rest) - 1) + 1):
        if at < len(lows) and lows[at] in _MODALS and not rest[at].literal:
            subject = " ".join(lows[:at])
            if _is_named(subject, contract):
                return True
    return lows[0] in people().anyone | people().nobody or (
        lows[0] == "only" and any(low in _STRICT_MODALS for low in lows[:5])
    )


def _is_named(text: str, contract: Contract) -> bool:
    parts = bare(text)
    if not parts:
        return False
    if len(parts) == 1 and parts[0] in PRONOUNS | people().user | people().ranks.keys():
        return True
    if resource_in(contract, text) is not None:
        return True
    return any(field_in(one, text) is not None for one in contract.resources)


def _elided(tokens: Sequence[Token], at: int, left: Sequence[Token]) -> Token | None:
    """The verb that is left out before `price to cost` after `rename author to writer and`."""
    lows = [token.low for token in polite_off(left)]
    if not lows or lows[0] not in words_of("verbs"):
        return None
    end = next(
        (place for place in range(at, len(tokens)) if tokens[place].low in _JOINING), len(tokens)
    )
    mine = [
        token.low
        for place, token in enumerate(tokens[at:end], at)
        if not (place + 1 < len(tokens) and tokens[place + 1].number)
    ]
    for word in ("to", "from", "into"):
        if word in lows[1:] and word in mine[1:]:
            return next(token for token in left if token.low == lows[0])
    return None
