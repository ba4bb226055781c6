"""Accounts, roles, tenants, owners and permissions of a contract, in this order."""

from smartforge.contract import NotMade
from smartforge.contract.names import identifier, quoted
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.people.access import set_access
from smartforge.planners.offline.people.accountaccess import set_account_access
from smartforge.planners.offline.people.acting import bars_own, find_acting
from smartforge.planners.offline.people.claim import is_about_passwords
from smartforge.planners.offline.people.forbidding import forbid
from smartforge.planners.offline.people.others import refer_to_accounts
from smartforge.planners.offline.people.owners import set_owners
from smartforge.planners.offline.people.register import find_account, make_accounts
from smartforge.planners.offline.people.roles import find_roles
from smartforge.planners.offline.people.scene import Scene, place_statements
from smartforge.planners.offline.people.tenants import find_tenant, set_tenants
from smartforge.planners.offline.people.within import keep_parts_private
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.statements.wanting import Wanted

# What is said about logging in and comes to something wherever accounts are wanted.
_AUTH = word_set(
    """
    jwt token tokens bearer password passwords hashed hash hashing argon2 bcrypt login logins auth
    authentication authenticated authorization sign-up signup register registration secure
    securely security role roles permission permissions account accounts username usernames
    """
)


def read_people(sketch: Sketch) -> None:
    """Complete the contract with whoever may use it; where nobody logs in, nothing changes."""
    found = sketch.prompt.wanted
    forbid(sketch, found)
    if not found.accounts:
        _note_refused(sketch, found)
        return
    scene = Scene(sketch, found)
    find_account(scene)
    find_tenant(scene)
    find_roles(scene)
    make_accounts(scene)
    place_statements(scene)
    find_acting(scene)
    refer_to_accounts(scene)
    set_owners(scene)
    set_tenants(scene)
    set_access(scene)
    keep_parts_private(scene)
    set_account_access(scene)
    _take(scene)
    for said in scene.unmade:
        quote = quoted(said.one.words, 80)
        what = (said.names or ["rows"])[0]
        sketch.not_made.append(
            NotMade(
                identifier(f"{said.one.actor.name}_sees_own_{what}"),
                f"{quote}: rows belong to whoever makes them, and here that is somebody else",
            )
        )
    _note_own_refused(scene)
    _note_passwords(sketch)
    _note_refused(sketch, found)


def _note_own_refused(scene: Scene) -> None:
    """`nobody approves their own`: what owners may not do with their rows is not kept."""
    for said in scene.said:
        one = said.one
        owner = one.own or one.actor.kind == "owner"
        kept = bars_own(said) and all(
            scene.sketch.contract.resource(name).owner for name in said.names
        )
        if one.refused and owner and not one.closed and not kept:
            scene.sketch.not_made.append(
                NotMade(
                    identifier(f"refuse_owners_of_{(said.names or ['rows'])[0]}"),
                    f"{quoted(one.words, 80)}: owners are not kept from what others may do",
                )
            )


def _note_passwords(sketch: Sketch) -> None:
    for place, sentence in enumerate(sketch.sentences):
        if is_about_passwords(sentence):
            sketch.take(place)
            sketch.note(
                f"{quoted(sentence.text, 80)}: passwords have 8 to 128 characters and are kept as "
                "argon2id hashes; no other rule for them is made."
            )


def _take(scene: Scene) -> None:
    """Remember which words were read."""
    sketch, found = scene.sketch, scene.wanted
    for said in scene.said:
        sketch.take(said.place, said.one.begin, said.one.end)
    for place, begin, end, _ in found.roles:
        sketch.take(place, begin, end)
    for one in found.tenancies:
        sketch.take(one.place, one.begin, one.end)
    for sign in found.signs:
        sketch.take(sign.place, sign.begin, sign.end)
        for at, token in enumerate(sketch.sentences[sign.place].tokens):
            if token.low in _AUTH:
                sketch.take(sign.place, at, at + 1)
    for place, one in found.statements:
        if one.actor.kind == "nobody" and "admin" in " ".join(one.objects):
            sketch.take(place, one.begin, one.end)


def _note_refused(sketch: Sketch, found: Wanted) -> None:
    sign = found.refused
    if sign is None:
        return
    sketch.take(sign.place, sign.begin, sign.end)
    if found.accounts:
        asked = next((one.said for one in found.signs if not one.refused), "")
        asked = asked or next((one.words for _, one in found.statements), "")
        sketch.note(
            f"{quoted(sign.said)} contradicts {quoted(asked)}: the safer reading counts, so "
            "there are accounts."
        )
    else:
        sketch.note(f"{quoted(sign.said)}: there are no accounts, and everybody may do everything.")
