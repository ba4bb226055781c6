"""A folded project and its checkpoint: gone on from anywhere, it is what folding all would be."""

import hashlib
import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge import events, snapshot
from smartforge.events import AnyFact
from smartforge.log.base import Checkpoint, Record
from smartforge.log.folded import DUE_BYTES, DUE_EVENTS, SHAPE, Folded, Kept, named
from smartforge.snapshot import Snapshot, fold
from tests.golden import logs
from tests.unit.test_snapshot import LOGS

GOLDEN = pytest.mark.parametrize("write", logs.LOGS, ids=lambda write: write.__name__)


def records_of(lines: Sequence[bytes]) -> list[Record]:
    return [
        Record(seq=seq, type=events.decode(data)[0].type, data=data)
        for seq, data in enumerate(lines, 1)
    ]


def folded_from(records: Sequence[Record], start: Checkpoint | None = None) -> Folded:
    project_id = events.decode(records[0].data)[0].project_id if records else "p"
    if start is not None:
        project_id = start.project_id
    folding = Folded(project_id)
    if start is not None:
        assert folding.restore(start)
    for record in records:
        folding.add(record)
    return folding


def all_of(folding: Folded) -> tuple[object, ...]:
    """Everything that can be asked of a folded project."""
    complete = folding.complete
    return (
        folding.seq,
        folding.snapshot,
        folding.json,
        folding.blobs,
        folding.version,
        complete and (complete.snapshot, complete.json),
    )


def check_cut(records: Sequence[Record], cut: int, again: int) -> None:
    """Stop at `cut` and once more at `again`, each time in a checkpoint."""
    first = folded_from(records[:cut]).checkpoint()
    second = folded_from(records[cut:again], first).checkpoint()
    assert all_of(folded_from(records[again:], second)) == all_of(folded_from(records))


@GOLDEN
def test_a_golden_log_goes_on_from_a_checkpoint_at_any_event(
    write: Callable[[logs.Log], None],
) -> None:
    records = records_of(logs.lines(write))
    expected = all_of(folded_from(records))
    assert expected[1] == fold(records)
    for cut in range(1, len(records) + 1):
        kept = folded_from(records[:cut]).checkpoint()
        assert all_of(folded_from(records[cut:], kept)) == expected


@given(LOGS, st.data())
def test_any_log_goes_on_from_checkpoints_anywhere(lines: list[bytes], data: st.DataObject) -> None:
    records = records_of(lines)
    cut = data.draw(st.integers(0, len(records)))
    again = data.draw(st.integers(cut, len(records)))
    check_cut(records, cut, again)


def test_all_hashes_and_the_latest_version_outlive_what_the_state_still_names() -> None:
    log = logs.Log()
    log.created()
    for version, text in enumerate(("one", "two"), 1):
        log.start(f"r{version}")
        log.write("a.py", text)
        log.complete(version)
    log.start("r3")
    log.open("a.py")
    records = records_of([msgspec.json.encode(each) for each in log.events])
    folding = folded_from([], folded_from(records).checkpoint())
    assert folding.blobs == {hashlib.sha256(text).hexdigest() for text in (b"one", b"two")}
    assert folding.version == 2
    ended = max(record.seq for record in records if record.type == "complete")
    assert folding.complete is not None
    assert folding.complete.snapshot == fold(records[:ended])
    assert folding.snapshot.files[0].sha256 is None


def test_the_states_in_a_checkpoint_are_the_bytes_that_viewers_get() -> None:
    folding = folded_from(records_of(logs.lines(logs.LOGS[0])))
    kept = msgspec.json.decode(folding.checkpoint().data, type=Kept)
    assert bytes(kept.state) == folding.json == msgspec.json.encode(folding.snapshot)


def test_a_checkpoint_is_due_after_many_events_or_bytes_and_not_again_at_once() -> None:
    chunk = events.CodeChunk(path="a.py", attempt=1, at=0, text="x" * 60_000)
    for text, count in (("x", DUE_EVENTS), ("x" * 60_000, DUE_BYTES // 60_000 + 1)):
        fact = msgspec.structs.replace(chunk, text=text)
        folding = Folded("p")
        for seq in range(1, count + 1):
            assert not folding.is_due
            envelope = events.Envelope(type="code:chunk", project_id="p", seq=seq, run="r", ts=1)
            data = events.encode(fact, envelope)
            folding.add(Record(seq=seq, type=envelope.type, data=data))
        assert folding.is_due
        kept = folding.checkpoint()
        assert not folding.is_due
        assert not folded_from([], kept).is_due


def test_an_unknown_shape_is_left_alone() -> None:
    folding = Folded("p")
    unknown = Checkpoint(project_id="p", seq=9, shape="of the future", data=b"\x00")
    assert not folding.restore(unknown)
    assert (folding.seq, folding.version) == (0, None)


@pytest.mark.parametrize("damage", ["cut short", "another seq", "another project", "another type"])
def test_a_damaged_checkpoint_is_refused_and_changes_nothing(damage: str) -> None:
    kept = folded_from(records_of(logs.lines(logs.LOGS[0]))).checkpoint()
    replaced: dict[str, dict[str, Any]] = {
        "cut short": {"data": kept.data[:-20]},
        "another seq": {"seq": kept.seq + 1},
        "another project": {"project_id": "other"},
        "another type": {"data": kept.data.replace(b'"seq":', b'"seq":"x","was":', 1)},
    }
    damaged = msgspec.structs.replace(kept, **replaced[damage])
    folding = Folded(damaged.project_id)
    with pytest.raises(msgspec.DecodeError):
        folding.restore(damaged)
    assert (folding.seq, folding.blobs, folding.version) == (0, set(), None)


# The shape

KNOWN = ("folded-8", "e44949bfde410edb", "a7c1c81c066fb59c")
"""The shape, and what it stands for: the data and the events; the code of the fold."""


def test_whoever_changes_what_is_kept_or_how_it_is_folded_raises_the_shape() -> None:
    """Where only the wording of the code has changed, the second hash is all there is to renew."""
    assert (SHAPE, data_hash(), code_hash()) == KNOWN, (
        "A state that was kept by the program before may not be gone on from: raise SHAPE in "
        "log/folded.py, unless every state is still what it was, and write the new values here."
    )


LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def data_hash() -> str:
    """Of the structs that are kept and of the events that are folded, without their words."""
    _, components = msgspec.json.schema_components((Kept, Snapshot, AnyFact))
    return digest(msgspec.json.encode(without_words(components), order="deterministic"))


def code_hash() -> str:
    """Of all that folds, without its words and its lines."""
    folder = Path(snapshot.__file__).parent
    sources = [file.read_text("utf-8") for file in sorted(folder.glob("*.py"))]
    sources += [textwrap.dedent(inspect.getsource(each)) for each in (Folded.add, named)]
    return digest("\n".join(map(code_of, sources)).encode())


def code_of(source: str) -> str:
    """The tokens alone: no comments, no docstrings, no layout."""
    told: list[str] = []
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in LAYOUT:
            begins = begins or token.type == tokenize.NEWLINE
        else:
            told += [] if begins and token.type == tokenize.STRING else [token.string]
            begins = False
    return " ".join(told)


def without_words(schema: object) -> object:
    match schema:
        case dict():
            pairs = cast("dict[str, object]", schema)
            return {key: without_words(pairs[key]) for key in pairs if key != "description"}
        case list() | tuple():
            return [without_words(each) for each in cast("Sequence[object]", schema)]
        case _:
            return schema


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
