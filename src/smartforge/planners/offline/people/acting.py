"""Who may use the operations that change a state: `only managers can approve`, `admins ban`."""

import msgspec

from smartforge.contract import Access, Boolean, Resource, Transition
from smartforge.contract.names import identifier, quoted, spaced
from smartforge.planners.offline.people.roles import role_of
from smartforge.planners.offline.people.scene import Said, Scene, many
from smartforge.planners.offline.sketch import Acting, Sketch
from smartforge.planners.offline.statements.vocabulary import act_of, actions_of

ADMINS = frozenset(("admin", "superadmin"))


def find_acting(scene: Scene) -> None:
    """Keep who was said to do what, for the operations that are read later."""
    everything = tuple(one.name for one in scene.sketch.contract.resources)
    for said in scene.said:
        names = tuple(said.names) or everything
        for verb in said.one.acts:
            alone = not actions_of(verb)
            own = bars_own(said)
            access = None if own else _access(scene, said)
            scene.sketch.acting.append(
                Acting(names, verb, access, said.one.words, alone, own, said.one.duty)
            )


def bars_own(said: Said) -> bool:
    """`nobody approves their own`: what is refused to the owners of rows alone."""
    one = said.one
    return bool(one.acts) and one.refused and (one.own or one.actor.kind == "owner")


def _access(scene: Scene, said: Said) -> Access | None:
    one = said.one
    role = role_of(one.actor.name)
    above = scene.last if not one.duty or {*scene.last} <= ADMINS else ()
    if not one.acts or not scene.roles:
        return Access("owner") if one.acts and one.actor.kind == "owner" else None
    if one.refused and role in scene.roles:
        return Access("role", tuple(name for name in scene.roles if name != role))
    if one.refused and one.actor.kind == "user":
        return Access("role", scene.last)
    if one.refused:
        return None
    if one.actor.kind == "owner" or one.own:
        return Access("owner", above)
    if role in scene.roles:
        return Access("role", _ranked(scene, {role, *(() if one.only else above)}))
    return None


def _ranked(scene: Scene, roles: set[str]) -> tuple[str, ...]:
    return tuple(role for role in scene.roles if role in roles)


def settle_acting(sketch: Sketch) -> None:
    """Let operations that change a state be for whom the prompt says, and nobody else."""
    for resource in sketch.contract.resources:
        moves = tuple(_settled(sketch, resource, move) for move in resource.transitions)
        changed = {new.field for old, new in zip(resource.transitions, moves, strict=True)
                   if old.access != new.access or new.not_owner}  # fmt: skip
        fields = tuple(
            msgspec.structs.replace(field, written="never") if field.name in changed else field
            for field in resource.fields
        )
        made = msgspec.structs.replace(resource, transitions=moves, fields=fields)
        sketch.put(_with_way_back(sketch, made) if _is_account(sketch, resource) else made)
    for one in sketch.acting:
        if one.alone and not any(_is_made(sketch, name, one.verb) for name in one.names):
            sketch.note(f"Not understood: {quoted(one.said)}, as no operation {one.verb} is made.")


def _is_made(sketch: Sketch, name: str, verb: str) -> bool:
    resource = sketch.contract.resource(name)
    moves = {verb for move in resource.transitions for verb in _verbs(move)}
    return verb in moves or any(one.name == verb for one in (*resource.marks, *resource.reports))


def _verbs(move: Transition) -> tuple[str, str, str]:
    return move.name, act_of(move.name), act_of(str(move.target))


def _settled(sketch: Sketch, resource: Resource, move: Transition) -> Transition:
    """`move` for those who were said to do it; more than one statement: for all of them."""
    move = _barring(sketch, resource, move)
    said_of = [
        one.access
        for one in sketch.acting
        if one.access and resource.name in one.names and one.verb in _verbs(move)
    ]
    accounts = sketch.contract.accounts
    if not said_of:
        return _kept(sketch, resource, move)
    found = [one for one in said_of if resource.owner or one.who != "owner"]
    if not found:  # nobody owns such rows, and what was restricted stays so
        last = accounts.roles[-1:] if accounts else ()
        return msgspec.structs.replace(move, access=Access("role", last)) if last else move
    said = {role for one in found for role in one.roles}
    roles = tuple(role for role in (accounts.roles if accounts else ()) if role in said)
    who = "owner" if any(one.who == "owner" for one in found) and not move.not_owner else "role"
    return (
        msgspec.structs.replace(move, access=Access(who, roles))
        if roles or who == "owner"
        else move
    )


def _kept(sketch: Sketch, resource: Resource, move: Transition) -> Transition:
    """A move of which nobody was named, where of the others somebody was: open to few, not all."""
    told = any(one.duty and resource.name in one.names for one in sketch.acting)
    last = sketch.contract.accounts.roles[-1:] if sketch.contract.accounts else ()
    if not told or not last or move.access.who not in ("anyone", "user") or move.not_owner:
        return move
    access = Access("owner", last) if resource.owner else Access("role", last)
    sketch.note(
        f"Nobody was named who may {spaced(move.name)} {many(resource.name)}: so only "
        f"{'the owner or ' if resource.owner else ''}{last[0]} may."
    )
    return msgspec.structs.replace(move, access=access)


def _barring(sketch: Sketch, resource: Resource, move: Transition) -> Transition:
    """`move` as one that owners do not make, where that was said; their roles may all the same."""
    said = [
        one.said
        for one in sketch.acting
        if one.own and resource.name in one.names and one.verb in _verbs(move)
    ]
    if not said or not resource.owner:
        return move
    roles = move.access.roles
    access = Access("role", roles) if roles else Access("user")
    access = access if move.access.who in ("owner", "anyone") else move.access
    sketch.note(f"{quoted(said[0], 80)}: {spaced(move.name)} is refused to owners (403).")
    return msgspec.structs.replace(move, access=access, not_owner=True)


def _is_account(sketch: Sketch, resource: Resource) -> bool:
    accounts = sketch.contract.accounts
    return accounts is not None and accounts.resource == resource.name


def _with_way_back(sketch: Sketch, account: Resource) -> Resource:
    """Nobody bans or unbans themselves: only the last role does, or nobody where there is none."""
    accounts = sketch.contract.accounts
    last = accounts.roles[-1:] if accounts else ()
    moves: list[Transition] = []
    for move in account.transitions:
        if move.access.who == "role":
            moves.append(move)
        elif last:
            moves.append(msgspec.structs.replace(move, access=Access("role", last)))
    names = {move.name for move in moves}
    for move in list(moves):
        field = account.field(move.field)
        back = identifier(f"un{move.name}")
        alone = sum(one.field == move.field for one in moves) == 1
        if isinstance(field.kind, Boolean) and move.target is True and alone and back not in names:
            moves.append(Transition(back, move.field, False, (), "", move.access))
            sketch.note(f"{many(account.name)} also have the operation {spaced(back)}.")
    moved = {move.field for move in account.transitions}
    fields = tuple(
        msgspec.structs.replace(field, written="never") if field.name in moved else field
        for field in account.fields
    )
    return msgspec.structs.replace(account, transitions=tuple(moves), fields=fields)
