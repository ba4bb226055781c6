"""Fields and relations that come to what is there, said in the words of a first prompt."""

import re

import msgspec

from smartforge.contract import Email, Field, Phone, Resource
from smartforge.contract.names import plural, quoted, singular, snake, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.draft import a, listing
from smartforge.planners.offline.followup.names import (
    PRONOUNS,
    bare,
    is_accounts,
    listed,
    resource_in,
    resources_said,
)
from smartforge.planners.offline.followup.phrases import Slots, Words, worded
from smartforge.planners.offline.followup.rewriting import without_field
from smartforge.planners.offline.followup.state import Done, Impossible, Scene, unknown
from smartforge.planners.offline.items import split_items
from smartforge.planners.offline.phrases import read_attribute
from smartforge.planners.offline.tokens import Sentence
from smartforge.planners.offline.vocabulary import attributes
from smartforge.planners.offline.wishing import is_wish

_WITH_FIELDS = re.compile(r"\b(?:with|having|that have|that has|which have|which has|:)\b|:")
_NO_FIELDS = word_set("""
    login auth authentication pagination paging filter filters filtering sorting search accounts
    resource resources endpoint endpoints entity table rule rules limit report reports transition
    upload uploads export webhook webhooks caching
    """)


_REMARKS = word_set("note notes remark remarks memo")
_MAKING = word_set("make let allow remove delete drop rename change set get only don't stop")


def add_field(scene: Scene, slots: Slots) -> Done | None:
    """`add a price to books`, `books should have tags`, `give every book a year`."""
    what = slots["what"]
    if "more" in slots and _lists_resources(scene, slots["more"].low):
        return None
    if "more" in slots:
        what = worded([*what.tokens, *slots["more"].tokens])
    if match := _PREFACE.match(what.low):
        what = what.cut(match.end(), len(what.low))
    if what.lows[-1:] == ["instead"]:
        what = worded(what.tokens[:-1])
    if not what.tokens or _says_more(what) or _LIMITED.match(what.low) or what.lows[0].isdigit():
        return None
    if "thing" in slots:
        homes = resources_said(scene, slots["thing"].low)
    else:
        home = _home(scene, _named(what))
        if home is None:
            return None
        homes = [home]
    _check_fresh(homes, _named(what))
    said = _as_prompts_say(what)
    if len(homes) > 1 and set(bare(what.low)) <= _REMARKS:
        said += " (text)"  # of several they are no things of their own, which belong to one
    lines = [f"{_a(home)} also has {said}." for home in homes]
    subject = homes[0].name if len(homes) == 1 else ""
    return Done(scene.contract, (), subject, read_on=tuple(lines))


# How many there may be: what `tours have at most 20 tickets` is about is no field.
_LIMITED = re.compile(
    r"(?:at most|at least|up to|no more than|not more than|max|maximum|only|a maximum of) \d+ "
    r"(?!chars|characters|letters|digits|decimal)"
)
_PREFACE = re.compile(
    r"(?:the |these |some )?(?:following |new |additional )?"
    r"(?:fields?|columns?|attributes?|properties|things|information|data) ?: "
)
_CHOICE = re.compile(
    r"(?P<name>[^,:()/]+?)"
    r"(?: ?:| ,? ?(?:which|that) (?:is|can be)| of| being| as|(?=(?: \w+)?(?: ?/| ?,|$)))"
    r"(?: either| one of| any of)? "
    r"(?P<values>[\w -]+(?: ?[,/] ?[\w -]+)*?(?: ?,? or | ?/ ?)[\w -]+?)"
    r"(?: ?,? ?(?:with )?(?:(?P<first>[\w-]+) (?:as (?:the )?|by )default"
    r"|(?:default|defaults to|defaulting to) (?P<last>[\w-]+)))?"
)
# With a colon, values need no "or": `a size: small, medium, large`.
_VALUES = re.compile(
    r"(?P<name>[^,:()/]+?) ?: (?P<values>[\w-]+(?: [\w-]+)?(?: ?[,/] ?[\w-]+(?: [\w-]+)?)+)"
    r"(?: ?[,;]? (?P<first>[\w-]+) (?:as (?:the )?|by )default"
    r"| ?[,;]? (?:default|defaults to|defaulting to) (?P<last>[\w-]+))?"
)
_FIELDS = word_set("""
    fields field columns attributes properties following these things info information details data
    """)
