"""What values a field takes: kind, bounds, default; whether it is required or unique."""

import msgspec

from smartforge.contract import (
    Boolean,
    Choice,
    Decimal,
    Field,
    Integer,
    Kind,
    Reference,
    References,
    Resource,
    Text,
    TextList,
)
from smartforge.contract.fields import Default
from smartforge.contract.kinds import MAX_TEXT
from smartforge.contract.names import quoted, spaced
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.assembly import MAX_SORTED_TEXT
from smartforge.planners.offline.bounds import Bounds, read_bounds
from smartforge.planners.offline.fieldkinds import typed_as
from smartforge.planners.offline.followup.names import fields_said, names_of, unrepeated
from smartforge.planners.offline.followup.phrases import Slots, Words, worded, words_of
from smartforge.planners.offline.followup.rewriting import with_field, with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene
from smartforge.planners.offline.limits import apply, default_for
from smartforge.planners.offline.telling import kind_in_words
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, words

_FIXED = ("changed", "edited", "updated", "modified")
_EMPTY = frozenset(("empty", "blank", "null", "missing", "omitted", "nullable", "none", "absent"))
_SMALL = word_set("a an the be to of type kind value values field and also now long")
_CURRENCY = frozenset(("$", "€", "£"))


_TOGETHER = word_set("together combination combined pair per within")
_ABOUT = ("about", "negated")
_GIVEN = word_set("given sent provided filled specified present supplied entered")


def _is_about(said: Words) -> bool:
    """Whether all the words can be about values, so that none is passed over."""
    known = words_of("about") | attributes().types.keys() | words().required | words().optional
    defaulted = bool({"default", "defaults", "defaulting", "initially", "="} & set(said.lows))
    return defaulted or all(
        token.low in known or token.number or token.low in words().numbers
        for token in said.tokens
        if token.word
    )


class _Wish(msgspec.Struct):
    """What was said about a field."""

    bounds: Bounds
    kind: Kind | None = None
    required: bool | None = None
    unique: bool | None = None
    fixed: bool | None = None
    longer: bool | None = None

    @property
    def says(self) -> bool:
        named = (self.kind, self.required, self.unique, self.fixed, self.longer)
        return any(one is not None for one in named) or self._bounded

    @property
    def _bounded(self) -> bool:
        ends = self.bounds
        return ends.numeric or ends.length or ends.default is not None or ends.places is not None


def shape(scene: Scene, slots: Slots) -> Done | None:
    """`make the price optional`, `rating goes to 10`, `titles can be 300 characters long`."""
    said = _subject(slots)
    if (
        said is None
        or said.lows[:1] == ["make"]
        or _TOGETHER & {low for one in slots.values() for low in one.lows}
    ):
        return None
    about = {low for name in _ABOUT if name in slots for low in slots[name].lows}
    if about & words().required and about & words().optional and "negated" not in slots:
        raise Impossible("it cannot be both required and optional.", "Say which of them counts.")
    wish = _wish(slots)
    if not wish.says or not all(_is_about(slots[name]) for name in _ABOUT if name in slots):
        return None
    thing = slots["thing"].low if "thing" in slots else ""
    found = fields_said(scene, said.low, thing)
    contract = scene.contract
    told: list[str] = []
    settled: list[tuple[str, str]] = []
    for home, field in unrepeated(found):
        made = _shaped(home, field, wish)
        contract = with_field(contract, home.name, made)
        contract = with_resource(contract, _fitting(contract.resource(home.name), made))
        told.append(_told(home, field, made))
        settled += _settled(home, field, made, wish)
    pairs = names_of(found)
    return Done(contract, tuple(told), found[-1][0].name, pairs, tuple(settled))


def _subject(slots: Slots) -> Words | None:
    """The words for the fields, without what is said of them."""
    return slots.get("what") or slots.get("required")


def _wish(slots: Slots) -> _Wish:
    if "required" in slots:
        return _Wish(Bounds(), required=True)
    if "empty" in slots:
        return _Wish(Bounds(), required=False)
    for name in ("ceiling", "floor"):
        if name in slots:
            return _Wish(_one_end(slots[name], least=name == "floor"))
    about = slots.get("negated") or slots["about"]
    negative = "negated" in slots and about.lows[:1] == ["negative"]
    wish = _read(worded([_NOT, *about.tokens]) if negative else about)
    if negative:
        return wish
    if "limit" in slots and not wish.bounds.numeric:
        wish.bounds = _one_end(about, slots["limit"].low.startswith("min"))
    elif not wish.says and about.tokens and all(one.number for one in about.tokens[:1]):
        wish.bounds = _one_end(about, least=False)
    if "negated" in slots:
        _turn(wish, about)
    return wish


