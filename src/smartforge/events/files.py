"""Facts about files while they are written."""

from smartforge.events.base import Author, Fact


class FileGenerating(Fact, frozen=True, kw_only=True, tag="file:generating"):
    """A file is begun; readers drop earlier text of that path. `attempt` counts from 1 in a run."""

    path: str
    attempt: int
    author: Author


class CodeChunk(Fact, frozen=True, kw_only=True, tag="code:chunk"):
    """`text` stands in `path` from `at` on, an offset in Unicode code points."""

    path: str
    attempt: int
    at: int
    text: str


class FileComplete(Fact, frozen=True, kw_only=True, tag="file:complete"):
    """The file is whole: `size` bytes of UTF-8 with this SHA-256. Binary files have no chunks."""

    path: str
    attempt: int
    size: int
    sha256: str
    binary: bool = False


class FileDeleted(Fact, frozen=True, kw_only=True, tag="file:deleted"):
    """The file is no longer part of the project."""

    path: str
