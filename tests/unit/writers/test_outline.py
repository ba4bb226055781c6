"""What a model is shown of the files around the one that it writes."""

from smartforge.writers.outline import MOST_SHOWN, outline, outlines

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
    found = outlines(["app/custom/price.py"], TEXTS)
    assert list(found.texts) == ["app/routers/books.py", "app/models.py", "app/logs.py"]
    assert found.near == 2
    assert found.within(MOST_SHOWN) == (dict(found.texts), ())


def test_what_does_not_fit_is_named_and_never_cut() -> None:
    large = "\n".join(f"def function_{at}() -> None: ..." for at in range(MOST_SHOWN // 5))
    found = outlines(["app/custom/price.py"], TEXTS | {"app/large.py": large})
    shown, left = found.within(MOST_SHOWN)
    assert left == ("app/large.py",)
    assert "app/models.py" in shown
    assert found.within(0) == ({}, tuple(found.texts))