def _read(about: Words) -> _Wish:
    """What plain words about a field say, each of which must be understood."""
    tokens = [one for one in about.tokens if one.low not in _CURRENCY]
    lows = [one.low for one in tokens]
    bounds = read_bounds(tokens)
    if bounds.high is None and bounds.low is None and lows[:1] == ["to"]:
        bounds = read_bounds([_UP, *tokens])
    wish = _Wish(bounds, required=bounds.required, unique=bounds.unique or None)
    wish.kind = typed_as(tokens, []) if not bounds.length else None
    flat = set(lows)
    if flat & _EMPTY or "left out" in about.low or "leave out" in about.low:
        wish.required = bool(flat & {"not", "never", "cannot", "can't"})
    if flat & _GIVEN:
        wish.required = True
    if flat & set(_FIXED) and flat & {"not", "never", "cannot", "can't"}:
        wish.fixed = True
    if "readonly" in flat or "immutable" in flat or "read only" in about.low:
        wish.fixed = True
    if "unique" in flat and flat & {"not", "isn't"}:
        wish.unique = False
    if {"longer", "larger", "bigger"} & flat and not bounds.numeric and not bounds.length:
        wish.longer = True
    if {"shorter", "smaller"} & flat and not bounds.numeric and not bounds.length:
        wish.longer = False
    return wish


_NOT = Token("not", "not", 0, 0, word=True)
_UP = Token("up", "up", 0, 0, word=True)


def _one_end(about: Words, least: bool) -> Bounds:
    """`to 500`, `500 characters`: one end that was named by what stands before it."""
    number = next((one.low for one in about.tokens if one.number), None)
    length = bool({"characters", "chars", "letters", "symbols", "digits"} & set(about.lows))
    return Bounds(low=number if least else None, high=None if least else number, length=length)


def _turn(wish: _Wish, about: Words) -> None:
    """`does not have to be unique`: the opposite of what the words alone would say."""
    lows = set(about.lows)
    if wish.unique:
        wish.unique = False
    if lows & _EMPTY:
        wish.required = True
    elif wish.required is not None:
        wish.required = not wish.required
    if lows & set(_FIXED):
        wish.fixed = True
    elif wish.fixed:
        wish.fixed = False
    wish.kind = None
    ends = wish.bounds
    if ends.above is not None:  # may not be more than 5
        wish.bounds = msgspec.structs.replace(ends, above=None, high=ends.above)
    elif ends.below is not None:
        wish.bounds = msgspec.structs.replace(ends, below=None, low=ends.below)


# ---- the field that comes of it -------------------------------------------------------------


def _shaped(home: Resource, field: Field, wish: _Wish) -> Field:
    """The field with what was said. Raises Unknown where it cannot be so."""
    of = f"{spaced(field.name)} of {spaced(home.plural)}"
    made = field
    linked = isinstance(field.kind, Reference | References)
    counts = isinstance(field.kind, Integer) and wish.kind == Decimal()
    if wish.kind is not None and type(wish.kind) is not type(field.kind) and not counts:
        if linked or field.written == "never":
            raise Impossible(
                f"{of} is {kind_in_words(field)} and stays so.", "Remove it and add another field."
            )
        made = _of_kind(made, wish.kind)
    ends = wish.bounds
    if isinstance(made.kind, Text) and not ends.length and ends.low == "0" and ends.high is None:
        raise Impossible(
            f"{of} is text, which is neither more nor less than zero.",
            "Add another field that is a number.",
        )
    bounded, complaint = apply(made.kind, wish.bounds)
    if complaint:
        raise Impossible(
            f"the limits {complaint} make no sense for {of}.", "Name limits that it can have."
        )
    if wish.longer is not None:
        bounded = _stretched(of, bounded, wish.longer)
    made = msgspec.structs.replace(made, kind=bounded)
    made = _with_default(of, made, wish.bounds.default)
    if wish.required is not None:
        made = required(made) if wish.required else optional(made)
    if wish.unique is not None:
        if wish.unique and isinstance(made.kind, Boolean | TextList | References):
            raise Impossible(f"{of} is {kind_in_words(made)}, which cannot be unique.", "")
        made = msgspec.structs.replace(made, unique=wish.unique)
    if wish.fixed is not None:
        made = msgspec.structs.replace(made, written="creation" if wish.fixed else "always")
    if made == field and wish.says:
        return field
    return made


