"""Whole files are told from cut, empty and unfinished ones; good code is never refused."""

import pytest

from smartforge.targets.fastapi import FastAPITarget
from smartforge.writers.whole import lacking, unwrapped
from tests.fakes import CONTRACT
from tests.model_project import answers

GOOD = """\
import abc
from typing import Protocol, overload


# TODO is what a task is called here; the rest of the list is read lazily.
# The existing code of a country stays, other functions remain in use, more follows.
# The rest of the rows is sorted; rest = unchanged rows. Same as before. TODO
class Store(Protocol):
    def get(self) -> int: ...


class Base(abc.ABC):
    @abc.abstractmethod
    def get(self) -> int:
        raise NotImplementedError


class Missing(Exception):
    pass


class Quiet:
    def close(self) -> None:
        pass

    def open(self) -> None:
        \"\"\"Nothing has to be opened here.\"\"\"


@overload
def one(x: int) -> int: ...
@overload
def one(x: str) -> str: ...
def one(x):
    \"\"\"# ... rest of the code unchanged ...\"\"\"
    return {"todo": "TODO: implement", "slice": x[..., 0]}
"""


def test_good_code_that_mentions_such_words_is_whole() -> None:
    assert lacking("app/main.py", GOOD) == ""


def test_everything_that_the_compiler_writes_is_whole() -> None:
    texts = answers() | dict(FastAPITarget().render(CONTRACT))
    assert {path: lacking(path, text) for path, text in texts.items() if text.strip()} == {
        path: "" for path, text in texts.items() if text.strip()
    }


@pytest.mark.parametrize(
    "text",
    [
        "def total(a):\n    return (a +\n",
        "x = 1\n# ... rest of the code unchanged ...\n",
        "x = 1\n# ... existing code ...\n",
        "x = 1\n# … remaining routes\n",
        "def a():\n    x = 1  # rest of the function remains unchanged\n",
        "# Rest of the code here\nx = 1\n",
        "# Other methods unchanged\nx = 1\n",
        "# (existing imports)\n# existing imports ...\nx = 1\n",
        "def a():\n    # TODO: implement this\n    return 1\n",
        "def a():\n    # Your code here\n    return 1\n",
        "def a():\n    # Implement your logic here\n    return 1\n",
        "def a():\n    ...\n",
        'def a():\n    """Adds."""\n    pass\n',
        "async def a():\n    raise NotImplementedError\n",
        'class A:\n    def a(self):\n        raise NotImplementedError("later")\n',
        "Here is the file:\n\nx = 1\n",
        "x = 1\n# rest unchanged\n",
        "x = 1\n# [rest of the code stays the same]\n",
        "x = 1\n# keep the rest as is\n",
        "x = 1\n# ...\n",
        "x = 1\n# … keep existing code …\n",
        "x = 1\n# other endpoints remain the same\n",
        'def a():\n    """Adds."""\n',
        'def a():\n    """TODO: implement."""\n    return 0\n',
        'x = "\ufffd"\n',
        "",
        "  \n",
    ],
)
def test_a_file_that_leaves_something_out_is_not_whole(text: str) -> None:
    assert lacking("app/main.py", text)


def test_an_empty_package_is_whole_and_json_has_to_be_json() -> None:
    assert lacking("app/__init__.py", "") == ""
    assert lacking("a.json", '{"a": 1}') == ""
    assert "JSON" in lacking("a.json", '{"a": 1')


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "Sure!\n[project]\n"),
        ("Dockerfile", "Here it is:\n```\nFROM scratch\n```\n"),
        (".env.example", "```\nA=1\n```\nHope this helps!\n"),
    ],
)
def test_what_is_no_python_may_not_hold_more_than_the_file_either(path: str, text: str) -> None:
    assert lacking(path, text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("# Notes\n\nThe rest of the code is unchanged since 1.0.\n", True),
        ("# Notes\n\n... rest of the file unchanged ...\n", False),
        ("<!-- ... existing content ... -->\n", False),
    ],
)
def test_prose_may_say_such_things_but_not_leave_them_out(text: str, whole: bool) -> None:
    assert (lacking("README.md", text) == "") is whole


@pytest.mark.parametrize(
    ("answer", "inside"),
    [
        ("Here it is:\n```python\nx = 1\n```\nHope it helps!\n", "x = 1\n"),
        ("Here it is:\n```python\nx = 1\n```\n```python\ny = 2\n```\n", None),
        ("Here it is:\n```python\nx = (1\n```\n", None),
        ("Here is app/main.py:\n```python\nx = 1\n```\n", "x = 1\n"),
        ("Here is app/models.py:\n```python\nx = 1\n```\n", None),
        ("Here it is:\n```python app/models.py\nx = 1\n```\n", None),
        ("Here it is:\n```python\nx = 1\n", None),
        ("x = 1\n", None),
        ('x = """\n```python\ny = 1\n```\n"""\n', None),
    ],
)
def test_an_answer_is_unwrapped_only_where_there_is_no_doubt(
    answer: str, inside: str | None
) -> None:
    assert unwrapped("app/main.py", answer) == inside
