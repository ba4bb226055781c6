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
)
