"""A follow-up whose files cannot be written leaves the working copy as its version has it."""

from collections.abc import AsyncGenerator

from msgspec.structs import replace

from smartforge.errors import ModelFailed
from smartforge.events import Author, CodeChunk, FileComplete, RunFailed, Usage
from smartforge.forge.base import Workshop
from smartforge.log.memory import MemoryLog
from smartforge.writers.base import WriteRequest
from tests.changing import Node, changing


class Failing:
    """Writes a word into each file; its endpoint refuses in the middle of one."""

    author: Author = "model"

    def __init__(self, path: str = "") -> None:
        self._path = path
        self.befores: dict[str, str | None] = {}

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        path = request.file.path
        self.befores[path] = request.before
        words = f"as of {len(request.prompts)}"
        yield CodeChunk(path=path, attempt=request.attempt, at=0, text=words)
        if path == self._path:
            raise ModelFailed("It refused with status 401.", "Check the key.")


def shop(writer: Failing) -> Workshop:
    tools = changing()
    return replace(tools, author="model", writers={**tools.writers, "model": writer})


async def test_nothing_stays_of_a_change_that_could_not_be_written() -> None:
    node = Node(MemoryLog())
    node.shop = shop(Failing())
    await node.engine.open()
    await node.start()
    before = await node.texts()
    writer = Failing("migrations/0002.py")
    facts = await node.say("add authors", shop(writer))
    assert isinstance(facts[-1], RunFailed)
    assert any(isinstance(fact, FileComplete) for fact in facts)
    assert await node.texts() == before
    assert writer.befores["app/authors.py"] is None
    await node.say("add authors", shop(again := Failing()))
    assert (await node.texts())["app/authors.py"] == "as of 3"
    assert again.befores == {"app/authors.py": None, "migrations/0002.py": None}
    await node.say("remove notes", shop(third := Failing()))
    assert "app/notes.py" not in await node.texts()
    assert third.befores.keys() <= {"migrations/0003.py", "openapi.yaml"}
    await node.engine.close()
