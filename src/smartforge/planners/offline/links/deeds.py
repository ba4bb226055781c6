"""What people do makes rows: `climbers log ascents of a route with a date` keeps ascents.

Such a clause says three things at once: that the object is kept, what it belongs to, and which
fields it has. Each is told to the base reading in a sentence of its own.
"""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from smartforge.contract.names import plural, singular, snake, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.draft import a
from smartforge.planners.offline.sketch import Claims
from smartforge.planners.offline.statements.actors import MODALS
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Token, said
from smartforge.planners.offline.verbs import verbs
from smartforge.planners.offline.vocabulary import nouns, words

MAX_TOKENS = 500

_SPEAKERS = word_set("i we you")
_TOWARDS = word_set("of for on with at in to about per against done by")
_ENDS = word_set(". ; but")
_BEGINS = word_set(". ; : , and - where while")
_DONE = word_set("done made performed carried taken")
_SIGNING = word_set("sign register log login signup")
_ONE = word_set("a an the each every one any their our that this his her")
_WISHING = word_set("want wants need needs would like to should be able must will just also")


class Deed(msgspec.Struct):
    """Tokens `begin` until before `end`: `who` makes `made`, of `whose`, with `fields`.

    `who` is empty where whoever asks does it.
    """

    who: str
    made: str
    begin: int
    end: int
    whose: list[str] = msgspec.field(default_factory=list[str])
    fields: str = ""


def claim_deeds(claims: Claims) -> None:
    """Tell the base reading what comes of the deeds of the prompt."""
    accounts = claims.prompt.wanted.accounts
    known = {one.low for all_ in claims.sentences for one in all_.tokens if one.word}
    said_ = [singular(one.low) for all_ in claims.sentences for one in all_.tokens if one.word]
    for place, sentence in enumerate(claims.sentences):
        for deed in deeds(sentence.tokens[:MAX_TOKENS], known):
            whose = [one for one in deed.whose if said_.count(one.rpartition("_")[2]) > 1]
            named = not accounts and _is_kept(deed.who, said_)
            if not (whose or deed.fields):
                continue
            claims.hide(place, deed.begin, deed.end)
            made = spaced(deed.made)
            if named:
                claims.name(place, deed.begin, deed.who)
            claims.name(place, deed.begin, deed.made)
            parents = [*whose, *([deed.who] if named else [])]
            for parent in dict.fromkeys(parents):
                text = f"{a(made).capitalize()} belongs to {a(spaced(parent))}."
                claims.tell(place, deed.begin, text)
            if deed.fields:
                text = f"{spaced(plural(deed.made)).capitalize()} have {deed.fields}."
                claims.tell(place, deed.begin, text)


def _is_kept(who: str, said_: Sequence[str]) -> bool:
    """Whether those who do something are kept, too: not where they only work there."""
    if not who or who in people().always | people().user | {"person", "everyone"}:
        return False
    works = people().ranks.get(who, -1) > people().ranks["user"]
    return not works or who in nouns().fields or said_.count(who) > 1


def deeds(tokens: Sequence[Token], known: Collection[str]) -> Iterator[Deed]:
    """The deeds of a sentence, in order; they do not overlap. `known` are the words of all."""
    at, who = 0, ""
    while at < len(tokens):
        begins = not at or tokens[at - 1].low in _BEGINS
        someone, verb = _doer(tokens, at, who) if begins else ("", -1)
        one = _deed(tokens, at, someone, verb, known) if verb >= 0 else None
        if one is not None:
            yield one
        acts = one is not None or (verb >= 0 and tokens[verb].low in _SIGNING)
        who = "" if tokens[at].low in _ENDS else someone if acts else who
        at = one.end if one is not None else at + 1


