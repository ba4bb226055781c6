"""Who moves what on: `managers approve, the requester can cancel while it is pending`."""

import functools
import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

import msgspec

from smartforge.contract.names import identifier, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.statements.actors import Actor, phrase_at
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.tokens import Sentence, Token
from smartforge.planners.offline.verbs import known_verbs, states_of, stem, verb_to, verbs
from smartforge.planners.offline.vocabulary import nouns, words

MAX_TOKENS = 500

_MODALS = word_set("can may must should will could shall also then is are allowed to able later")
_NOT = word_set("not cannot can't never mustn't don't doesn't no nobody")
_JOINS = word_set("and or , & / then finally later but")
_STARTS = _JOINS | word_set("; : ( ) - — while whereas only just by")
_PRONOUNS = word_set("it them they one ones these those this that him her")
_WHEN = word_set("while when if as until till before once after unless only")
_STOPS = word_set("; : ( ) . , and or but for by to with as at in on from within -> &")
_MARKS = word_set("mark marks set sets flag flags move moves put puts change changes")
_AUX = word_set("is are be been being was were gets get then only and or , first finally")
_PAPERS = word_set("report proposal document note")
_SUFFIXES = ("er", "or", "ist", "ant", "ee", "ian")


class Words(msgspec.Struct, frozen=True):
    """What duties.toml holds."""

    requesters: frozenset[str]
    departments: frozenset[str]
    plain: frozenset[str]
    making: frozenset[str]
    marking: frozenset[str]
    ending: frozenset[str]
    states: Mapping[str, str]


@functools.cache
def duty_words() -> Words:
    room = resources.files(__name__.rpartition(".")[0])
    data = tomllib.loads(room.joinpath("duties.toml").read_text(encoding="utf-8"))
    lists = {key: frozenset(text.split()) for key, text in data.items() if isinstance(text, str)}
    return Words(states=data["states"], **lists)


class Duty(msgspec.Struct, frozen=True):
    """That `actor` moves a `noun` (empty: what was spoken of) to the state `target` by `verb`.

    `target` is empty for who makes rows. `when` and `rest` are the condition (`while`, `it is
    pending`); `source` is the state that stands before the noun. `either`: it is one of several
    ways that are open at once. `only`: and nobody else. The words are those from `begin` until
    before `end`.
    """

    place: int
    begin: int
    end: int
    actor: Actor
    verb: str
    target: str
    noun: str = ""
    when: str = ""
    rest: str = ""
    source: str = ""
    either: bool = False
    only: bool = False


def duties(sentences: Sequence[Sentence]) -> list[Duty]:
    """Who moves what on, where the prompt tells it of at least two kinds of people; else empty."""
    raw = [
        one
        for place, sentence in enumerate(sentences)
        for one in _in_sentence(place, sentence.tokens[:MAX_TOKENS])
    ]
    lows = {token.low for sentence in sentences for token in sentence.tokens}
    made = {one.verb for one in raw if not one.target} - {"apply", "request"}
    drafted = bool(made) or bool(lows & {"draft", "drafts", "drafted"})
    if drafted:
        found = raw
    else:
        found = [
            msgspec.structs.replace(one, verb="create", target="") if one.verb == "submit" else one
            for one in raw
        ]
    makers = {one.actor.name for one in found if not one.target and one.actor.kind == "role"}
    if not any(not one.target for one in found):
        makers = {one.actor.name for one in found if one.verb.startswith("submit")}
    whole = _compounds(sentences)
    found = [
        msgspec.structs.replace(_of_maker(one, makers), noun=whole.get(one.noun, one.noun))
        for one in found
    ]
    actors = {(one.actor.kind, one.actor.name) for one in found}
    moved = any(one.target and one.verb not in duty_words().marking for one in found)
    return found if moved and len(actors) > 1 else []


