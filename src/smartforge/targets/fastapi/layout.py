"""Which files a project has, in the order in which a reader would like to see them written."""

from collections.abc import Iterator, Sequence

import msgspec

from smartforge.contract import Contract
from smartforge.targets.base import TargetFile
from smartforge.targets.fastapi.customs import module_of
from smartforge.targets.fastapi.needs import limits, needs
from smartforge.targets.fastapi.recipes import recipe_views
from smartforge.targets.fastapi.reports import PERIODS
from smartforge.targets.fastapi.steps import Migration
from smartforge.targets.fastapi.views import ResourceView


class Planned(msgspec.Struct, frozen=True):
    """One file, the template or the text that it comes from, and the resource that it is about."""

    file: TargetFile
    source: str
    view: ResourceView | None = None


def planned(
    contract: Contract, views: tuple[ResourceView, ...], migrations: Sequence[Migration]
) -> Iterator[Planned]:
    """Every file of the project; `source` is a path under the folder `project`, or the file's own
    where a migration is there already.
    """
    users = _accounts(contract, views)
    yield from _foundation(contract, views, users)
    yield from _schemas(contract, views, users)
    yield from _recipes(contract)
    yield from _customs(contract)
    yield from _routers(contract, views, users)
    yield from _frame(migrations)
    yield from _tests(contract, views, users)
    yield from _surroundings()


def _foundation(
    contract: Contract, views: tuple[ResourceView, ...], users: ResourceView | None
) -> Iterator[Planned]:
    """The contract, and what all operations build on."""
    yield _judge("openapi.yaml", "The contract, as an OpenAPI 3.1 document")
    yield _judge("pyproject.toml", "What the project is called, and what it is built on")
    yield _code("app/__init__.py", "The package")
    yield _code("app/settings.py", "What can be set from outside")
    yield _code("app/database.py", "The connection to the database, and what all tables have")
    yield _code("app/models.py", "The tables")
    if users:
        yield _code("app/security.py", "Who calls: passwords, tokens, accounts")
    yield _code("app/wire.py", "The types that all schemas share")
    yield _code("app/problems.py", "Errors as problem details")
    yield _code("app/openapi.py", "How the API describes itself")
    if limits(contract):
        yield _code("app/limits.py", "How often somebody may ask")
    for name, purpose in _shared(contract, views):
        yield _code(f"app/{name}.py", purpose)


def _schemas(
    contract: Contract, views: tuple[ResourceView, ...], users: ResourceView | None
) -> Iterator[Planned]:
    yield _code("app/schemas/__init__.py", "The package of the schemas")
    for view in views:
        if view.answers:
            path = f"app/schemas/{view.names.module}.py"
            yield _about(view, path, "app/schemas/resource.py", f"The schemas of {view.many}")
    if any(view.trail.kept for view in views):
        yield _code("app/schemas/recorded.py", "What was done to rows")
    if any(view.narrowed for view in views):
        yield _code("app/queries/__init__.py", "The package of the queries")
    for view in views:
        if view.narrowed:
            path = f"app/queries/{view.names.module}.py"
            yield _about(view, path, "app/queries/resource.py", f"Which {view.many} are wanted")
    if users:
        yield _about(
            users, "app/schemas/auth.py", "app/schemas/auth.py", "What registers and logs in"
        )
        yield _code("app/accounts.py", "New accounts")
        if contract.accounts and contract.accounts.refresh:
            yield _code("app/logins.py", "Logins, and the refresh tokens that keep them up")
        if contract.accounts and contract.accounts.api_keys:
            yield _code("app/keys.py", "API keys, which stand for accounts")


def _recipes(contract: Contract) -> Iterator[Planned]:
    if not contract.recipes:
        return
    yield _code("app/recipes/__init__.py", "The package of the computations")
    for one in recipe_views(contract):
        yield _code(f"app/recipes/{one.module}.py", f"Computes {one.spoken}")
    yield _code("app/schemas/computations.py", "What computations take and answer")
    yield _code("app/routers/computations.py", "The computations as operations")


def _customs(contract: Contract) -> Iterator[Planned]:
    if not contract.customs:
        return
    yield _code("app/schemas/custom.py", "What operations of their own take and answer")
    yield _code("app/custom/__init__.py", "The package of the operations of their own")
    for one in contract.customs:
        path = f"app/custom/{module_of(one)}.py"
        file = TargetFile(path, f"What {one.name} does", judge=False, custom=one.name)
        yield Planned(file, "app/custom/operation.py")


def _routers(
    contract: Contract, views: tuple[ResourceView, ...], users: ResourceView | None
) -> Iterator[Planned]:
    for view in views:
        if view.endpoints.all:
            path = f"app/routers/{view.names.module}.py"
            yield _about(view, path, "app/routers/resource.py", f"The operations on {view.many}")
    if any(not one.resource for one in contract.customs):
        yield _code("app/routers/custom.py", "The operations that belong to no resource")
    if contract.not_made:
        yield _code("app/routers/not_made.py", "What was asked for and cannot be made")
    if users:
        purpose = "Register, log in, and who is calling"
        yield _about(users, "app/routers/auth.py", "app/routers/auth.py", purpose)
        if contract.accounts and contract.accounts.api_keys:
            path = "app/routers/api_keys.py"
            yield _about(users, path, path, "The operations on API keys")
    yield _code("app/routers/health.py", "Whether the API is up")
    yield _code("app/routers/__init__.py", "All routers")


