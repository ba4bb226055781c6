"""A project's versions as a git history: one commit a version, the same commits each time."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
from dulwich import porcelain
from dulwich.errors import NotGitRepository
from dulwich.index import build_index_from_tree, commit_tree
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from smartforge.errors import Conflict, SettingsInvalid
from smartforge.export.zip import check_paths

BRANCH = b"main"
SIDE_BRANCH = "smart-forge"
"""Where new versions go once somebody has committed to the branch that is checked out."""

REGULAR_FILE = 0o100644
AUTHOR = b"Smart Forge <smart-forge@localhost>"


class Revision(msgspec.Struct, frozen=True):
    """One version: its files by path, what was asked for, and when (Unix milliseconds)."""

    version: int
    files: Mapping[str, bytes]
    summary: str
    asked: str
    ts: int


class Written(msgspec.Struct, frozen=True):
    """What became of the repository.

    `created`: it was made. `moved`: what is checked out has new commits. `current`: there was
    nothing new. `beside`: somebody has committed since, so that the new commits are on the branch
    `smart-forge`, and what is checked out is as it was.
    """

    kind: Literal["created", "moved", "current", "beside"]
    commit: str


def write_history(folder: Path, revisions: Sequence[Revision]) -> Written:
    """Leave `revisions`, oldest first, as commits in the repository `folder`, made where needed.

    Commits depend on the revisions alone, so that doing it again adds what is new and changes
    nothing else. Raises SettingsInvalid where `folder` holds anything but such a repository, or
    changes that are not committed; Conflict where a path is not safe; OSError. Then nothing that
    is checked out has changed.
    """
    if not revisions:
        raise ValueError("there is no version")
    for revision in revisions:
        check_paths(revision.files)
        _refuse_git(revision.files)
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise SettingsInvalid(f"{folder} is not a folder.", "Name another one with --git.")
    if not folder.exists() or not any(folder.iterdir()):
        return _created(folder, revisions)
    try:
        repository = Repo(str(folder))
    except NotGitRepository:
        raise SettingsInvalid(
            f"The folder {folder} is not empty and no git repository.",
            "Name a new folder with --git, or one that an earlier export has made.",
        ) from None
    with repository:
        return _continued(repository, folder, revisions)


def _refuse_git(paths: Iterable[str]) -> None:
    """Raises Conflict for a path that is git's own."""
    for path in paths:
        if any(name.casefold() == ".git" for name in path.split("/")):
            raise Conflict(
                f"The project holds a file that is for git alone: {path!r}.",
                "Ask for the file to be renamed, then export the new version.",
            )


def _created(folder: Path, revisions: Sequence[Revision]) -> Written:
    with Repo.init(str(folder), mkdir=not folder.exists(), default_branch=BRANCH) as repository:
        tip = _stored(repository, revisions)[-1]
        repository.refs[Ref(b"refs/heads/" + BRANCH)] = tip
        tree = _commit(repository, tip).tree
        build_index_from_tree(str(folder), repository.index_path(), repository.object_store, tree)
        return Written("created", tip.decode())


def _continued(repository: Repo, folder: Path, revisions: Sequence[Revision]) -> Written:
    head = _head(repository)
    ours = _stored(repository, revisions)
    tip = ours[-1]
    if head == tip:
        return Written("current", tip.decode())
    if head not in ours:
        side = Ref(b"refs/heads/" + SIDE_BRANCH.encode())
        known = repository.refs.as_dict().get(side)
        if known is None and not _related(repository, head, ours):
            raise SettingsInvalid(
                f"{folder} holds another history than this project's.",
                "Name a new folder with --git.",
            )
        repository.refs[side] = tip
        return Written("beside", tip.decode())
    if _is_changed(repository):
        raise SettingsInvalid(
            f"{folder} holds changes that are not committed.", "Commit them, then export again."
        )
    if head is not None:
        _refuse_covered(folder, _commit(repository, head), _commit(repository, tip), repository)
    porcelain.reset(repository, "hard", tip)
    return Written("moved", tip.decode())


def _is_changed(repository: Repo) -> bool:
    """Whether a file that git knows is not as it was committed."""
    told = cast(Any, porcelain.status(repository, untracked_files="no"))
    return bool(told.unstaged or any(told.staged.values()))


def _refuse_covered(folder: Path, old: Commit, new: Commit, repository: Repo) -> None:
    """Raises SettingsInvalid where a file that git does not know stands where one is to be."""
    for change in repository.object_store.tree_changes(old.tree, new.tree):
        (was, path), _, _ = change
        if was is None and path is not None and (folder / path.decode()).exists():
            raise SettingsInvalid(
                f"{path.decode()} is in the way: git does not know it, and a version has it.",
                "Move it away, or commit it, then export again.",
            )


def _related(repository: Repo, head: ObjectID | None, ours: Sequence[ObjectID]) -> bool:
    """Whether somebody went on from one of our commits."""
    if head is None:
        return False
    known = set(ours)
    return any(entry.commit.id in known for entry in repository.get_walker(include=[head]))


def _head(repository: Repo) -> ObjectID | None:
    try:
        return repository.head()
    except KeyError:
        return None


def _stored(repository: Repo, revisions: Sequence[Revision]) -> list[ObjectID]:
    """The commits of `revisions`, each the parent of the next; nothing points to them yet."""
    found: list[ObjectID] = []
    for revision in revisions:
        commit = Commit()
        commit.tree = _tree(repository, revision.files)
        commit.parents = found[-1:]
        commit.author = commit.committer = AUTHOR
        commit.author_time = commit.commit_time = revision.ts // 1000
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        commit.message = _told(revision).encode()
        repository.object_store.add_object(commit)
        found.append(commit.id)
    return found


def _tree(repository: Repo, files: Mapping[str, bytes]) -> ObjectID:
    entries: list[tuple[bytes, ObjectID, int]] = []
    for path, content in files.items():
        blob = Blob.from_string(content)
        repository.object_store.add_object(blob)
        entries.append((path.encode(), blob.id, REGULAR_FILE))
    return commit_tree(repository.object_store, entries)


def _told(revision: Revision) -> str:
    asked = "\n".join(line.rstrip() for line in revision.asked.strip().splitlines())
    return f"Version {revision.version}: {revision.summary}\n\n{asked}\n"


def _commit(repository: Repo, name: ObjectID) -> Commit:
    found = repository[name]
    assert isinstance(found, Commit)
    return found
