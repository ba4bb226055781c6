"""Wrong variants of the office."""

from tests.mutants.base import Mutant

VARIANTS = (
    Mutant(
        "soft_delete",
        "lists what is deleted",
        "office",
        "app/database.py",
        "    return model.deleted_at.is_(None)\n",
        "    return model.deleted_at.is_(None) | model.deleted_at.is_not(None)\n",
    ),
    Mutant(
        "soft_delete",
        "restores what is there",
        "office",
        "app/trash.py",
        "    if was is None or not list(_set(db, model, row_id, was, None)):\n",
        "    if not list(_set(db, model, row_id, was, None)):\n",
    ),
    Mutant(
        "versioned",
        "takes any version",
        "office",
        "app/versions.py",
        "    if version not in [tag for weak, tag in _TAG.findall(if_match) if not weak]:\n",
        "    if not _TAG.findall(if_match):\n",
    ),
    Mutant(
        "versioned",
        "looks before it locks",
        "office",
        "app/routers/letters.py",
        "    lock(db, models.Letter, letter_id)\n"
        "    letter = _find(db, letter_id)\n"
        "    demand(_version(letter), if_match)\n"
        "    for",
        "    letter = _find(db, letter_id)\n    demand(_version(letter), if_match)\n    for",
        race=True,
    ),
    Mutant(
        "idempotency",
        "does it again",
        "office",
        "app/routers/bills.py",
        "    if used_key and used_key.status:\n",
        "    if used_key and used_key.status > 299:\n",
    ),
    Mutant(
        "idempotency",
        "answers whatever comes with the key",
        "office",
        "app/idempotency.py",
        "    if used.fingerprint != fingerprint:\n",
        "    if not used.fingerprint:\n",
    ),
    Mutant(
        "idempotency",
        "uses up the key of what is refused",
        "office",
        "app/idempotency.py",
        "        _sweep(db)\n",
        "        _sweep(db)\n        db.commit()\n",
    ),
    Mutant(
        "idempotency",
        "gives keys that are in use",
        "office",
        "app/idempotency.py",
        "        where=models.AnsweredRequest.created_at <= now - KEPT,\n",
        "        where=models.AnsweredRequest.created_at <= now,\n",
    ),
)
