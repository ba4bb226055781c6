"""`make creating payments idempotent`, `orders need no idempotency key any more`."""

import re

import msgspec

from smartforge.contract import Contract, Idempotency, Resource
from smartforge.contract.names import spaced, words
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import Draft, listing
from smartforge.planners.offline.features import retries, retrywords
from smartforge.planners.offline.features.heard import Heard, hear
from smartforge.planners.offline.followup.clauses import Clause
from smartforge.planners.offline.followup.names import PRONOUNS
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene
from smartforge.planners.offline.prompt import Prompt
from smartforge.planners.offline.sketch import Sketch

_AWAY = re.compile(
    r"\b(?:remove|drop|disable|delete|get rid of|turn off|switch off|no longer|no more|stop|forget"
    r"|no|not|don't|doesn't|aren't|isn't|needn't|abandon|undo)\b"
)
_NEED = re.compile(r"\b(?:requir\w*|mandatory|need\w*|must|have to|has to|obligatory)\b")
_SMALL = word_set(
    """
    remove drop disable delete get rid of turn off switch no longer more stop forget without not
    don't doesn't aren't isn't needn't any anymore again everywhere now please from for on in to the
    a an and all every each these those again too also as well , / ` resource resources new make
    let's want it them they its their allow introduce put enforce
    """
)


def retrying(scene: Scene, clause: Clause) -> Done | None:
    """What a clause asks for that speaks of requests that come twice, and of nothing else.

    Raises Impossible where that cannot be.
    """
    heard = hear(0, clause.sentence)
    if not _is_all(scene.contract, heard):
        return None
    rest = retrywords.CUES.sub(" ", heard.line)
    away = bool(_AWAY.search(rest))
    eased = bool(retrywords.OPTIONAL.search(heard.line)) or (away and bool(_NEED.search(rest)))
    required = bool(retrywords.REQUIRED.search(heard.line)) and not eased
    things, named = _things(scene, clause, heard)
    keyed = [one for one in things if one.idempotency]
    if away and not keyed:
        raise Impossible("no idempotency keys are taken there.", "Say where they should be taken.")
    if away and not (eased and all(one.idempotency == Idempotency(True) for one in keyed)):
        return _done(scene, keyed, None)
    # What is said of keys that there are, without a name, is about those.
    every = bool({"everywhere", "all", "every", "each"} & {token.low for token in heard.tokens})
    of_those = away or not (named or every or not (eased or required))
    return _done(scene, (of_those and keyed) or things, Idempotency(required))


def _is_all(contract: Contract, heard: Heard) -> bool:
    """Whether the words are about keys, names of resources, or small."""
    said = [*retries.cues(heard), *retries.details(heard)]
    if not any(retries.cues(heard)):
        return False
    read = {at for one in said for at in range(one.first, one.last)}
    names = {
        part
        for one in contract.resources
        for name in (one.name, one.plural)
        for part in words(name)
    }
    known = names | _SMALL | retrywords.AROUND
    return all(
        at in read or not token.word or token.low in known for at, token in enumerate(heard.tokens)
    )


def _things(scene: Scene, clause: Clause, heard: Heard) -> tuple[list[Resource], bool]:
    """The resources that are named or pointed to, else all that can take keys; if any is named."""
    sketch = Sketch(scene.contract, Prompt((clause.sentence,)), Draft(prompt=1, title=""))
    named = list({one.name: one for one in retries.meant(sketch, heard)}.values())
    lows = {token.low for token in heard.tokens}
    if not named and scene.subject and lows & PRONOUNS:
        named = [scene.contract.resource(scene.subject)]
    able = [one for one in named or scene.contract.resources if retries.takes_keys(sketch, one)]
    if not able:
        names = listing([spaced(one.plural) for one in named])
        raise Impossible(
            f"{names} take no idempotency keys: accounts, uploads, and what is known again by a "
            "field of its own never do.",
            "Say which other resource is meant.",
        )
    return able, bool(named)


def _done(scene: Scene, things: list[Resource], keys: Idempotency | None) -> Done:
    contract = scene.contract
    for one in things:
        contract = with_resource(contract, msgspec.structs.replace(one, idempotency=keys))
    names = listing([spaced(one.plural) for one in things])
    told = (
        f"POSTs of {names} take no Idempotency-Key any more: the same request again is done again."
    )
    if keys is not None:
        told = retries.told(things, keys.required)
    settled = tuple((f"{one.name} idempotency", str(keys)) for one in things)
    return Done(contract, (told,), things[0].name, settled=settled)
