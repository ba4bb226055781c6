"""What the base reading need not see: who may do what, and the kinds of people."""

from collections.abc import Sequence

from smartforge.contract.names import plural, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.links.scales import tell_scale
from smartforge.planners.offline.sketch import Claims
from smartforge.planners.offline.statements.statement import Statement
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.statements.wanting import Wanted, who_signs
from smartforge.planners.offline.tokens import Sentence, Token
from smartforge.planners.offline.verbs import verbs
from smartforge.planners.offline.vocabulary import attributes, nouns, words


def claim(claims: Claims) -> None:
    """Hide sentences about access, and keep the things that are named in them."""
    found = claims.prompt.wanted
    if not found.accounts:
        return
    _name_accounts(claims, found)
    _hide_passwords(claims)
    claims.schemas |= {"Registration", "Login", "Token"}
    for place, one in found.statements:
        claims.hide(place, one.begin, _until_fields(claims.sentences[place].tokens, one))
        for noun in _things(one):
            if (one.closed or noun in verbs().back) and _is_value(claims, noun):
                continue
            claims.name(place, one.begin, noun)
        tell_scale(claims, place, one)
    for place, begin, end, _ in found.roles:
        claims.hide(place, begin, end)
    for one in found.signs:
        tokens = claims.sentences[one.place].tokens
        if one.end - one.begin == 2 and tokens[one.end - 1].low in ("account", "accounts"):
            claims.hide(one.place, one.begin, one.end)


def _is_value(claims: Claims, noun: str) -> bool:
    """Whether `drafts` are what has the status draft, and no things of their own."""
    for sentence in claims.sentences:
        lows = [token.low for token in sentence.tokens]
        if noun in lows and {"status", "state", "/", "|", "either", "->"} & set(lows):
            return True
    return False


def _hide_passwords(claims: Claims) -> None:
    """Rules for passwords are no things: `passwords must have 12 characters`."""
    for place, sentence in enumerate(claims.sentences):
        if is_about_passwords(sentence):
            claims.hide(place)


def is_about_passwords(sentence: Sentence) -> bool:
    """Whether a sentence says how passwords have to be, or how they are kept."""
    lows = [token.low for token in sentence.tokens]
    ruled = word_set(
        """
        must should need needs characters chars long length least minimum min hashed stored never
        encrypted salted plaintext
        """
    )
    return bool(lows) and bool({"password", "passwords"} & {*lows[:2]}) and bool(ruled & {*lows})


def _until_fields(tokens: Sequence[Token], one: Statement) -> int:
    """Where a statement ends, without its last noun if the fields of that follow."""
    following = tokens[one.end].low if one.end < len(tokens) else ""
    if following not in ("(", "with", ":") or one.joins:
        return one.end
    if not one.objects:
        phrase = nounphrases.trailing(tokens[one.begin : one.end]) if one.own else []
        return one.end - len(phrase) if nounphrases.is_plural(phrase) else one.end
    last = one.objects[-1].count("_") + 1
    for width in (last, last + 1):  # training entries are trainings
        noun = singular(snake(" ".join(token.text for token in tokens[one.end - width : one.end])))
        if noun.removesuffix("_entry").removesuffix("_record") == one.objects[-1]:
            return one.end - width
    return one.end


def _things(one: Statement) -> list[str]:
    """The things that a statement names and that may be kept."""
    if one.actor.kind == "nobody" or one.refused:
        return []
    known = nouns().fields
    makes = bool(one.actions & {"create"}) or (one.own and not one.closed)
    names = [noun for noun in one.objects if noun in known or makes]
    names = [noun for noun in names if _may_be_thing(noun)]
    return [*names, *([one.joins] if one.joins else [])]


def _may_be_thing(noun: str) -> bool:
    lists, last = words(), noun.rpartition("_")[2]
    written = noun in ("post", "case", "page", "route", "track") and noun in nouns().fields
    if (last in lists.not_things or plural(last) in lists.not_things) and not written:
        return False
    if last in people().always:
        return False
    if noun in ("user", "profile", "account", "own", "people", "person") or len(noun) < 2:
        return False
    return (last not in lists.products and last not in attributes().kinds) or noun in nouns().fields


def _name_accounts(claims: Claims, found: Wanted) -> None:
    """Keep the one kind of people that signs up: `customers register and log in`."""
    if any(token.low in ("user", "users") for one in claims.sentences for token in one.tokens):
        return
    signing = {
        (who, one.place, one.begin)
        for one in found.signs
        if (who := who_signs(claims.sentences[one.place], one.begin))
    }
    if len({who for who, _, _ in signing}) == 1:
        who, place, _ = min(signing, key=lambda one: one[1:])
        claims.name(place, 0, who)
