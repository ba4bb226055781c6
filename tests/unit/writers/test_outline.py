"""What a model is shown of the files around the one that it writes."""

from msgspec.structs import replace

from smartforge.contract import Contract, Field, Resource, Text
from smartforge.events import FilePlanned
from smartforge.writers.base import WriteRequest
from smartforge.writers.model import prompt_for
from smartforge.writers.outline import MOST_SHOWN, around, outline

MODELS = """\
import os

class Book(Base):
    \"\"\"A book.\"\"\"
    title: Mapped[str]

    def shout(self, loud: bool = True) -> str:
        return secret(self.title)

LIMIT = 3
async def load(db: Session) -> Book | None:
    return None
"""
TEXTS = {
    "app/custom/price.py": "from app import models\n\ndef answer(db: Session) -> int:\n    raise\n",
    "app/models.py": MODELS,
    "app/routers/books.py": "from app.custom import price\n\ndef ask() -> int:\n    return 1\n",
    "app/logs.py": "def log(x: int) -> None:\n    return\n",
    "Makefile": "serve:\n",
}


def test_an_outline_has_signatures_and_fields_and_no_bodies() -> None:
    assert outline(MODELS) == (
        "class Book(Base):\n"
        "    title: Mapped[str]\n"
        "    def shout(self, loud: bool=True) -> str: ...\n"
        "LIMIT = 3\n"
        "async def load(db: Session) -> Book | None: ..."
    )
    assert outline("def (") == ""


def test_what_is_imported_and_what_imports_comes_first() -> None:
    shown, left = around("app/custom/price.py", TEXTS)
    assert list(shown) == ["app/routers/books.py", "app/models.py", "app/logs.py"]
    assert left == ()


def test_what_does_not_fit_is_named_and_never_cut() -> None:
    large = "\n".join(f"def function_{at}() -> None: ..." for at in range(MOST_SHOWN // 20))
    shown, left = around("app/custom/price.py", TEXTS | {"app/large.py": large})
    assert left == ("app/large.py",)
    assert "app/models.py" in shown


def test_the_request_for_an_operation_of_its_own_holds_its_frame() -> None:
    file = FilePlanned("app/custom/price.py", "What price does", "model")
    contract = Contract("Books", (Resource("book", "books", (Field("title", Text()),)),))
    request = WriteRequest(file, [file], contract, ["books"], 1, skeleton=TEXTS)
    prompt = prompt_for(request)
    assert "def answer(db: Session) -> int:" in prompt
    assert "class Book(Base)" in prompt
    assert "secret(" not in prompt
    assert "frame" not in prompt_for(replace(request, skeleton={}))