def _of_maker(one: Duty, makers: set[str]) -> Duty:
    """What those do who make the rows, they do with their own."""
    same = one.actor.name in makers or one.actor.name in ("applicant", "petitioner")
    if one.target and len(makers) == 1 and one.actor.kind == "role" and same:
        return msgspec.structs.replace(one, actor=Actor("owner", one.actor.name))
    return one


def _compounds(sentences: Sequence[Sentence]) -> dict[str, str]:
    """`leave_request` by `leave`, where leave requests are spoken of."""
    papers = people().transactional | _PAPERS
    return {
        first.low: f"{first.low}_{singular(second.low)}"
        for sentence in sentences
        for first, second in itertools.pairwise(sentence.tokens)
        if singular(second.low) in papers
    }


def _in_sentence(place: int, tokens: Sequence[Token]) -> Iterator[Duty]:
    at = 0
    while at < len(tokens):
        found: list[Duty] = []
        if not at or tokens[at - 1].low in _STARTS:
            found = _active(place, tokens, at)
        found = found or _passive(place, tokens, at)
        yield from found
        at = max(at + 1, found[-1].end if found else 0)


# ---- people ------------------------------------------------------------------------------------


def _actors(tokens: Sequence[Token], at: int, strong: bool = False) -> tuple[list[Actor], int]:
    """The people that are named from `at` on, and where their words end; none where none are."""
    found: list[Actor] = []
    place = at
    while place < len(tokens):
        if tokens[place].low in ("only", "just"):
            strong, place = True, place + 1
        one, end = _actor(tokens, place, strong)
        if one is None:
            break
        found.append(one)
        at = place = end
        if place < len(tokens) and tokens[place].low in ("or", "and", "/", "&", ","):
            place += 1
            while place < len(tokens) and tokens[place].low in ("or", "and"):
                place += 1
            continue
        break
    return found, at


def _actor(tokens: Sequence[Token], at: int, strong: bool) -> tuple[Actor | None, int]:
    while at < len(tokens) and tokens[at].low in words().determiners | duty_words().plain:
        at += 1
    if at < len(tokens) and tokens[at].low == "whoever":
        end = _made_it(tokens, at)
        return (Actor("owner", "user"), end) if end else (None, at)
    for width in (1, 2, 3):
        phrase = tokens[at : at + width]
        if len(phrase) < width or not all(one.word for one in phrase):
            break
        end = at + width
        name = _person(phrase, tokens, end, strong)
        if name:
            made = _made_it(tokens, end)
            if made:
                return Actor("owner", name), made
            return Actor("owner" if _is_owner(name) else "role", name), end
    return None, at


def _is_owner(name: str) -> bool:
    return name in people().owners | duty_words().requesters | {"organizer", "organiser", "author"}


def _person(phrase: Sequence[Token], tokens: Sequence[Token], end: int, strong: bool) -> str:
    """The name of the people that a phrase means; empty where it means none."""
    low = phrase[-1].low
    one = singular(snake(low)) or low
    following = tokens[end].low if end < len(tokens) else ""
    if one in ("team", "department", "staff", "user") and len(phrase) == 2:
        low = phrase[0].low
        one = low if low in duty_words().departments else singular(snake(low)) or low
        return one if one in people().ranks or one in duty_words().departments else ""
    if following in ("team", "department", "staff", "users", "user"):
        return ""
    if any(token.low in _MODALS | _STOPS | _PRONOUNS | _NOT for token in phrase):
        return ""
    titled = phrase[-1].text.isupper() and 2 <= len(low) <= 4
    known = titled or one in people().ranks or low in duty_words().departments or _is_owner(one)
    acting = following in _MODALS or bool(_verb(following)[0]) or following in ("or", "and", "/")
    many = low != one and _forms().get(following) in (following, None)
    likely = many or (one.endswith(_SUFFIXES) and following in ("can", "may"))
    likely = likely or _is_led(phrase, tokens, end)
    likely = likely and one not in nouns().fields
    if one in people().user:
        return one if _made_it(tokens, end) else ""
    if not known and not (acting and (likely or (strong and one not in people().anyone))):
        return ""
    if low in duty_words().departments:
        return low
    return identifier(" ".join([*(token.low for token in phrase[:-1]), one]))


