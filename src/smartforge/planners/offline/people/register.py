"""The accounts: which resource holds them, what they log in with, what else is known of them."""

import msgspec

from smartforge.contract import Accounts, Boolean, Choice, Email, Field, Resource, Text
from smartforge.contract.names import plural, quoted, singular, snake, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.people.scene import Scene
from smartforge.planners.offline.statements.vocabulary import people
from smartforge.planners.offline.statements.wanting import who_signs

MAX_USERNAME = 50
_DAY = 24 * 60
_UNITS = {"minute": 1, "min": 1, "hour": 60, "hr": 60, "day": _DAY, "week": 7 * _DAY}
_MAX_MINUTES = 60 * 24 * 30
_USERNAMES = word_set("username usernames login-name handle handles")
_EMAILS = word_set("email emails e-mail")
_OUR_FIELDS = word_set(
    """
    role roles password password_hash hashed_password token tokens permissions is_admin admin
    is_staff is_superuser superuser is_moderator user_role
    """
)

# What nobody may say of themselves.
_GUARDED = word_set(
    """
    verified is_verified email_verified banned is_banned blocked is_blocked suspended is_suspended
    disabled is_disabled active is_active enabled approved is_approved status balance credit credits
    points karma reputation plan tier premium is_premium trust_level wallet_balance
    """
)


def find_account(scene: Scene) -> None:
    """Set which resource the accounts are: `user`, or the one kind of people who sign up."""
    names = {resource.name for resource in scene.sketch.contract.resources}
    if "user" in names:
        return
    signing = {
        who_signs(scene.sketch.sentences[one.place], one.begin) for one in scene.wanted.signs
    }
    signing -= {""}
    if not signing:
        signing = _with_their_own(scene)
    if len(signing) == 1 and signing <= names:
        scene.account = signing.pop()


def _with_their_own(scene: Scene) -> set[str]:
    """The one kind of people who have something of their own, where all others lead."""
    lists = people()
    actors = [one for _, one in scene.wanted.statements if one.actor.kind == "role"]
    if any(one.actor.kind == "user" for _, one in scene.wanted.statements):
        return set()
    own = {one.actor.name for one in actors if one.own and not one.refused}
    return own if {one.actor.name for one in actors} <= own | lists.always else set()


def make_accounts(scene: Scene) -> None:
    """Put the accounts into the contract."""
    sketch = scene.sketch
    known = sketch.find(scene.account) if scene.account != "user" else _user(scene)
    resource = known or Resource("user", "users", ())
    username, email = _said(scene)
    login = tuple(_logins(username, email))
    fields = [_login_field(name) for name in login]
    fields += _others(scene, resource, login)
    names = {field.name for field in fields}
    kept = [one for one in resource.sortable if one in names]
    sortable = ("id", "created_at", *dict.fromkeys([*login, *kept]))
    sketch.put(
        msgspec.structs.replace(resource, fields=tuple(fields), sortable=sortable, owner="id")
    )
    accounts = Accounts(resource.name, login, scene.roles, _minutes(scene))
    sketch.contract = msgspec.structs.replace(sketch.contract, accounts=accounts)
    _note(scene, resource.name, login)


def _logins(username: bool, email: bool) -> list[str]:
    """By what people log in, the first in the request; by their address where nothing is said."""
    if username and email:
        return ["email", "username"]
    return ["username"] if username else ["email"]


def _user(scene: Scene) -> Resource | None:
    known = scene.sketch.contract.resources
    return next((one for one in known if one.name == "user"), None)


def _login_field(name: str) -> Field:
    if name == "email":
        return Field("email", Email(), unique=True)
    return Field("username", Text(1, MAX_USERNAME), unique=True)


def _others(scene: Scene, resource: Resource, login: tuple[str, ...]) -> list[Field]:
    """The further fields that were said; nobody is kept from signing up by one of them."""
    thing = scene.sketch.draft.things.get(resource.name)
    named = thing.attributes if thing is not None else {}
    kept: list[Field] = []
    for field in resource.fields:
        usual = field.name not in named
        aside = field.name in login or field.name in _OUR_FIELDS or field.name in _USERNAMES
        if aside or (usual and "username" in login and field.name in ("name", "email")):
            continue
        if usual and field.name == "email":
            continue
        if field.name in _GUARDED:
            kept += [] if usual else [_guarded(scene, resource, field)]
            continue
        needed = field.required and not usual and field.name in ("name", "first_name", "last_name")
        kept.append(field if needed else as_optional(field))
    return kept


def _guarded(scene: Scene, resource: Resource, field: Field) -> Field:
    """`field` as one that no client writes, since people would write it of themselves."""
    default = field.default
    if default is None and isinstance(field.kind, Boolean):
        default = False
    if default is None and isinstance(field.kind, Choice):
        default = field.kind.values[0]
    scene.sketch.note(
        f"{spaced(field.name)} of {plural(resource.name)} is only read: whoever writes their own "
        "account must not write it."
    )
    made = as_optional(field)
    return msgspec.structs.replace(made, default=default, written="never")


def as_optional(field: Field) -> Field:
    """`field` as one that may be left out."""
    if not field.required:
        return field
    kind = field.kind
    if isinstance(kind, Text) and kind.min_length == 1:
        kind = msgspec.structs.replace(kind, min_length=0)
    return msgspec.structs.replace(field, required=False, kind=kind)


def _said(scene: Scene) -> tuple[bool, bool]:
    """Whether user names and e-mail addresses are spoken of, where somebody signs up or logs in."""
    thing = scene.sketch.draft.things.get(scene.account)
    named = set(thing.attributes) if thing is not None else set[str]()
    places = {one.place for one in scene.wanted.signs}
    lows = {token.low for place in places for token in scene.sketch.sentences[place].tokens}
    lows |= named
    return bool(lows & _USERNAMES), bool(lows & _EMAILS)


def _minutes(scene: Scene) -> int:
    """`tokens expire after 30 minutes`; an hour where nothing is said."""
    for place, sentence in enumerate(scene.sketch.sentences):
        lows = [token.low for token in sentence.tokens]
        if not {"token", "tokens", "jwt"} & {*lows}:
            continue
        if not any(low.startswith(("expir", "valid", "last", "lifetime", "ttl")) for low in lows):
            continue
        for at, token in enumerate(sentence.tokens[:-1]):
            unit = _UNITS.get(singular(snake(lows[at + 1])))
            if token.number and unit:
                minutes = int(float(token.low) * unit)
                if 1 <= minutes <= _MAX_MINUTES:
                    scene.sketch.take(place, 0, len(sentence.tokens))
                    return minutes
    return 60


def _note(scene: Scene, name: str, login: tuple[str, ...]) -> None:
    signs: dict[int, str] = {}
    for one in scene.wanted.signs:
        if not one.refused:
            signs.setdefault(one.place, one.said)
    quotes = listing([quoted(one) for one in list(signs.values())[:2]])
    words = f"{quotes}: " if quotes else "Assumed from who may do what: "
    minutes = scene.sketch.contract.accounts.token_minutes if scene.sketch.contract.accounts else 60
    scene.sketch.note(
        f"{words}{plural(name)} register and log in with {' or '.join(login)} and password, and "
        f"get a JWT bearer token that ends after {minutes} minutes; passwords are kept as hashes."
    )
