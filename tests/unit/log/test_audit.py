"""The deep look finds what is wrong with a stored project, and nothing in one that is sound."""

import hashlib
from collections.abc import Callable, Sequence

import msgspec
import pytest
from msgspec.structs import replace

from smartforge import events
from smartforge.errors import DatabaseUnusable
from smartforge.events import Fact
from smartforge.log import refusals
from smartforge.log.audit import BATCH, MOST_FAULTS, Audit, audit
from smartforge.log.base import Checkpoint, Head, Record
from smartforge.log.folded import Folded
from smartforge.log.standing import Standing

CREATED = events.ProjectCreated(title="Books", prompt="p", target="fastapi", model=None)
QUEUED = events.RunQueued(position=0, trigger="prompt")
STARTED = events.RunStarted(trigger="prompt", base_version=None, message_id=None)
CHUNK = events.CodeChunk(path="a.py", attempt=1, at=0, text="x = 1\n")
CONTENT = b"x = 1\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
WHOLE = events.FileComplete(path="a.py", attempt=1, size=len(CONTENT), sha256=SHA256)
COMPLETE = events.Complete(
    version=1,
    verdict="passed",
    summary="s",
    file_count=1,
    operation_count=1,
    skipped_checks=(),
    duration_ms=1,
)
FACTS = (CREATED, QUEUED, STARTED, CHUNK, WHOLE, COMPLETE, events.TitleChanged(title="Novels"))
LAST = len(FACTS)