def _is_led(phrase: Sequence[Token], tokens: Sequence[Token], end: int) -> bool:
    """`the registrar marks it`: a noun after its article that does something to something."""
    at = end - len(phrase) - 1
    low = tokens[end].low if end < len(tokens) else ""
    does = low in _MARKS or _forms().get(low, low) != low
    return at >= 0 and tokens[at].low in ("the", "a", "an") and len(phrase) == 1 and does


def _made_it(tokens: Sequence[Token], at: int) -> int:
    """Where `who submitted it` ends; 0 where that is not said."""
    lows = [token.low for token in tokens[at : at + 6]]
    if lows[:1] not in (["who"], ["that"], ["whoever"]) or len(lows) < 2:
        return 0
    made = people().making | {"requested", "filed", "drafted", "raised", "proposed", "applied"}
    if lows[1] not in made:
        return 0
    end = at + 2
    while end < min(len(tokens), at + 5) and (
        tokens[end].low in _PRONOUNS | words().determiners
        or (end == at + 3 and nounphrases.is_nounlike(tokens[end]))
    ):
        end += 1
    return end


# ---- verbs -------------------------------------------------------------------------------------


@functools.cache
def _forms() -> Mapping[str, str]:
    """Verbs by the forms in which people do them now: `approve`, `approves`."""
    data = duty_words()
    known = {verb for verb in known_verbs() if " " not in verb} | data.making | {*data.states}
    found: dict[str, str] = {}
    for verb in sorted(known):
        soft = verb.endswith("y") and verb[-2] not in "aeo"
        hissing = verb.endswith(("sh", "ch", "ss", "x", "o"))
        third = f"{verb[:-1]}ies" if soft else f"{verb}es" if hissing else f"{verb}s"
        found[verb] = found[third] = verb
    return found


@functools.cache
def _participles() -> Mapping[str, str]:
    """Verbs by what is done then: `approved`, `paid`."""
    data = duty_words()
    found = {state: verb for verb, state in data.states.items()}
    found |= {state: verb for state, verb in verbs().states.items() if " " not in verb + state}
    for verb in data.making:
        found[f"{verb.removesuffix('e')}ed"] = verb
    return found | {"written": "write", "made": "make"}


def _verb(low: str) -> tuple[str, str]:
    """The verb of a form and the state to which it leads (empty: it makes rows)."""
    verb = _forms().get(low, "")
    return (verb, _state(verb)) if verb else ("mark", "") if low in _MARKS else ("", "")


def _state(verb: str) -> str:
    if verb in duty_words().making:
        return ""
    if verb == "reopen":
        return "back"
    own = duty_words().states.get(verb)
    if own:
        return own
    states = states_of(verb)
    back = verbs().undo.get(verb)
    return states[0] if states else f"back {back}" if back else ""


class _Done(msgspec.Struct, frozen=True):
    verb: str
    target: str
    either: bool
    end: int


def _done(tokens: Sequence[Token], at: int) -> _Done | None:
    """One verb that moves or makes something, with the state that it names itself."""
    if at >= len(tokens):
        return None
    low = tokens[at].low
    following = [token.low for token in tokens[at + 1 : at + 7]]
    if low in _MARKS:
        return _marked(tokens, at)
    if low in ("send", "sends", "give", "gives") and "back" in following[:2]:
        return _Done("send back", "back", False, at + 2 + following.index("back"))
    for_review = "review" in following[:5] and "for" in following[:4]
    if low in ("submit", "submits", "send", "sends") and for_review:
        return _Done("submit_for_review", "in review", False, at + 2 + following.index("review"))
    verb, target = _verb(low)
    if not verb or (not target and verb not in duty_words().making):
        return None
    return _Done(verb, target, False, at + 1)


