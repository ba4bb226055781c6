"""Wrong variants of the generated code, at least one for each rule, and who has to notice.

`find` stands exactly once in the file `path` of the project rendered from the contract of that
name in `contracts.py`; the variant has `replace` there instead. `rule` is the rule's kind: the tag
of its struct, or what `checks/ruling` calls it.
"""

import msgspec

from smartforge.events import CheckName

MIGRATION = "migrations/versions/0001_initial.py"


class Mutant(msgspec.Struct, frozen=True):
    """See above. `what` tells variants of one rule from each other."""

    rule: str
    what: str
    contract: str
    path: str
    find: str
    replace: str
    check: CheckName = "rules"


MUTANTS = (
    Mutant(
        "adjusts",
        "takes what is not there",
        "shop",
        "app/routers/sales.py",
        "        models.Product.quantity >= -change,\n",
        "",
    ),
    Mutant(
        "adjusts",
        "adds what there is no room for",
        "shop",
        "app/routers/movements.py",
        "        models.Product.quantity <= 1_000 - change,\n",
        "",
    ),
    Mutant(
        "adjusts",
        "adds where it takes",
        "shop",
        "app/routers/movements.py",
        'change = -movement.amount if movement.direction == "out" else movement.amount',
        "change = movement.amount",
    ),
    Mutant(
        "adjusts",
        "looks first and acts later",
        "shop",
        "app/routers/sales.py",
        "    db.add(sale)\n    db.flush()\n    _adjust_quantity(db, sale)\n",
        "    product = db.get(models.Product, sale.product_id)\n"
        "    if product is None or product.quantity < sale.amount:\n"
        '        raise HTTPException(status.HTTP_409_CONFLICT, "There is not enough.")\n'
        "    product.quantity -= sale.amount\n"
        "    db.add(sale)\n",
    ),
    Mutant(
        "unique_together",
        "a field too many",
        "shop",
        MIGRATION,
        'sa.UniqueConstraint("row", "number", ',
        'sa.UniqueConstraint("row", "number", "created_at", ',
    ),
    Mutant(
        "unique_together",
        "a field too few",
        "shop",
        MIGRATION,
        'sa.UniqueConstraint("row", "number", ',
        'sa.UniqueConstraint("row", ',
    ),
)
