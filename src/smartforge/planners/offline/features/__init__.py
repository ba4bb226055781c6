"""What resources can do beyond keeping fields: search, sorting, ranges, rules, figures, states.

`IMPLIED` runs before resources are linked and get their owners: it adds rows that the words speak
of without naming a thing. `READERS` run after that, in this order: later ones build on earlier.
"""

from smartforge.contract import Contract, validate
from smartforge.errors import ContractInvalid
from smartforge.planners.offline.features import (
    already,
    assignees,
    codes,
    conditions,
    cursors,
    duties,
    figures,
    files,
    guards,
    histories,
    implied,
    keeping,
    lending,
    lists,
    many,
    marks,
    movers,
    moves,
    order,
    origins,
    quotas,
    ratelimits,
    reaching,
    receivers,
    reports,
    retries,
    stamps,
    states,
    stock,
    taken,
    times,
    transfers,
    uniqueness,
    versions,
)
from smartforge.planners.offline.sketch import Claim, Reader, Sketch


def _read_states(sketch: Sketch) -> None:
    flows = states.read_flows(sketch)
    duties.read_duties(sketch, flows)
    moves.read_moves(sketch, flows)
    movers.read_movers(sketch, flows)
    states.settle_flows(sketch, flows)
    movers.settle_movers(sketch)
    states.settle_defaults(sketch)


def _kept_sound(reader: Reader) -> Reader:
    """`reader`, but what it makes of a sound contract is taken back where that is not sound.

    Its words then count as not understood, which the user is told.
    """

    def read(sketch: Sketch) -> None:
        contract, notes, taken = sketch.contract, list(sketch.notes), set(sketch.taken)
        reader(sketch)
        unsound = sketch.contract is not contract and not _is_sound(sketch.contract)
        if unsound and _is_sound(contract):
            sketch.contract, sketch.notes, sketch.taken = contract, notes, taken

    return read


def _is_sound(contract: Contract) -> bool:
    try:
        validate(contract)
    except ContractInvalid:
        return False
    return True


CLAIMS: tuple[Claim, ...] = (
    keeping.claim_keeping,
    duties.claim_duties,
    versions.claim_versions,
    retries.claim_retries,
    histories.claim_histories,
    states.claim_states,
    times.claim_times,
    stock.claim_stock,
    transfers.claim_transfers,
    guards.claim_guards,
    figures.claim_figures,
    files.claim_files,
    codes.claim_codes,
    implied.claim_events,
    marks.claim_marks,
    receivers.claim_receivers,
    uniqueness.claim_unique,
    taken.claim_taken,
    reports.claim_reports,
    lists.claim_lists,
    lending.claim_lending,
    quotas.claim_quotas,
    ratelimits.claim_limits,
    cursors.claim_cursors,
    already.claim_already,
    origins.claim_origins,
    reaching.claim_reaching,
    many.claim_many,
)
IMPLIED: tuple[Reader, ...] = (
    implied.imply_events,
    implied.imply_ratings,
    implied.imply_placed,
    lending.imply_loans,
    stock.imply_movements,
    transfers.imply_transfers,
    stock.imply_limits,
)
_IN_ORDER: tuple[Reader, ...] = (
    keeping.read_keeping,
    versions.read_versions,
    histories.read_histories,
    codes.read_codes,
    files.read_files,
    receivers.read_receivers,
    receivers.read_webhooks,
    lending.read_lending,
    _read_states,
    lending.read_decided,
    guards.read_guards,
    marks.read_marks,
    uniqueness.read_unique,
    uniqueness.read_no_two,
    uniqueness.read_one_per,
    taken.read_taken,
    quotas.read_quotas,
    ratelimits.read_limits,
    stock.read_reducing,
    transfers.read_transfers,
    stamps.read_stamps,
    assignees.read_assignees,
    times.read_times,
    times.settle_times,
    reports.read_reports,
    figures.read_figures,
    lists.read_search,
    lists.read_filters,
    lists.read_ranges,
    order.read_sorting,
    order.read_first,
    order.read_better,
    lists.settle_filters,
    reaching.read_reaching,
    cursors.read_cursors,
    many.read_many,
    retries.read_retries,
    origins.read_origins,
    already.read_already,
    conditions.read_conditions,
)
READERS: tuple[Reader, ...] = tuple(_kept_sound(reader) for reader in _IN_ORDER)