def _marked(tokens: Sequence[Token], at: int) -> _Done | None:
    """`mark it as paid`, `moves the request to in review`."""
    for place in range(at + 1, min(at + 7, len(tokens))):
        if tokens[place].low in ("as", "to", "into"):
            return _as_state(tokens, place)
        if tokens[place].low in _STOPS:
            return None
    return None


def _as_state(tokens: Sequence[Token], at: int) -> _Done | None:
    """`as in progress`: the state that stands after a small word."""
    end = at + 1
    kept: list[str] = []
    while end < len(tokens) and len(kept) < 3 and tokens[end].word:
        low = tokens[end].low
        if kept and low in _WHEN | _STOPS | _PRONOUNS and kept[-1] not in ("in", "on"):
            break
        kept.append(low)
        end += 1
        if low.endswith("ed") or low in verbs().states:
            break
    target = " ".join(kept)
    return _Done(verb_to(target), target, False, end) if target else None


# ---- clauses -----------------------------------------------------------------------------------


def _active(place: int, tokens: Sequence[Token], at: int) -> list[Duty]:
    """`only managers or finance may approve or reject requests while they are pending`."""
    strong = bool(at) and tokens[at - 1].low in ("only", "just")
    actors, verb_at = _actors(tokens, at, strong)
    if not actors:
        return []
    begin = at - strong
    found: list[Duty] = []
    at = verb_at
    joined = ""
    while at < len(tokens):
        start = at
        while at < len(tokens) and tokens[at].low in _MODALS:
            at += 1
        if at < len(tokens) and tokens[at].low in _NOT:
            return found
        again = found and tokens[at].low == "as" if at < len(tokens) else False
        done = _as_state(tokens, at) if again else _done(tokens, at)
        if done is None or (found and start != at and _actors(tokens, start)[0]):
            break
        only = strong or any(token.low == "only" for token in tokens[begin:at])
        found, at = _with(found, place, tokens, begin, actors, done, joined, only)
        nxt = at
        joined = ""
        while nxt < len(tokens) and tokens[nxt].low in _JOINS:
            joined = tokens[nxt].low if not joined or tokens[nxt].low == "or" else joined
            nxt += 1
        if nxt == at or _actors(tokens, nxt)[0]:
            break
        at = nxt
    return found


def _with(
    found: list[Duty],
    place: int,
    tokens: Sequence[Token],
    begin: int,
    actors: Sequence[Actor],
    done: _Done,
    joined: str,
    only: bool,
) -> tuple[list[Duty], int]:
    """`found` and what is done, with its object and its condition, which is for all of them."""
    noun, source, end = _object(tokens, done.end)
    when, rest, end = _condition(tokens, end)
    either = joined in ("or", "/")
    more = [
        Duty(
            place, begin, end, actor, done.verb, done.target, noun, when, rest, source, either, only
        )
        for actor in actors
    ]
    if noun or when or source:
        found = [
            one
            if one.noun or one.when
            else msgspec.structs.replace(one, noun=noun, when=when, rest=rest, source=source)
            for one in found
        ]
    return [*found, *more], end


def _object(tokens: Sequence[Token], at: int) -> tuple[str, str, int]:
    """What is moved, the state that stands before it, and where both end."""
    end = at
    kept: list[str] = []
    while end < len(tokens) and len(kept) < 5:
        low = tokens[end].low
        if low in ("that", "which") and _is_told(tokens, end + 1):
            break
        if low in _PRONOUNS:
            return "", "", end + 1
        if low in _STOPS | _WHEN or not tokens[end].word:
            break
        kept.append(low)
        end += 1
    kept = [low for low in kept if low not in words().determiners | {"own", "still", "back"}]
    source = kept[0] if len(kept) > 1 and kept[0] in _states() else ""
    kept = kept[1:] if source else kept
    noun = singular(snake(" ".join(kept))) if kept else ""
    return ("" if noun in _states() else noun), source, end


@functools.cache
def _states() -> frozenset[str]:
    return frozenset(verbs().states) | {*duty_words().states.values(), "pending", "draft", "new"}


