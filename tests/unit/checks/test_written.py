"""Where a project writes of its tables, and of what its database is told."""

from pathlib import Path

import pytest

from smartforge.checks.inside.written import Sources

MIGRATION = """from alembic import op
import sqlalchemy as sa


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer()),
        sa.Column("shelf_id", sa.Integer(), sa.ForeignKey("shelves.id")),
        sa.Column("book_id", sa.Integer()),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], ondelete="CASCADE"),
    )
    with op.batch_alter_table("books") as batch:
        batch.create_foreign_key("fk_author", "authors", ["author_id"], ["id"])
    op.create_foreign_key("fk_user", "books", "users", ["user_id"], ["id"])
"""
OPENING = "engine = create_engine('sqlite://')\n"


def test_each_reference_of_a_migration_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/0001.py").write_text(MIGRATION, "utf-8")
    found = Sources(str(tmp_path)).tables()
    assert {name: line for name, (_, line) in found.items() if name.endswith(">")} == {
        "notes.shelf_id>": 9,
        "notes.book_id>": 11,
        "books.author_id>": 14,
        "books.user_id>": 15,
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (OPENING, 1),
        (f"{OPENING}run('PRAGMA journal_mode = WAL')\n", 2),
        (f"{OPENING}run('PRAGMA journal_mode = WAL')\nrun('PRAGMA foreign_keys = OFF')\n", 3),
    ],
)
def test_a_database_is_told_of_references_where_it_is_opened(
    tmp_path: Path, text: str, line: int
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/database.py").write_text(text, "utf-8")
    (tmp_path / "app/another.py").write_text("run('PRAGMA foreign_keys = ON')\n", "utf-8")
    assert Sources(str(tmp_path)).looked_after() == ("app/database.py", line)