_PERCENT = re.compile(r" ?\((?:an? |in )?(?:percentage|percent|%)\)", re.IGNORECASE)
_RANGE = re.compile(
    r" ?, ?(?:from )?(?P<low>\d+) ?(?:to|-|–) ?(?P<high>\d+)"
    r"(?: ?(?:percent|percentage|%))?(?= ?,|$)"
)
_LISTED = re.compile(
    r"(?P<name>.+?) (?:as|being) (?:a |an )?list of (?:tags|texts|strings|words|names)"
)


def _as_prompts_say(what: Words) -> str:
    """`a level: low, mid or high` as `a level (low, mid, high)`; what is said so already stays."""
    text = what.text
    match = _choice(what)
    if match:
        values = ", ".join(one for one in re.split(r" ?(?:,? or\b|,|/) ?", match["values"]) if one)
        default = match["first"] or match["last"]
        return f"{match['name']} ({values})" + (f" with default {default}" if default else "")
    text = _PERCENT.sub(" from 0 to 100", text).removesuffix(", long")
    text = _RANGE.sub(r" from \g<low> to \g<high>", text)
    match = _LISTED.fullmatch(text)
    return f"{match['name']} (list of texts)" if match else text


def _choice(what: Words) -> re.Match[str] | None:
    """How `what` names a field and all its values; None where it does not."""
    if _WHOLE.search(what.low):
        return None
    for pattern in (_CHOICE, _VALUES):
        match = pattern.fullmatch(what.text)
        names = set(match["name"].lower().split()) if match else set[str]()
        if match and "and" not in names and not (pattern is _VALUES and _typed(match, names)):
            return match
    return None


def _typed(match: re.Match[str], names: set[str]) -> bool:
    """Whether a list after a colon holds fields, or the type of one, rather than values."""
    listed = set(re.split(r"[ ,/]+", match["values"].lower()))
    return bool(names & _FIELDS or listed & attributes().types.keys())


def _named(what: Words) -> Words:
    """What names a field, without its values."""
    match = _choice(what)
    if match is None:
        return what
    return what.cut(0, len(match["name"]))


_WHOLE = re.compile(r"\b(?:from|between|up to|at least|at most|required|optional|unique)\b|[()]")


def _a(home: Resource) -> str:
    words = a(spaced(home.name))
    return words[:1].upper() + words[1:]


def _lists_resources(scene: Scene, text: str) -> bool:
    """`, suppliers and warehouses` after what a field is added to."""
    parts = listed(text)
    return bool(parts) and all(resource_in(scene.contract, part) for part in parts)


def _says_more(what: Words) -> bool:
    """Whether the words are about more than fields."""
    lows = set(what.lows)
    wish = is_wish(Sentence(what.tokens, what.text))
    first = what.lows[0]
    ordered = len(what.lows) > 1 and not what.tokens[0].literal
    return wish or bool(lows & _NO_FIELDS) or first in PRONOUNS or (ordered and first in _MAKING)


def _home(scene: Scene, what: Words) -> Resource | None:
    """Where fields belong that are named without a resource; None where a resource is named."""
    if _WITH_FIELDS.search(what.low) and not what.low.startswith(("default", "a default")):
        return None
    if {"to", "into", "onto"} & set(what.lows):
        return None  # what it should come to is named, but not there
    tokens = list(what.tokens)
    for item in split_items(tokens):
        phrase, _ = nounphrases.leading(item.tokens)
        known = nounphrases.is_field(phrase)
        if nounphrases.is_things_rather(phrase) or (
            nounphrases.is_common(phrase) and not known and nounphrases.is_plural(phrase)
        ):
            return None
    homes = [one for one in scene.contract.resources if not is_accounts(scene.contract, one)]
    if scene.subject:
        return scene.contract.resource(scene.subject)
    if len(homes) == 1:
        return homes[0]
    names = listing([spaced(one.plural) for one in homes])
    raise Impossible(
        f"it does not say of what {quoted(what.text)} is to be a field; there are {names}.",
        f'Say of what, such as "add {what.text} to {spaced(homes[0].plural)}".',
    )


