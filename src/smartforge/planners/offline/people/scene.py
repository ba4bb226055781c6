"""What the readers of people share: the sketch, what was found in it, and who logs in."""

from collections.abc import Iterator

import msgspec

from smartforge.contract import Choice, Resource
from smartforge.contract.names import plural
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.statements.statement import Statement
from smartforge.planners.offline.statements.wanting import Wanted
from smartforge.planners.offline.tokens import Token

# Words for whatever there is, where nothing kept is called so.
_GENERIC = ("post", "content", "stuff", "entry", "item", "data", "thing", "submission", "record")


_PERSONAL = frozenset(("email", "phone", "password", "profile", "profiles", "personal", "contact"))


class Said(msgspec.Struct):
    """A statement with the resources that it is about; `general`: it names none of them."""

    place: int
    one: Statement
    names: list[str]
    general: bool


class Scene(msgspec.Struct):
    """`account` is the name of the resource whose rows log in; `tenant` that of the tenants.

    `within` holds the resources whose rows are parts of what only its owner may read, each with
    what they are parts of.
    """

    sketch: Sketch
    wanted: Wanted
    account: str = "user"
    roles: tuple[str, ...] = ()
    tenant: str = ""
    said: list[Said] = msgspec.field(default_factory=list[Said])
    unmade: list[Said] = msgspec.field(default_factory=list[Said])
    stack: list[Resource] = msgspec.field(default_factory=list[Resource])
    within: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    @property
    def last(self) -> tuple[str, ...]:
        """The most powerful role, where there are any."""
        return self.roles[-1:]

    def resources(self) -> list[Resource]:
        """All but the accounts and the tenants."""
        aside = (self.account, self.tenant)
        return [one for one in self.sketch.contract.resources if one.name not in aside]

    def about(self, resource: Resource) -> Iterator[Said]:
        """The statements about a resource: those that name it, and those that name none."""
        for one in self.said:
            if resource.name in one.names or (one.general and resource.name != self.account):
                yield one


def place_statements(scene: Scene) -> None:
    """Find for every statement the resources that it is about."""
    before: list[str] = []
    for place, one in scene.wanted.statements:
        names = [resource.name for noun in _nouns(one) if (resource := _resource(scene, noun))]
        if one.actor.of and not names:
            owned = _resource(scene, one.actor.of)
            names = [owned.name] if owned else []
        if not names and one.points:
            names = _mentioned(scene, place, one.begin) or before
            names = before if {*names} < {*before} else names  # spaces and desks; ... list them
        if not names and one.closed:
            names = _with_value(scene, one) or _of_accounts(scene, one)
        if one.duty and not names:
            names = before or [resource.name for resource in scene.resources()[:1]]
        generic = all(noun in _GENERIC for noun in one.objects)
        if not names and one.closed and not generic:
            names = before or [resource.name for resource in scene.resources()]
        known = bool(names) or (generic and not one.points)
        known = known or (one.closed and one.actor.kind != "role")
        if known or one.every:
            general = not names
            scene.said.append(Said(place, one, list(dict.fromkeys(names)), general))
        before = names or before


def _nouns(one: Statement) -> list[str]:
    return [one.joins] if one.joins else one.objects


def _resource(scene: Scene, noun: str) -> Resource | None:
    known = {one.name for one in scene.sketch.contract.resources}
    if noun == "user" or (noun in ("account", "people", "person") and noun not in known):
        return scene.sketch.find(scene.account)
    return scene.sketch.find(noun)


def _with_value(scene: Scene, one: Statement) -> list[str]:
    """The resources that `drafts` are: what has such a value in a choice, or such a field."""
    return [
        resource.name
        for resource in scene.resources()
        for field in resource.fields
        if field.name in one.objects
        or (isinstance(field.kind, Choice) and set(field.kind.values) & set(one.objects))
    ]


def _of_accounts(scene: Scene, one: Statement) -> list[str]:
    """The accounts, where `other users' email addresses` are meant."""
    kept = {part for noun in one.objects for part in noun.split("_")}
    return [scene.account] if kept & _PERSONAL else []


def _mentioned(scene: Scene, place: int, end: int) -> list[str]:
    """The last resource named before a place in the sentence, or in the one before."""
    for at in (place, place - 1):
        if at < 0:
            continue
        tokens = scene.sketch.sentences[at].tokens
        for token in reversed(tokens[:end] if at == place else tokens):
            if token.word and nounphrases.is_nounlike(token):
                found = scene.sketch.find_exactly([token]) or _ending(scene, token)
                if found is not None and found.name != scene.account:
                    return [found.name]
    return []


def _ending(scene: Scene, token: Token) -> Resource | None:
    """The one thing whose name ends in a word: `request` where there are adoption requests."""
    noun = nounphrases.noun_of([token])
    found = [one for one in scene.resources() if noun and one.name.endswith(f"_{noun}")]
    return found[0] if len(found) == 1 else None


def many(name: str) -> str:
    """The plural of a name, in words."""
    return plural(name).replace("_", " ")
