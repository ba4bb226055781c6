"""Which resource and which fields of a contract the user's words mean."""

import re
from collections.abc import Iterator, Sequence

from smartforge.contract import Contract, Field, Reference, References, Resource
from smartforge.contract.names import plural, singular, snake, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.phrases import Words, worded
from smartforge.planners.offline.followup.state import Scene, Unknown, unknown
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import words

MAX_NAME_WORDS = 4

PRONOUNS = word_set("it they them that those these this one ones its their itself")
_BARE = word_set(
    """
    resource resources entity entities table tables model models endpoint endpoints object objects
    field fields attribute attributes property properties column columns value values api apis
    called named thing things new flag flags info information whole entire
    record records entry entries itself anymore again too also please now then instead either as
    well
    """
)
_ALL = word_set("everything all anything")
_GENERIC = ("post", "entry", "item", "listing", "page", "profile", "detail")
_PEOPLE = ("user", "account", "people", "person")
_KINDS = ("number", "address", "date", "time", "name", "text", "url")
_OF = re.compile(r" (?:of|in|on|for|from|to|inside|within|at) ")
_TOWARDS = re.compile(r"^(?:to|on|for|of|from|in|into|at) (?=\w)")
_PARTS = re.compile(r" ?(?:,|;|\band\b|\bor\b|&|\bas well as\b|\bplus\b) ?")


def bare(text: str) -> list[str]:
    """The low words of `text` without articles and words such as "field"."""
    kept = [one for one in text.split() if one not in words().determiners and one.strip("\"'`,.")]
    short = [one for one in kept if one not in _BARE]
    return short or kept


def resource_in(contract: Contract, text: str) -> Resource | None:
    """The resource that all of `text` names, singular or plural; None where it names none."""
    name = snake(" ".join(bare(text)))
    one = singular(name)
    for resource in contract.resources:
        if name in (resource.name, resource.plural) or one == resource.name:
            return resource
    ending = [each for each in contract.resources if one and each.name.endswith(f"_{one}")]
    if len(ending) == 1:
        return ending[0]
    head, _, tail = one.rpartition("_")
    if tail in _GENERIC and head and any(head == each.name for each in contract.resources):
        return contract.resource(head)
    if one in _PEOPLE and contract.accounts:
        return contract.resource(contract.accounts.resource)
    first, of, rest = text.partition(" of ")  # `reviews of books`, each of which is there
    return resource_in(contract, first) if of and resource_in(contract, rest) else None


def resources_said(scene: Scene, text: str) -> list[Resource]:
    """The resources that `text` lists; those of "it" or "everything". Raises Unknown."""
    said = bare(text)
    if len(said) == 1 and said[0] in PRONOUNS:
        return [subject_of(scene, said[0])]
    if said and (set(said) <= _ALL | {"api", "apis"} or text.split()[-1:] == ["everything"]):
        return [one for one in scene.contract.resources if not is_accounts(scene.contract, one)]
    whole = resource_in(scene.contract, text)
    if whole is not None:
        return [whole]
    return [one_resource(scene, _TOWARDS.sub("", part)) for part in listed(text)]


def one_resource(scene: Scene, text: str) -> Resource:
    """The resource that `text` names. Raises Unknown."""
    said = bare(text)
    if len(said) == 1 and said[0] in PRONOUNS:
        return subject_of(scene, said[0])
    found = resource_in(scene.contract, text)
    if found is None:
        names = (one.name for one in scene.contract.resources)
        raise unknown(" ".join(said) or text, names, sure=len(said) < MAX_NAME_WORDS)
    return found


def subject_of(scene: Scene, word: str) -> Resource:
    """What "it" stands for: what was last spoken of, here or in the follow-up before, or the only
    resource. Raises Unknown."""
    contract = scene.contract
    known = [one for one in contract.resources if not is_accounts(contract, one)]
    if scene.subject:
        return contract.resource(scene.subject)
    if len(known) == 1:
        return known[0]
    if any(one.name == scene.before for one in known):
        return contract.resource(scene.before)
    names = listing([spaced(one.plural) for one in contract.resources])
    raise Unknown(
        f'it does not say what "{word}" is; there are {names}.', "Name the resource that is meant."
    )


def is_accounts(contract: Contract, resource: Resource) -> bool:
    return contract.accounts is not None and contract.accounts.resource == resource.name


def listed(text: str) -> list[str]:
    """The parts of `a, b and c`."""
    return [part for part in (one.strip() for one in _PARTS.split(text)) if part]


def parted(said: Words) -> list[Words]:
    """The words of `a, b and c`, each part with its tokens."""
    parts: list[list[Token]] = [[]]
    for token in said.tokens:
        if not token.literal and token.low in (",", ";", "and", "or", "&", "plus"):
            parts.append([])
        else:
            parts[-1].append(token)
    return [worded(part) for part in parts if part]