class Stored:
    """What a log holds, open to every fault. It keeps what it was asked for."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        self.heads: dict[str, Head] = {}
        self.records: dict[str, list[Record]] = {}
        self.blobs = {SHA256: CONTENT}
        self.checkpoints: dict[str, Checkpoint] = {}
        self.unreadable: set[str] = set()
        self.limits: list[int] = []
        self.after_head: Callable[[], None] = lambda: None

    def add(self, project_id: str, facts: Sequence[Fact]) -> None:
        """Append as a log does."""
        old = self.standings.get(project_id, Standing(project_id=project_id, created=1, ts=1))
        new, records = old.extended(facts, run="r", now=1)
        self.standings[project_id] = new
        self.heads[project_id] = new.head()
        self.records.setdefault(project_id, []).extend(records)

    def keep(self, project_id: str, seq: int) -> None:
        """Keep the folded state at `seq`."""
        folded = Folded(project_id)
        for record in self.records[project_id][:seq]:
            folded.add(record)
        self.checkpoints[project_id] = folded.checkpoint()

    def change(self, seq: int, data: bytes) -> None:
        """Put something else in the place of an event of the project p."""
        self.records["p"][seq - 1] = replace(self.records["p"][seq - 1], data=data)

    async def following(self, project_id: str) -> str | None:
        return min((each for each in self.heads if each > project_id), default=None)

    async def head(self, project_id: str) -> Head:
        if project_id not in self.heads:
            raise refusals.unknown_project(project_id)
        head = self.heads[project_id]
        self.after_head()
        return head

    async def read(self, project_id: str, after: int, limit: int) -> list[Record]:
        self.limits.append(limit)
        if project_id in self.unreadable:
            raise DatabaseUnusable("The database is damaged.")
        await self.head(project_id)
        return [each for each in self.records[project_id] if each.seq > after][:limit]

    async def get(self, sha256: str) -> bytes:
        if sha256 not in self.blobs:
            raise refusals.unknown_blob(sha256)
        return self.blobs[sha256]

    async def checkpoint(self, project_id: str) -> Checkpoint | None:
        return self.checkpoints.get(project_id)


@pytest.fixture
def stored() -> Stored:
    made = Stored()
    made.add("p", FACTS)
    made.keep("p", LAST - 1)
    return made


async def audits(stored: Stored) -> list[Audit]:
    return [each async for each in audit(stored)]


async def faults(stored: Stored) -> list[tuple[str, int | None, str]]:
    (one,) = await audits(stored)
    return [(each.kind, each.seq, each.detail) for each in one.faults]


async def test_nothing_is_wrong_with_what_a_log_stores(stored: Stored) -> None:
    stored.add("q", [CREATED, events.ProjectDeleted()])
    assert await audits(stored) == [
        Audit(project_id="p", title="Novels", events=LAST, blobs=1, faults=(), more=0),
        Audit(project_id="q", title="Books", events=2, blobs=0, faults=(), more=0),
    ]


@pytest.mark.parametrize(
    ("gone", "first", "what"),
    [
        ([1], 1, "event 1 is missing"),
        ([4], 4, "event 4 is missing"),
        ([3, 4, 5], 3, "events 3 to 5 are missing"),
        ([LAST - 1, LAST], LAST - 1, f"events {LAST - 1} to {LAST} are missing"),
        (list(range(1, LAST + 1)), 1, f"events 1 to {LAST} are missing"),
    ],
)
async def test_missing_events_are_one_fault_and_nothing_is_guessed_from_the_rest(
    stored: Stored, gone: list[int], first: int, what: str
) -> None:
    stored.records["p"] = [each for each in stored.records["p"] if each.seq not in gone]
    assert await faults(stored) == [("gap", first, what)]


async def test_every_gap_is_told(stored: Stored) -> None:
    stored.records["p"] = [each for each in stored.records["p"] if each.seq in (1, 3, 6)]
    assert [seq for _, seq, _ in await faults(stored)] == [2, 4, 7]


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"type":"complete","projectId":"p","seq":6,"ts":1}'],
)
async def test_an_event_that_cannot_be_decoded_is_told(stored: Stored, data: bytes) -> None:
    stored.change(6, data)
    ((kind, seq, detail),) = await faults(stored)
    assert (kind, seq) == ("event", 6)
    assert detail.startswith("it cannot be decoded: ")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b'"seq":4', b'"seq":5'), (b'"projectId":"p"', b'"projectId":"q"'), (b"code:c", b"file:c")],
)
async def test_an_event_that_calls_itself_another_is_told(
    stored: Stored, right: bytes, wrong: bytes
) -> None:
    data = stored.records["p"][3].data
    assert right in data
    stored.change(4, data.replace(right, wrong))
    ((kind, seq, _),) = await faults(stored)
    assert (kind, seq) == ("event", 4)


async def test_an_event_of_a_newer_program_is_no_fault(stored: Stored) -> None:
    stored.records["p"][3] = Record(
        seq=4, type="new", data=b'{"type":"new","projectId":"p","seq":4,"run":"r","ts":1}'
    )
    assert await faults(stored) == []


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"title": "Books"}, "title is 'Books', by the events it is 'Novels'"),
        ({"status": "error"}, "status is 'error', by the events it is 'complete'"),
        ({"deleted": True}, "deleted is True, by the events it is False"),
        ({"queued": 2}, "queued is 2, by the events it is 0"),
    ],
)
async def test_a_head_that_says_something_else_than_the_events_is_told(
    stored: Stored, wrong: dict[str, object], detail: str
) -> None:
    stored.heads["p"] = replace(stored.heads["p"], **wrong)
    assert await faults(stored) == [("head", None, detail)]


async def test_events_behind_the_last_one_are_told(stored: Stored) -> None:
    del stored.checkpoints["p"]
    head = replace(stored.heads["p"], last=LAST - 1, title="Books")
    stored.heads["p"] = head
    what = f"the log goes on behind its last event, {LAST - 1}"
    assert await faults(stored) == [("head", LAST, what)]


async def test_what_a_server_appends_meanwhile_looks_like_no_fault(stored: Stored) -> None:
    stored.after_head = lambda: stored.add("p", [events.TitleChanged(title="More")])
    (one,) = await audits(stored)
    assert one.faults == ()
    assert one.events == LAST


async def test_a_kept_state_that_is_not_what_the_events_make_is_told(stored: Stored) -> None:
    kept = stored.checkpoints["p"]
    stored.checkpoints["p"] = replace(kept, data=kept.data.replace(b'"Books"', b'"Looks"'))
    what = "it differs from what the events make"
    assert await faults(stored) == [("checkpoint", LAST - 1, what)]


async def test_a_kept_state_with_other_hashes_is_told(stored: Stored) -> None:
    kept = stored.checkpoints["p"]
    stored.checkpoints["p"] = replace(
        kept, data=kept.data.replace(b'"blobs":["', b'"blobs":["' + b"0" * 64 + b'","')
    )
    assert [kind for kind, *_ in await faults(stored)] == ["checkpoint"]


async def test_a_kept_state_that_cannot_be_decoded_is_told(stored: Stored) -> None:
    stored.checkpoints["p"] = replace(stored.checkpoints["p"], data=b"{}")
    ((kind, seq, detail),) = await faults(stored)
    assert (kind, seq) == ("checkpoint", LAST - 1)
    assert detail.startswith("it cannot be decoded: ")


async def test_a_kept_state_ahead_of_the_log_is_told(stored: Stored) -> None:
    stored.checkpoints["p"] = replace(stored.checkpoints["p"], seq=LAST + 1)
    what = f"it is ahead of the log, which ends at {LAST}"
    assert await faults(stored) == [("checkpoint", None, what)]


async def test_a_kept_state_of_another_version_of_the_program_is_no_fault(stored: Stored) -> None:
    stored.checkpoints["p"] = replace(stored.checkpoints["p"], shape="other", data=b"?")
    assert await faults(stored) == []


@pytest.mark.parametrize(
    ("fact", "seq"),
    [
        (WHOLE, 5),
        (events.Message(id="m", role="user", text=events.Ref(ref=SHA256, size=6)), LAST + 1),
    ],
)
async def test_content_that_is_not_there_is_told_with_the_event_that_names_it(
    stored: Stored, fact: Fact, seq: int
) -> None:
    if seq > LAST:
        stored = Stored()
        stored.add("p", [*FACTS[:4], *FACTS[5:], events.TitleChanged(title="T"), fact])
    stored.blobs.clear()
    assert await faults(stored) == [
        ("blob", seq, f"the content {SHA256} that it names is not there")
    ]


async def test_content_that_is_not_its_hash_is_told(stored: Stored) -> None:
    stored.blobs[SHA256] = b"x = 2\n"
    assert await faults(stored) == [("blob", 5, f"the content {SHA256} that it names has changed")]


async def test_content_is_looked_for_behind_a_gap_too(stored: Stored) -> None:
    stored.blobs.clear()
    stored.records["p"] = [each for each in stored.records["p"] if each.seq != 2]
    assert [(kind, seq) for kind, seq, _ in await faults(stored)] == [("gap", 2), ("blob", 5)]


async def test_a_project_that_cannot_be_read_does_not_hide_the_others(stored: Stored) -> None:
    stored.add("q", [CREATED])
    stored.unreadable.add("p")
    first, second = await audits(stored)
    assert [(each.kind, each.detail) for each in first.faults] == [
        ("unreadable", "The database is damaged.")
    ]
    assert (second.project_id, second.events, second.faults) == ("q", 1, ())


async def test_a_row_that_cannot_be_decoded_is_a_fault_of_its_project(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def head(_: str) -> Head:
        raise msgspec.DecodeError("JSON is malformed")

    monkeypatch.setattr(stored, "head", head)
    assert await faults(stored) == [
        ("unreadable", None, "the project's row cannot be decoded: JSON is malformed")
    ]


async def test_a_project_that_is_removed_meanwhile_is_left_out(stored: Stored) -> None:
    stored.add("q", [CREATED])
    stored.after_head = lambda: stored.heads.pop("p", None) and None
    assert [each.project_id for each in await audits(stored)] == ["q"]


async def test_a_list_of_projects_that_cannot_be_read_ends_the_look(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def following(_: str) -> str | None:
        raise DatabaseUnusable("PostgreSQL is away.")

    monkeypatch.setattr(stored, "following", following)
    with pytest.raises(DatabaseUnusable, match="away"):
        await audits(stored)


async def test_a_long_log_is_read_in_batches_and_its_faults_are_bounded(stored: Stored) -> None:
    stored.add("p", [CHUNK] * 3 * BATCH)
    for seq in range(LAST + 1, LAST + 1 + MOST_FAULTS + 5):
        stored.change(seq, b"{")
    (one,) = await audits(stored)
    assert (one.events, len(one.faults), one.more) == (LAST + 3 * BATCH, MOST_FAULTS, 5)
    assert max(stored.limits) == BATCH
