"""Roles that see what they may not change, in a tenant of their own: proven by every check."""

from pathlib import Path

from tests.processes import smartforge

HELPDESK = (
    "A multi-tenant repair desk. Companies have mechanics and clients. Clients open repairs with "
    "a subject. Repairs move open -> in_progress -> closed; only mechanics move them. Clients see "
    "only their own repairs."
)


def test_who_moves_rows_in_their_tenant_sees_them_and_changes_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "made"
    done = smartforge("new", HELPDESK, "--out", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    tests = (out / "tests" / "test_repairs.py").read_text("utf-8")
    assert 'assert_problem(as_mechanic.patch(path, json={"subject":' in tests