def field_in(resource: Resource, text: str) -> Field | None:
    """The field of a resource that all of `text` names; None where it names none."""
    name = snake(" ".join(bare(text)))
    if not name:
        return None
    one = singular(name)
    wanted = (name, one, plural(one), f"{one}_id", f"{one}_ids", f"is_{name}", f"{name}_at")
    for wish in wanted:
        for field in resource.fields:
            if field.name == wish:
                return field
    for field in resource.fields:
        kind = field.kind
        if isinstance(kind, Reference | References) and kind.resource in (one, name):
            return field
    prefix = f"{resource.name}_"
    if name.startswith(prefix):
        return field_in(resource, spaced(name.removeprefix(prefix)))
    ending = [field for field in resource.fields if field.name.endswith((f"_{one}", f"_{name}"))]
    if len(ending) == 1:
        return ending[0]
    begun = [field for field in resource.fields if field.name.startswith(f"{one}_")]
    return _kind_aside(resource, name) or (begun[0] if len(begun) == 1 else None)


def _kind_aside(resource: Resource, name: str) -> Field | None:
    """`phone` for "phone number", `start_date` for "start"; None where that names several."""
    head, _, tail = name.rpartition("_")
    near = {f"{name}_{kind}" for kind in _KINDS} | ({head} if tail in _KINDS else set[str]())
    found = [field for field in resource.fields if field.name in near]
    return found[0] if len(found) == 1 else None


Found = list[tuple[Resource, Field]]


def fields_said(scene: Scene, text: str, thing: str = "") -> Found:
    """The fields that `text` lists, of the resource `thing` where that is given. Raises Unknown."""
    said = bare(text)
    if not said:
        raise unknown(text, _all_fields(scene))
    if len(said) == 1 and said[0] in PRONOUNS and not thing:
        return _meant(scene, said[0])
    if thing:
        homes = resources_said(scene, thing)
        return [(home, _of(home, part)) for part in listed(text) for home in homes]
    whole = _with_home(scene, text)
    if whole is not None:
        return whole
    return [pair for part in listed(text) for pair in _anywhere(scene, part)]


def _meant(scene: Scene, word: str) -> Found:
    """The fields that "it" stands for. Raises Unknown."""
    found = [
        (resource, field)
        for home, name in scene.fields or scene.fields_before
        for resource in scene.contract.resources
        if resource.name == home
        for field in resource.fields
        if field.name == name
    ]
    if not found:
        raise Unknown(f'it does not say which field "{word}" is.', "Name the field that is meant.")
    return found


def _with_home(scene: Scene, text: str) -> Found | None:
    """`title of books`, `book's title`, `book title`; None where no resource is named so."""
    places = list(_OF.finditer(text))
    for match in reversed(places):
        home = resource_in(scene.contract, text[match.end() :])
        if home is None and bare(text[match.end() :])[:1] == ["it"] and scene.subject:
            home = scene.contract.resource(scene.subject)
        if home is not None:
            return [(home, _of(home, part)) for part in listed(text[: match.start()])]
    parts = bare(text)
    for length in range(min(3, len(parts) - 1), 0, -1):
        home = resource_in(scene.contract, re.sub(r"'s?\b", "", " ".join(parts[:length])))
        rest = [field_in(home, part) for part in listed(" ".join(parts[length:]))] if home else []
        if home is not None and rest and all(rest) and field_in(home, " ".join(parts)) is None:
            return [(home, field) for field in rest if field is not None]
    return None


def _of(home: Resource, text: str) -> Field:
    found = field_in(home, text)
    if found is None:
        names = [field.name for field in home.fields]
        raise unknown(" ".join(bare(text)) or text, names, home.plural)
    return found


def _anywhere(scene: Scene, text: str) -> Found:
    """The field of that name in the resource last spoken of, else in the only one with it."""
    inner = _with_home(scene, text)
    if inner is not None:
        return inner
    contract = scene.contract
    homes = [one for one in contract.resources if one.name == scene.subject]
    for resource in homes:
        field = field_in(resource, text)
        if field is not None:
            return [(resource, field)]
    found = [
        (resource, field)
        for resource in contract.resources
        if (field := field_in(resource, text)) is not None
    ]
    name = snake(" ".join(bare(text)))
    if any(name == one.plural != one.name for one in contract.resources):
        found = [pair for pair in found if pair[1].name == name]
    exact = [pair for pair in found if pair[1].name in (name, singular(name))]
    found = exact or found
    if not found:
        sure = resource_in(contract, text) is None and len(bare(text)) < MAX_NAME_WORDS
        raise unknown(" ".join(bare(text)) or text, _all_fields(scene), sure=sure)
    if len(found) > 1:
        homes_named = listing([spaced(home.plural) for home, _ in found])
        first = f"the {spaced(found[0][1].name)} of {spaced(found[0][0].plural)}"
        raise Unknown(
            f'"{" ".join(bare(text))}" is a field of {homes_named}, and it does not say which.',
            f'Say of which, such as "{first}".',
        )
    return found


def _all_fields(scene: Scene) -> Iterator[str]:
    yield from (one.name for one in scene.contract.resources)
    named = [field.name for one in scene.contract.resources for field in one.fields]
    yield from dict.fromkeys(named)


def names_of(pairs: Sequence[tuple[Resource, Field]]) -> tuple[tuple[str, str], ...]:
    return tuple((resource.name, field.name) for resource, field in pairs)


def unrepeated(found: Found) -> Found:
    """Every field once."""
    return list({(home.name, field.name): (home, field) for home, field in found}.values())
