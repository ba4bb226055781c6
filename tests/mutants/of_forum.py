"""Wrong variants of the forum."""

from tests.mutants.base import MIGRATION, Mutant

VARIANTS = (
    Mutant(
        "transition",
        "for every role",
        "forum",
        "app/routers/posts.py",
        '    dependencies=[Depends(require_role("editor"))],\n',
        '    dependencies=[Depends(require_role("editor", "member"))],\n',
        check="authorization",
    ),
    Mutant(
        "transition",
        "for whose own it is",
        "forum",
        "app/routers/claims.py",
        "    if claim.user_id == caller.id:\n",
        "    if False:\n",
        check="authorization",
    ),
    Mutant(
        "owner",
        "for everybody",
        "forum",
        "app/routers/posts.py",
        "    if post.user_id != caller.id and caller.role not in roles:",
        "    if False:",
        check="authorization",
    ),
    Mutant(
        "unique",
        "an account twice",
        "forum",
        MIGRATION,
        '        sa.UniqueConstraint("email", name=op.f("uq_users_email")),\n',
        "",
    ),
    Mutant(
        "mark",
        "an error when repeated",
        "forum",
        "app/routers/posts.py",
        "        # It is marked already.\n        db.rollback()\n",
        "        raise\n",
    ),
    Mutant(
        "marked",
        "a mark for each request",
        "forum",
        MIGRATION,
        'sa.PrimaryKeyConstraint("post_id", "marked_by", name',
        'sa.PrimaryKeyConstraint("post_id", name',
    ),
    Mutant(
        "marked",
        "takes back those of all",
        "forum",
        "app/routers/posts.py",
        "            marks.post_id == post_id, marks.marked_by == caller.id\n",
        "            marks.post_id == post_id\n",
    ),
    Mutant(
        "idempotent",
        "the second time too",
        "forum",
        "app/routers/links.py",
        "    if link := db.scalar(same):\n        response.status_code = status.HTTP_200_OK\n",
        "    if link := db.scalar(same):\n",
    ),
    Mutant(
        "idempotent",
        "not at the same time",
        "forum",
        "app/routers/links.py",
        "        if there := db.scalar(same):\n"
        "            response.status_code = status.HTTP_200_OK\n"
        "            return there\n",
        "",
        race=True,
    ),
    Mutant(
        "redirect",
        "to another address",
        "forum",
        "app/routers/links.py",
        "return RedirectResponse(link.url)",
        'return RedirectResponse("https://example.com/")',
    ),
    Mutant(
        "redirect",
        "visits that are lost",
        "forum",
        "app/routers/links.py",
        "visits=models.Link.visits + 1",
        "visits=link.visits + 1",
        race=True,
    ),
    Mutant(
        "upload",
        "a larger file",
        "forum",
        "app/routers/pictures.py",
        "100_000",
        "100_001",
    ),
    Mutant(
        "upload",
        "any type",
        "forum",
        "app/routers/pictures.py",
        ', ["image/png", "image/jpeg"])',
        ")",
    ),
    Mutant(
        "upload",
        "what clients say",
        "forum",
        "app/uploads.py",
        "    if found:\n"
        "        return found\n"
        '    if kind in _SIGNATURES or kind == "image/webp" or not _TYPE.fullmatch(kind):\n'
        "        return _UNKNOWN\n",
        "",
    ),
)