def _frame(migrations: Sequence[Migration]) -> Iterator[Planned]:
    """What brings the database up to date and puts the application together."""
    yield _judge("migrations/env.py", "Which tables there should be, and where")
    yield _judge("migrations/script.py.mako", "What a new migration looks like")
    if len(migrations) > 1:
        yield _judge("migrations/tables.py", "What migrations do to tables with rows in them")
    for one in migrations:
        yield _judge(one.path, one.purpose)
    yield _code("app/logs.py", "Logs as lines of JSON")
    yield _code("app/requests.py", "What happens to every request")
    yield _code("app/migrate.py", "Brings the database up to date")
    yield _code("app/main.py", "The application, put together")
    yield _code("app/__main__.py", "Serves the application")


def _tests(
    contract: Contract, views: tuple[ResourceView, ...], users: ResourceView | None
) -> Iterator[Planned]:
    yield _judge("tests/__init__.py", "The package of the tests")
    yield _judge("tests/conftest.py", "A fresh database for every test")
    yield _judge("tests/client.py", "How the tests call the application")
    yield _judge("tests/expect.py", "What the tests expect of every resource")
    for view in views:
        path = f"tests/test_{view.names.test_module}.py"
        yield _about(view, path, "tests/test_resource.py", f"The contract of {view.many}", True)
    if contract.recipes:
        yield _judge("tests/test_computations.py", "That computations come out right")
    for one in contract.customs:
        path = f"tests/test_custom_{one.name}.py"
        file = TargetFile(path, f"That {one.name} comes out as worked out", True, one.name)
        yield Planned(file, "tests/test_custom.py")
    if users:
        yield _judge("tests/test_auth.py", "That only those are let in who may")
    yield _judge("tests/test_problems.py", "That errors are problems")
    yield _judge("tests/test_contract.py", "That the API describes itself as the contract does")
    yield _judge("tests/test_settings.py", "That settings are read, and wrong ones refused")
    yield _judge("tests/test_requests.py", "That requests are logged and limited")
    yield _judge("tests/test_migrations.py", "That the migrations lead to the models")
    yield _judge("tests/fuzz.py", "What schemathesis makes of it, where that is installed")


def _surroundings() -> Iterator[Planned]:
    """What runs, checks and ships the project."""
    yield _judge("Makefile", "serve, test, verify")
    yield _judge("verify/__init__.py", "The package behind make verify")
    yield _judge("verify/files.py", "Which files are not those that were proven")
    yield _judge("verify/record.py", "What proof.json says")
    yield _judge("verify/options.py", "What ruff was asked when the project was proven")
    yield _judge("verify/asking.py", "Asks again what the project was proven by")
    yield _judge("verify/__main__.py", "Compares, and says what differs")
    yield _judge(".env.example", "Every setting, to be copied to .env")
    yield _judge(".github/workflows/ci.yml", "What is checked at every push")
    yield _judge("Dockerfile", "The image")
    yield _judge(".dockerignore", "What does not belong into the image")
    yield _judge("compose.yaml", "The API with PostgreSQL")
    yield _judge(".bandit", "What a scan for weaknesses leaves out")
    yield _judge(".gitignore", "What does not belong under version control")
    yield _judge(".gitattributes", "That line ends stay as they are")
    # Late: long, and nothing that anybody reads.
    yield _judge("requirements.txt", "Every package that it runs on, pinned by hash")
    yield _judge("requirements-dev.txt", "The packages that its tests need besides")
    yield _judge("requests.http", "Every operation, to be sent from an editor")
    yield _judge("README.md", "How to run it, and every operation as a line for the shell")


def _shared(contract: Contract, views: tuple[ResourceView, ...]) -> Iterator[tuple[str, str]]:
    """The modules that resources share, where the contract needs them."""
    need = needs(contract, views)
    if need["readers"] or need["searched"]:
        yield "parameters", "Parameters that operations share"
    if need["lists"]:
        yield "pages", "Lists, cut into pages"
    if need["cursors"]:
        yield "cursors", "Lists, read on from where a page ended"
    if need["visible"]:
        yield "visibility", "Which rows a caller may read"
    if need["single_reach"] or need["many_reach"] or need["held"]:
        yield "references", "References to other rows"
    if need["locks"] or need["table_locks"]:
        yield "rules", "Rules that hold under concurrent requests"
    if need["versioned"]:
        yield "versions", "Versions of rows, and changes that go by them"
    if need["keyed"]:
        yield "idempotency", "Requests that may be sent again, with their keys"
    if need["historic"]:
        yield "history", "What is done to rows, written down"
    if need["hides"]:
        yield "trash", "Deleted rows, which can be restored"
    if need["averages"] or need["totals"]:
        yield "figures", "Sums and averages"
    if need["periods"] & PERIODS:
        yield "reports", "Days and months"
    if need["linked"]:
        yield "locations", "Absolute URLs of rows"
    if "slug" in need["kinds"]:
        yield "slugs", "Words for URLs"
    if "code" in need["kinds"]:
        yield "codes", "Codes that nobody can guess"
    if need["looks_into_lists"]:
        yield "lists", "Looking into lists of texts"
    if any(view.resource.upload for view in views):
        yield "uploads", "Files from clients and back"


def _accounts(contract: Contract, views: tuple[ResourceView, ...]) -> ResourceView | None:
    """The resource whose rows are the accounts, where there are any."""
    name = contract.accounts.resource if contract.accounts else ""
    return next((view for view in views if view.resource.name == name), None)


def _code(path: str, purpose: str) -> Planned:
    return Planned(TargetFile(path, purpose, judge=False), path)


def _judge(path: str, purpose: str) -> Planned:
    return Planned(TargetFile(path, purpose, judge=True), path)


def _about(
    view: ResourceView, path: str, source: str, purpose: str, judge: bool = False
) -> Planned:
    return Planned(TargetFile(path, purpose, judge), source, view)