def _check_fresh(homes: list[Resource], what: Words) -> None:
    """Raises Unknown where all that is to be added is there already."""
    for home in homes:
        fields = {field.name: field for field in home.fields}
        names = [
            one.name for item in split_items(list(what.tokens)) if (one := read_attribute(item))
        ]
        there = [name for name in names if name in fields or f"{name}_id" in fields]
        there += [name for name in names if name not in there and _same(fields, name)]
        computed = {one.name for one in home.computed}
        there += [name for name in names if name in computed]
        if names and len(there) == len(names):
            told = listing([spaced(name) for name in there])
            raise Impossible(
                f"{spaced(home.plural)} have {told} already.",
                f'To change it, say for example "make the {spaced(there[0])} optional".',
            )


def _same(fields: dict[str, Field], name: str) -> bool:
    """Whether `phone_number` is there as `phone`, or the other way round."""
    for kind, ending in ((Phone, "_number"), (Email, "_address")):
        for other in (f"{name}{ending}", name.removesuffix(ending)):
            if other != name and other in fields and isinstance(fields[other].kind, kind):
                return True
    return False


def add_relation_known(scene: Scene, slots: Slots) -> Done | None:
    """`an item is stored in one warehouse`, where both are there.

    What this follow-up has just taken for a text, of which that could not be known, becomes the
    resource: `add a folder; a note can be in a folder`.
    """
    contract = scene.contract
    known = resource_in(contract, slots["parent"].low)
    child = resource_in(contract, slots["child"].low)
    if child is None or _several(slots["parent"], known):
        return None
    name = snake(" ".join(bare(slots["parent"].low)))
    if known is None and (child.name, name) in scene.fields:
        before = [one for one in scene.base.resources if one.name == child.name]
        if any(one.name == name for each in before for one in each.fields):
            return None
        here = msgspec.structs.replace(scene, contract=without_field(contract, child.name, name))
        return add_relation(here, slots)
    return add_relation(scene, slots) if known else None


def _several(said: Words, named: Resource | None) -> bool:
    """`many labels`, `labels`: of which one row has more than one."""
    more = bool(_MANY & set(said.lows))
    return more or (named is not None and said.lows[-1] == named.plural != named.name)


_MANY = word_set("many several multiple various numerous some any")


def add_relation(scene: Scene, slots: Slots) -> Done | None:
    """`books belong to a publisher`, `link books to publishers`."""
    child = resources_said(scene, slots["child"].low)
    said = slots["parent"].low
    parent = resource_in(scene.contract, said)
    words = bare(said)
    if parent is None and len(words) == 1 and words[0] in PRONOUNS:
        parent = resources_said(scene, said)[0]
    if parent is not None and "fields" in slots:
        return None
    if parent is None and not _names_new(words):
        raise unknown(" ".join(words), (one.name for one in scene.contract.resources))
    name = parent.name if parent else singular(snake(" ".join(words)))
    lines: list[str] = []
    for one in child:
        held = _pointing(one, name)
        if held is not None:
            raise Impossible(
                f"{a(spaced(one.name))} belongs to {a(spaced(name))} already ({held.name}).", ""
            )
        lines.append(f"{_a(one)} belongs to {a(spaced(name))}.")
    if parent is None:
        fields = f" {slots['fields'].text}" if "fields" in slots else ""
        lines.insert(0, f"Keep {spaced(plural(name))}{fields}.")
    return Done(scene.contract, (), child[0].name, read_on=(" ".join(lines),))


def _names_new(words: list[str]) -> bool:
    return 0 < len(words) <= 2 and all(word.isalpha() for word in words)


def _pointing(one: Resource, name: str) -> Field | None:
    for field in one.fields:
        if getattr(field.kind, "resource", "") == name:
            return field
    return None
