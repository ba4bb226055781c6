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
        "at_most",
        "one too many",
        "club",
        "app/routers/loans.py",
        "    if db.execute(others).scalar_one() >= MOST:\n",
        "    if db.execute(others).scalar_one() > MOST:\n",
    ),
    Mutant(
        "at_most",
        "counts for everybody together",
        "club",
        "app/routers/posts.py",
        "        models.Post.user_id == post.user_id,\n",
        "",
    ),
    Mutant(
        "at_most",
        "counts what has ended",
        "club",
        "app/routers/loans.py",
        ' models.Loan.status == "out"',
        "",
    ),
    Mutant(
        "at_most",
        "looks before it writes",
        "club",
        "app/routers/posts.py",
        "    db.add(post)\n    db.flush()\n    _check_rules(db, post)\n",
        "    mine = select(models.Post.id).where(models.Post.user_id == caller.id)\n"
        "    if len(db.scalars(mine).all()) >= MOST:\n"
        '        raise HTTPException(status.HTTP_409_CONFLICT, "There are enough.")\n'
        "    db.add(post)\n",
    ),
    Mutant(
        "adjusts",
        "gives nothing to the other",
        "shop",
        "app/routers/transfers.py",
        "(transfer.to_product_id, transfer.amount, _change_quantity)",
        "(transfer.to_product_id, 0, _change_quantity)",
    ),
    Mutant(
        "different",
        "to itself",
        "shop",
        "app/routers/transfers.py",
        "if transfer.to_product_id == transfer.from_product_id:",
        "if False:",
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
    Mutant(
        "rate_limit",
        "lets one too many pass",
        "club",
        "app/limits.py",
        "            if count > self._requests:\n",
        "            if count > self._requests + 1:\n",
    ),
    Mutant(
        "rate_limit",
        "does not count logins",
        "club",
        "app/limits.py",
        'request.url.path == "/auth/login"',
        'request.url.path == "/auth/log-in"',
    ),
    Mutant(
        "refresh",
        "takes a used token again",
        "club",
        "app/logins.py",
        " models.IssuedLogin.token_hash == _hash(token),",
        "",
        "authorization",
    ),
    Mutant(
        "refresh",
        "forgives a token that is used twice",
        "club",
        "app/logins.py",
        "        db.execute(delete(models.IssuedLogin).where(same))\n",
        "",
        "authorization",
    ),
    Mutant(
        "logout",
        "leaves the login as it is",
        "club",
        "app/routers/auth.py",
        "    end_logins(db, models.IssuedLogin.id == claims.login_id)\n",
        "",
        "authorization",
    ),
    Mutant(
        "password_change",
        "does not ask for the current password",
        "club",
        "app/routers/auth.py",
        "    if passwords.match(body.current_password, user.password_hash):\n",
        "    if passwords.match(body.current_password, user.password_hash) or True:\n",
        "authorization",
    ),
    Mutant(
        "password_change",
        "leaves old logins as they are",
        "club",
        "app/routers/auth.py",
        "    end_logins(db, models.IssuedLogin.account_id == user.id)\n",
        "",
        "authorization",
    ),
    Mutant(
        "api_key",
        "is enough to make another",
        "club",
        "app/routers/api_keys.py",
        "def create_api_key(db: Database, user: CurrentLogin,",
        "def create_api_key(db: Database, user: CurrentUser,",
        "authorization",
    ),
    Mutant(
        "api_key",
        "is known by its beginning",
        "club",
        "app/keys.py",
        "    return db.scalar(found.where(models.IssuedKey.key_hash == _hash(key)))\n",
        "    return db.scalar(found.where(models.IssuedKey.prefix == key[:_SHOWN]))\n",
        "authorization",
    ),
)