def _deed(
    tokens: Sequence[Token], at: int, who: str, verb: int, known: Collection[str]
) -> Deed | None:
    if tokens[verb].low not in verbs().deeds | people().joins.keys():
        return None
    begin = verb + 1
    single = begin < len(tokens) and tokens[begin].low in ("a", "an")
    phrase, rest = nounphrases.leading(tokens[begin:])
    end = len(tokens) - len(rest)
    while len(phrase) > 1 and phrase[-1].low in _DONE:
        phrase = phrase[:-1]
    many = nounphrases.is_plural(phrase) or nounphrases.is_common(phrase)
    if not _is_made(phrase) or not (many or single):
        return None
    deed = Deed(who, singular(snake(" ".join(one.text for one in phrase))), at, end)
    made = people().joins.get(tokens[verb].low, "")
    if made and deed.made not in people().occasions:
        if who in people().ranks or who in people().user or not who:
            return None  # read as a statement
        deed.whose, deed.made = [deed.made], made
        return deed
    _read_parents(tokens, deed, known)
    _read_fields(tokens, deed)
    return deed


def _doer(tokens: Sequence[Token], at: int, before: str) -> tuple[str, int]:
    """Who does it, and where the verb stands; -1 where nobody does anything.

    After "and" the verb may stand alone, and those who did something `before` do this, too.
    """
    if before and tokens[at].low in verbs().deeds and at + 1 < len(tokens):
        return before, at
    low = tokens[at].low
    who, place = "", at + 1
    if low not in _SPEAKERS:
        single = low in ("a", "an", "each", "every") and at + 1 < len(tokens)
        noun = tokens[at + 1] if single else tokens[at]
        who, place = singular(noun.low), place + single
        if not noun.word or (who == noun.low) != single or not nounphrases.is_thing([noun]):
            return "", -1
    while place < len(tokens) and tokens[place].low in MODALS | _WISHING:
        place += 1
    return (who, place) if place + 1 < len(tokens) else ("", -1)


def _is_made(phrase: Sequence[Token]) -> bool:
    return (
        nounphrases.is_thing(phrase)
        and (nounphrases.is_common(phrase) or not nounphrases.is_field(phrase))
        and not nounphrases.is_product(phrase[-1])
        and phrase[-1].low not in words().containers
        and not nounphrases.domain_of(phrase[-1:])
    )


def _read_parents(tokens: Sequence[Token], deed: Deed, known: Collection[str]) -> None:
    """`of a route`, `done on each lift`: what the rows belong to."""
    at = deed.end
    while at + 1 < len(tokens) and tokens[at].low in _TOWARDS:
        begin = at + 1
        while begin < len(tokens) and tokens[begin].low in _TOWARDS:
            begin += 1
        one = begin < len(tokens) and tokens[begin].low in _ONE
        phrase, rest = nounphrases.leading(tokens[begin:])
        if not nounphrases.is_thing(phrase) or not (one or nounphrases.is_plural(phrase)):
            return
        if phrase[-1].low in words().filler:
            return  # to themselves
        name = singular(snake(" ".join(token.text for token in phrase)))
        several = plural(name) in known
        following = rest[0].low if rest else ""
        if tokens[at].low == "with" and (not (one and several) or following in ("and", ",")):
            return  # with a date and a place
        if nounphrases.is_field(phrase) and not (nounphrases.is_common(phrase) or several):
            return
        deed.whose.append(name)
        at = deed.end = len(tokens) - len(rest)


def _read_fields(tokens: Sequence[Token], deed: Deed) -> None:
    """`with a date and attempts`, `: date, cost`, `(date, cost)`: the fields of the rows."""
    at = deed.end
    if at + 1 >= len(tokens) or tokens[at].low not in ("with", ":", "(", "having"):
        return
    if tokens[at].low == "(":
        last = next((n for n in range(at, len(tokens)) if tokens[n].low == ")"), len(tokens))
    else:
        last = next((n for n in range(at, len(tokens)) if tokens[n].low in _ENDS), len(tokens))
    if tokens[at].low == "with" and not _are_fields(tokens[at + 1 : last]):
        return
    deed.fields = said(tokens[at + 1 : last])
    deed.end = min(len(tokens), last + (tokens[at].low == "("))


def _are_fields(tokens: Sequence[Token]) -> bool:
    phrase, _ = nounphrases.leading(tokens)
    return bool(phrase)
