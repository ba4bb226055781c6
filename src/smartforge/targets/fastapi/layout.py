"""Which files a project has, in the order in which a reader would like to see them written."""

from collections.abc import Iterator

import msgspec

from smartforge.targets.base import TargetFile
from smartforge.targets.fastapi.views import ResourceView


class Planned(msgspec.Struct, frozen=True):
    """One file, the template or the text that it comes from, and the resource that it is about."""

    file: TargetFile
    source: str
    view: ResourceView | None = None


def planned(views: tuple[ResourceView, ...]) -> Iterator[Planned]:
    """Every file of the project; `source` is a path under the folder `project`."""
    yield _judge("openapi.yaml", "The contract, as an OpenAPI 3.1 document")
    yield _judge("pyproject.toml", "What the project is called, and what it is built on")
    yield _code("app/__init__.py", "The package")
    yield _code("app/settings.py", "What can be set from outside")
    yield _code("app/database.py", "The connection to the database, and what all tables have")
    yield _code("app/models.py", "The tables")
    yield _code("app/wire.py", "The types that all schemas share")
    yield _code("app/problems.py", "Errors as problem details")
    yield _code("app/openapi.py", "How the API describes itself")
    if any(view.item or "list" in view.actions for view in views):
        yield _code("app/parameters.py", "Parameters that operations share")
    yield _code("app/schemas/__init__.py", "The package of the schemas")
    for view in views:
        if view.answers:
            path = f"app/schemas/{view.names.module}.py"
            yield _about(view, path, "app/schemas/resource.py", f"The schemas of {view.many}")
    for view in views:
        path = f"app/routers/{view.names.module}.py"
        yield _about(view, path, "app/routers/resource.py", f"The operations on {view.many}")
    yield _code("app/routers/health.py", "Whether the API is up")
    yield _code("app/routers/__init__.py", "All routers")
    yield _code("app/main.py", "The application, put together")
    yield _judge("tests/__init__.py", "The package of the tests")
    yield _judge("tests/conftest.py", "A fresh database for every test")
    yield _judge("tests/expect.py", "What the tests expect of every resource")
    for view in views:
        path = f"tests/test_{view.names.test_module}.py"
        yield _about(view, path, "tests/test_resource.py", f"The contract of {view.many}", True)
    yield _judge("tests/test_problems.py", "That errors are problems")
    yield _judge("tests/test_contract.py", "That the API describes itself as the contract does")
    yield _judge("Makefile", "serve, test, verify")
    yield _judge(".gitignore", "What does not belong under version control")
    # Late: long, and nothing that anybody reads.
    yield _judge("requirements.txt", "Every package that it runs on, pinned by hash")
    yield _judge("requirements-dev.txt", "The packages that its tests need besides")
    yield _judge("README.md", "How to run it, and every operation as a line for the shell")


def _code(path: str, purpose: str) -> Planned:
    return Planned(TargetFile(path, purpose, judge=False), path)


def _judge(path: str, purpose: str) -> Planned:
    return Planned(TargetFile(path, purpose, judge=True), path)


def _about(
    view: ResourceView, path: str, source: str, purpose: str, judge: bool = False
) -> Planned:
    return Planned(TargetFile(path, purpose, judge), source, view)