def _is_told(tokens: Sequence[Token], at: int) -> bool:
    """Whether `that` begins what a thing is: `a document that is in review`."""
    return at < len(tokens) and tokens[at].low in ("is", "are", "has", "have", "was", "were")


def _condition(tokens: Sequence[Token], at: int) -> tuple[str, str, int]:
    """`as long as it is pending`: the word that begins it, what it says, where it ends."""
    lows = [token.low for token in tokens[at : at + 3]]
    if lows[:1] == ["only"]:
        at, lows = at + 1, [token.low for token in tokens[at + 1 : at + 4]]
    if lows and lows[0] in ("that", "which") and _is_told(tokens, at + 1):
        lows[0] = "while"
    if not lows or lows[0] not in _WHEN or (lows[0] == "as" and lows != ["as", "long", "as"]):
        return "", "", at
    begin = at + (3 if lows[0] == "as" else 1)
    end = begin
    while end < len(tokens) and tokens[end].low not in (",", ";", ".", ":", "(", ")", "but"):
        end += 1
    rest = " ".join(token.low for token in tokens[begin:end])
    return ("while" if lows[0] == "as" else lows[0]), rest, end


def _agents(tokens: Sequence[Token], at: int, known: bool) -> tuple[list[Actor], int]:
    """Who did something: `grouped by agent` names nobody, but `by the dean` where the verb is
    `known`, or after `only`."""
    low = tokens[at].low if at < len(tokens) else ""
    led = low in ("the", "a", "an", "only", "their", "our", "its")
    actors, end = _actors(tokens, at, strong=low == "only")
    many = end > at and singular(tokens[end - 1].low) != tokens[end - 1].low
    if actors:
        one = tokens[end - 1]
        short = one.text.isupper() or one.low in duty_words().departments
        return (actors, end) if led or many or short else ([], at)
    while at < len(tokens) and tokens[at].low in words().determiners | {"only"}:
        at += 1
    phrase, end = phrase_at(tokens, at)
    noun = nounphrases.noun_of(phrase) if phrase else ""
    if (
        (known or low == "only")
        and led
        and noun
        and noun not in nouns().fields
        and noun not in _PRONOUNS
    ):
        return [Actor("role", noun)], end
    return [], at


def _is_agent(tokens: Sequence[Token], at: int) -> bool:
    """Whether the noun at `at` says who did something, and not what it was done to."""
    return bool(_actors(tokens, at)[0]) or any(token.low == "by" for token in tokens[at - 2 : at])


def _passive(place: int, tokens: Sequence[Token], at: int) -> list[Duty]:
    """`articles are reviewed and approved by editors`, `then paid by finance`."""
    first = at
    done: list[_Done] = []
    joined = ""
    while at < len(tokens):
        low = tokens[at].low
        verb = _participles().get(low, "") or (stem(low) if low.endswith("ed") else "")
        if verb:
            target = "" if verb in duty_words().making else low
            done.append(_Done(verb, target, joined == "or", at + 1))
            joined = ""
        elif not done or low not in ("and", "or", "/", ",", "then", "only"):
            break
        else:
            joined = low if low in ("or", "and", "/") else joined
        at += 1
    if not done or at >= len(tokens) or tokens[at].low != "by":
        return []
    actors, end = _agents(tokens, at + 1, known=all(one.verb in _forms() for one in done))
    if not actors:
        return []
    when, rest, end = _condition(tokens, end)
    begin = first
    while begin and tokens[begin - 1].low in _AUX | _MODALS:
        begin -= 1
    noun = ""
    if begin and nounphrases.is_nounlike(tokens[begin - 1]) and not _is_agent(tokens, begin - 1):
        noun = singular(snake(tokens[begin - 1].text))
    return [
        Duty(place, begin, end, actor, one.verb, one.target, noun, when, rest, "", one.either)
        for one in done
        for actor in actors
    ]