def _of_kind(field: Field, kind: Kind) -> Field:
    """With another kind; a default that does not fit it goes."""
    if isinstance(field.kind, Integer) and isinstance(kind, Decimal):
        kind = Decimal(str(field.kind.minimum), str(field.kind.maximum), kind.places)
        low = max(float(kind.minimum), -9999999999.0)
        kind = msgspec.structs.replace(kind, minimum=str(int(low)))
    elif isinstance(field.kind, Decimal) and isinstance(kind, Integer):
        low, high = float(field.kind.minimum), float(field.kind.maximum)
        least = max(int(low), kind.minimum)
        kind = Integer(least, min(int(high), kind.maximum))
    default: Default = None
    if field.default is not None and not isinstance(field.default, list):
        default = default_for(kind, str(field.default))
    made = msgspec.structs.replace(field, kind=kind, default=default)
    unique = made.unique and not isinstance(kind, Boolean | TextList)
    made = msgspec.structs.replace(made, unique=unique)
    return made if made.required else optional(made)


def _stretched(of: str, kind: Kind, longer: bool) -> Kind:
    """`longer`, where no number is said: ten times, or a tenth."""
    if not isinstance(kind, Text):
        raise Impossible(f"{of} is no text.", "Say from which to which value it goes.")
    most = min(kind.max_length * 10, MAX_TEXT) if longer else max(kind.max_length // 2, 1)
    return msgspec.structs.replace(kind, max_length=max(most, kind.min_length))


def _with_default(of: str, field: Field, said: str | None) -> Field:
    if said is None:
        return field
    value = default_for(field.kind, said.strip("\"'"))
    if value is None:
        raise Impossible(
            f"the default {quoted(said)} is no value of {of} ({kind_in_words(field)}).",
            "Name a default that the field can hold.",
        )
    return msgspec.structs.replace(optional(field), default=value)


def required(field: Field) -> Field:
    """`field` as one that must be sent and is never null."""
    kind = field.kind
    if not field.required and isinstance(kind, Text) and kind.min_length == 0:
        kind = msgspec.structs.replace(kind, min_length=1)
    if isinstance(kind, Reference) and kind.on_delete == "clear":
        kind = msgspec.structs.replace(kind, on_delete="restrict")
    return msgspec.structs.replace(field, required=True, default=None, kind=kind)


def optional(field: Field) -> Field:
    """`field` as one that may be left out; a truth is then false, a list empty."""
    default = field.default
    kind = field.kind
    if default is None and isinstance(kind, Boolean):
        default = False
    if default is None and isinstance(kind, TextList | References):
        default = []
    if field.required and isinstance(kind, Text) and kind.min_length == 1:
        kind = msgspec.structs.replace(kind, min_length=0)
    return msgspec.structs.replace(field, required=False, default=default, kind=kind)


def _fitting(home: Resource, field: Field) -> Resource:
    """A resource whose lists are still sorted and narrowed by what can be."""
    long = isinstance(field.kind, Text) and field.kind.max_length > MAX_SORTED_TEXT
    unsorted = long or isinstance(field.kind, TextList)
    ranged = isinstance(field.kind, Choice | Boolean | Text | TextList)
    return msgspec.structs.replace(
        home,
        sortable=tuple(one for one in home.sortable if not (unsorted and one == field.name)),
        ranges=tuple(one for one in home.ranges if not (ranged and one == field.name)),
    )


def _told(home: Resource, old: Field, new: Field) -> str:
    what = f"{spaced(new.name).capitalize()} of {spaced(home.plural)}"
    if old == new:
        return f"{what} is so already: nothing about it had to change."
    now: list[str] = []
    if old.kind != new.kind:
        before, after = kind_in_words(old), kind_in_words(new)
        lengths = f" of {_lengths(new.kind)}" if isinstance(new.kind, Text) else ""
        now.append(f"{after}{lengths}" if lengths or before == after else f"{after} (was {before})")
    if old.required != new.required:
        now.append("required" if new.required else "optional")
    if old.unique != new.unique:
        now.append("unique" if new.unique else "no longer unique")
    if old.default != new.default and new.default not in (None, [], False):
        now.append(f"{quoted(str(new.default))} where nothing is sent")
    if old.written != new.written:
        fixed = "set on creation and never changed" if new.written == "creation" else "changeable"
        now.append(fixed)
    return f"{what} is now {', '.join(now) or 'changed'}."


def _lengths(kind: Text) -> str:
    return f"{kind.min_length} to {kind.max_length} characters"


def _settled(home: Resource, old: Field, new: Field, wish: _Wish) -> list[tuple[str, str]]:
    key = f"{home.name}.{new.name}"
    found = [(key, "there")]
    if wish.required is not None:
        found.append((f"{key} required", str(new.required)))
    if wish.unique is not None:
        found.append((f"{key} unique", str(new.unique)))
    if wish.kind is not None:
        found.append((f"{key} kind", type(new.kind).__name__))
    if wish.bounds.default is not None:
        found.append((f"{key} default", str(new.default)))
    if old.kind != new.kind and wish.kind is None:
        found.append((f"{key} bounds", str(new.kind)))
    return found


def unique_by(scene: Scene, slots: Slots) -> Done | None:
    """`members should be unique by email`."""
    found = fields_said(scene, slots["what"].low, slots["thing"].low)
    home, field = found[0]
    if len(found) > 1:
        return None
    made = _shaped(home, field, _Wish(Bounds(), unique=True))
    contract = with_field(scene.contract, home.name, made)
    return Done(contract, (_told(home, field, made),), home.name, names_of(found))


# ---- defaults and limits --------------------------------------------------------------------


def default(scene: Scene, slots: Slots) -> Done | None:
    """`set the default of status to open`."""
    value = slots["value"].text.strip("\"'“”` ")
    truth = {"true", "false", "yes", "no", "on", "off"}
    if len(value.split()) > 4:
        return None
    found = fields_said(scene, slots["what"].low)
    contract = scene.contract
    told: list[str] = []
    for home, field in found:
        said = value if not isinstance(field.kind, Boolean) or value.lower() in truth else "true"
        made = _with_default(f"{spaced(field.name)} of {spaced(home.plural)}", field, said)
        contract = with_field(contract, home.name, made)
        told.append(_told(home, field, made))
    pairs = names_of(found)
    settled = tuple((f"{home}.{name} default", value.lower()) for home, name in pairs)
    return Done(contract, tuple(told), found[-1][0].name, pairs, settled)


def lift(scene: Scene, slots: Slots) -> Done | None:
    """`remove the limit of the title`, `drop the default of status`."""
    thing = slots["thing"].low if "thing" in slots else ""
    rule = slots["rule"].low
    found = fields_said(scene, slots["what"].low, thing)
    contract = scene.contract
    told: list[str] = []
    for home, field in found:
        made = _lifted(field, rule)
        contract = with_field(contract, home.name, made)
        told.append(_told(home, field, made))
    pairs = names_of(found)
    settled = tuple((f"{home}.{name} {rule}", "lifted") for home, name in pairs)
    return Done(contract, tuple(told), found[-1][0].name, pairs, settled)


def _lifted(field: Field, rule: str) -> Field:
    if "default" in rule:
        return msgspec.structs.replace(field, default=None) if field.default is not None else field
    if "uniq" in rule:
        return msgspec.structs.replace(field, unique=False)
    if "requir" in rule:
        return optional(field)
    kind = field.kind
    least = "min" not in rule
    match kind:
        case Text():
            made: Kind = Text(kind.min_length, MAX_TEXT) if least else Text(0, kind.max_length)
        case Integer():
            made = Integer(kind.minimum) if least else Integer(maximum=kind.maximum)
        case Decimal():
            whole = Decimal(places=kind.places)
            made = msgspec.structs.replace(
                kind, **({"maximum": whole.maximum} if least else {"minimum": whole.minimum})
            )
        case _:
            made = kind
    return msgspec.structs.replace(field, kind=made)
