"""Leads a project through its follow-ups, and looks after each at all that must hold."""

import hashlib
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from smartforge.targets.fastapi import FastAPITarget
from tests.followed import kept, rows
from tests.followed.base import FollowUp, Project
from tests.followed.documents import breaking, facts, other
from tests.followed.marking import unmarked
from tests.followed.served import Json, Talk, Way, tree_hash, unpacked
from tests.processes import SMARTFORGE, ServerProcess
from tests.verifying import furnished, make, told

FEW = Path(__file__).with_name("few.sh")
"""The command with the checks that are quick."""

_ROWS = 2
_VERIFY_SECONDS = 600


class Followed(msgspec.Struct, frozen=True):
    """What became of a follow-up, and what of it is wrong."""

    project: str
    way: str
    said: str
    became: str
    faults: tuple[str, ...]


class Version(msgspec.Struct, frozen=True):
    """A version as it was taken home: its files, its contract, its database and what it answers."""

    number: int
    files: dict[str, bytes]
    document: Json
    database: Path
    seen: dict[str, dict[int, Json]]

    @property
    def tree(self) -> str:
        return tree_hash(self.files)


class Following:
    """One project: each of its follow-ups in turn, said by turns in the terminal and to the API.

    The folder gets every version, in an environment of its own, and a database for each. What is
    `unverified` is not asked to verify itself, which takes the most time.
    """

    def __init__(
        self,
        name: str,
        project: Project,
        server: ServerProcess,
        folder: Path,
        command: Path = SMARTFORGE,
        unverified: tuple[int, ...] = (),
    ) -> None:
        self._name, self._project = name, project
        folder.mkdir()
        self._talk = Talk(server, project.prompt, command)
        self._folder = folder
        self._unverified = unverified
        self._versions: dict[int, Version] = {}
        self._verified: set[str] = set()
        self._faults: list[str] = []
        self._counted = itertools.count()

    def all(self, turn: int = 0) -> Iterator[Followed]:
        """What became of the prompt and of each follow-up; the first one is said in the way that
        `turn` names: 0 in the terminal, 1 to the API. Nothing is said where the prompt failed.
        """
        try:
            events = self._talk.ended()
            became = str(events[-1]["type"])
            self._hold(became == "complete", f"the prompt ended with {events[-1]}")
            if became == "complete":
                self._take(1, None, FollowUp())
            yield self._told("API", self._project.prompt.partition(".")[0], became)
            ways: tuple[Way, Way] = ("terminal", "API")
            for at, said in enumerate(self._project.said, turn):
                if not self._versions:
                    return
                yield self._follow(ways[at % 2], said)
        finally:
            self._talk.close()

    def _told(self, way: str, said: str, became: str) -> Followed:
        faults, self._faults = tuple(self._faults), []
        return Followed(self._name, way, said, became, faults)

    def _hold(self, sound: bool, fault: str) -> None:
        if not sound:
            self._faults.append(fault)

    def _follow(self, way: Way, said: FollowUp) -> Followed:
        before = self._talk.snapshot()
        if said.restore:
            events = self._talk.restore(way, said.restore)
        else:
            events = self._talk.say(way, said.say)
        last = events[-1]
        if last["type"] == "complete" and not said.refused:
            self._complete(last["version"], said, events)
            became = f"version {last['version']}"
        else:
            became = f"{last['type']}: {last.get('code', '')} {last.get('message', '')}".strip()
            if said.refused and last["type"] == "error":
                self._nothing_done(before, said, events)
            else:
                self._faults.append(f"ended with {last['type']}")
        return self._told(way, said.text, became)

    # ---- refused --------------------------------------------------------------------------------

    def _nothing_done(self, before: Json, said: FollowUp, events: list[Json]) -> None:
        """It was refused with the reason and what to do, and nothing is half done."""
        last, after = events[-1], self._talk.snapshot()
        reason = f"{last.get('message', '')} {last.get('hint', '')}"
        self._hold(said.refused in reason, f"the reason is {reason!r}")
        self._hold(bool(last.get("hint")), "no hint what to do")
        for name in ("versions", "version", "contract", "files", "title", "target"):
            self._hold(before[name] == after[name], f"the {name} changed")
        touched = [one["type"] for one in events if one["type"].startswith(("file:", "code:"))]
        self._hold(not touched, f"there was {sorted(set(touched))}")
        latest = self._versions[before["version"]]
        self._hold(
            unpacked(self._talk.archive(latest.number)) == latest.files, "the version changed"
        )
        self._hold(self._talk.hashes("work") == _hashes(latest.files), "the working copy changed")

    # ---- a new version --------------------------------------------------------------------------

    def _complete(self, number: int, said: FollowUp, events: list[Json]) -> None:
        old = self._versions[max(self._versions)]
        self._hold(number == old.number + 1, f"version {number} follows {old.number}")
        new = self._take(number, old, said)
        self._files(old, new, events)
        found = self._talk.diff(old.number, number)
        shown = {one[name] for one in found["files"] for name in ("path", "was") if one.get(name)}
        changed = {path for path in old.files | new.files
                   if old.files.get(path) != new.files.get(path)}  # fmt: skip
        self._hold(shown == changed, f"the diff has other files: {sorted(shown ^ changed)}")
        if said.origin:
            wanted = self._versions[said.origin]
            self._hold(new.tree == wanted.tree, f"the files are not those of {said.origin}")
        else:
            self._change(old, new, said)
        self._marked(old, new, said, found["contract"])

    def _files(self, old: Version, new: Version, events: list[Json]) -> None:
        """What the plan keeps has its bytes, and nothing is said of it; the rest is new."""
        plan = next(one for one in events if one["type"] == "plan:ready")
        named = {one["path"] for one in plan["files"] if not one["kept"]}
        stays = {one["path"] for one in plan["files"]} - named
        same = {path for path in stays if old.files.get(path) == new.files.get(path) is not None}
        self._hold(same == stays, f"kept, and not as they were: {sorted(stays - same)}")
        self._hold(named | stays == set(new.files), "the plan names other files than there are")
        alike = {path for path in named if old.files.get(path) == new.files.get(path)}
        self._hold(not alike, f"written again though the same: {sorted(alike)}")
        spoken = {one["path"] for one in events if one["type"].startswith(("file:", "code:"))}
        gone = set(old.files) - set(new.files)
        strange = spoken - named - gone
        self._hold(not strange, f"events about files that the plan does not name: {strange}")

    def _change(self, old: Version, new: Version, said: FollowUp) -> None:
        """It does what was said, and nothing besides."""
        was, now = facts(old.document), facts(new.document)
        for line in said.gives:
            self._hold(line not in was and line in now, f"not given: {line}")
        for line in said.takes:
            self._hold(line in was and line not in now, f"not taken: {line}")
        for line in said.changes:
            both = line in was and line in now
            self._hold(both and was[line] != now[line], f"not changed: {line}")
        besides = [
            line
            for line in sorted(other(was, now))
            if not any(word in line.split()[1] for word in said.about)
        ]
        self._hold(not besides, f"changed besides: {besides}")

    def _marked(self, old: Version, new: Version, said: FollowUp, contract: Json) -> None:
        """What breaks clients is marked as breaking, with the reason."""
        found = list(breaking(facts(old.document), facts(new.document)))
        told = [one for part in ("added", "changed", "removed") for one in contract[part]]
        marked = [one for one in told if one["breaking"]]
        self._hold(all(one["reason"] for one in marked), "something breaks without a reason")
        for line, why in unmarked(found, marked):
            self._faults.append(f"not marked as breaking: {line} {why}")
        if not said.origin:
            self._hold(
                bool(marked) == said.breaks,
                f"marked as breaking: {[one['part'] for one in marked]}",
            )

    # ---- at home --------------------------------------------------------------------------------

    def _take(self, number: int, old: Version | None, said: FollowUp) -> Version:
        """Take the version home, twice, verify it there, and let its API carry the rows."""
        archive = self._talk.archive(number)
        self._hold(archive == self._talk.archive(number), "zipped twice, it has other bytes")
        if not self._versions:  # Once is enough for a command that takes a second to start.
            by_command = self._talk.exported(number, self._folder / f"{number}.zip")
            self._hold(archive == by_command, "the command exports other bytes")
        files = unpacked(archive)
        self._hold(_hashes(files) == self._talk.hashes(number), "other hashes than were told")
        place = self._folder / str(number)
        for path, content in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
        furnished(place, FastAPITarget().dependencies())
        document: Json = yaml.safe_load(files["openapi.yaml"])
        from_ = self._versions[said.origin] if said.origin else old
        database = self._folder / f"{number}.db"
        seen = self._carry(place, document, from_, database, FollowUp() if said.origin else said)
        if number not in self._unverified:
            self._verify(place, files)
        taken = Version(number, files, document, database, seen)
        self._versions[number] = taken
        return taken

    def _verify(self, place: Path, files: dict[str, bytes]) -> None:
        tree = tree_hash(files)
        if tree in self._verified:
            return
        try:
            output = make(place, "verify", seconds=_VERIFY_SECONDS)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            self._faults.append(f"make verify: {str(error)[-1500:]}")
            return
        found = told(output)
        self._hold("Verified: files" in output, f"make verify: {output[-500:]}")
        self._hold("differs" not in found.values(), f"make verify: {found}")
        self._verified.add(tree)

    def _carry(
        self, place: Path, document: Json, old: Version | None, database: Path, said: FollowUp
    ) -> dict[str, dict[int, Any]]:
        """Start the API on the database of the version before: every row must have come along.
        Then it gets some more of everything.
        """
        before = kept.stored(old.database) if old else {}
        if old:
            shutil.copyfile(old.database, database)
        try:
            with (
                rows.serving(place, database) as url,
                rows.Visitor(url, document, database) as visitor,
            ):
                if old:
                    self._faults += kept.lost(before, kept.stored(database), said)
                    self._faults += kept.unseen(old.seen, visitor.seen(), said)
                count = visitor.make(_ROWS * next(self._counted))
                self._hold(count > 0, "no row could be made")
                seen = visitor.seen()
            self._faults += visitor.faults
        except AssertionError as error:
            self._faults.append(str(error))
            seen = {}
        return seen


def _hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
