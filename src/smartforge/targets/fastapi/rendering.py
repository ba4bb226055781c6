"""Templates and views to text: what stands in every file, before it is formatted."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
import yaml

from smartforge.contract import Contract, written
from smartforge.contract.names import kebab
from smartforge.contract.openapi import openapi
from smartforge.contract.openapi.parameters import MAX_CURSOR
from smartforge.targets.fastapi import literals, needs, readme, requests, scopes
from smartforge.targets.fastapi.accounts import AccountsView, accounts_view
from smartforge.targets.fastapi.customs import custom_imports, custom_views, schema_imports
from smartforge.targets.fastapi.imports import MARK, NAMES, natural, with_imports
from smartforge.targets.fastapi.judge.bodies import source
from smartforge.targets.fastapi.judge.customs import custom_tests
from smartforge.targets.fastapi.judge.names import NAMES as TEST_NAMES
from smartforge.targets.fastapi.judge.suite import Suite
from smartforge.targets.fastapi.layout import Planned
from smartforge.targets.fastapi.migration import circular
from smartforge.targets.fastapi.naming import resource_names
from smartforge.targets.fastapi.recipes import recipe_imports, recipe_views
from smartforge.targets.fastapi.steps import Migration
from smartforge.targets.fastapi.views import ResourceView, resource_views

COMPUTATIONS = "app/routers/computations.py"
CUSTOM_SCHEMAS = "app/schemas/custom.py"
ACCOUNT_SCHEMAS = "app/schemas/auth.py"
PROJECT = Path(__file__).with_name("project")

_MODELS_KEPT = 32  # contracts: the versions of a project are asked for again and again
_TABLES = ("database", "models")  # where tables come from
_MAX_BODY = 2_000_000  # bytes
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?\Z")


def text(one: Planned, contract: Contract, context: dict[str, Any]) -> str:
    """The text of one file; `context` is what the function of that name returns."""
    if one.source == "openapi.yaml":
        return document(contract)
    if one.source == "requests.http":
        return requests.file(context["suite"])
    if one.source in context["migrations"]:
        return context["migrations"][one.source]
    if (PROJECT / one.source).is_file():
        return (PROJECT / one.source).read_text(encoding="utf-8")
    rendered = _rendered(one.source, context, one.view, one.file.custom)
    if not one.file.path.endswith(".py"):
        return rendered
    if one.source.startswith("tests/"):
        return with_imports(rendered, known=TEST_NAMES)
    own: AccountsView | None = context["accounts"] if one.source == ACCOUNT_SCHEMAS else None
    customs, names = context["customs"], context["resource_names"]
    others = _imports(one.view, context["resources"]) | (own.imports if own else {})
    if one.source.startswith("app/routers/"):
        others |= custom_imports(customs, names)
    elif one.source.startswith("app/custom/"):
        others |= {"schemas": "from app.schemas import custom as schemas"}
    elif one.source == CUSTOM_SCHEMAS:
        others |= schema_imports(customs, names)
    if one.source == COMPUTATIONS:
        others |= recipe_imports(context["contract"])
    return with_imports(rendered, others, context["names"])


def _rendered(
    path: str, context: dict[str, Any], view: ResourceView | None = None, custom: str = ""
) -> str:
    module = context["suite"].modules[view.resource.name] if view else None
    about = {"r": view, "t": module, "c": context["customs"].get(custom)}
    return _templates().get_template(f"{path}.j2").render(context, **about)


@cache
def _templates() -> jinja2.Environment:
    """The templates of the folder `project`, each compiled once in a process."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PROJECT),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # for HTML only; here the filters escape, each for its language
    )
    environment.filters.update(
        python=literals.python,
        toml=literals.toml,
        markdown=literals.markdown,
        source=source,
        kebab=kebab,
        dense=_dense,
        lacks_role=scopes.lacks_role,
    )
    return environment


def _dense(text: str) -> str:
    """The same without the empty lines that templates leave within functions."""
    return re.sub(r"\n(?:[ ]*\n)+(?=[ )])", "\n", text)


def models(contract: Contract) -> tuple[str, ...]:
    """The modules that describe the tables of a contract, not yet with their imports."""
    return _models(msgspec.json.encode(contract))


@lru_cache(maxsize=_MODELS_KEPT)
def _models(encoded: bytes) -> tuple[str, ...]:
    contract = msgspec.json.decode(encoded, type=Contract)
    found = context(contract, resource_views(contract), ())
    return tuple(_rendered(f"app/{name}.py", found).replace(MARK, "") for name in _TABLES)


def context(
    contract: Contract, views: tuple[ResourceView, ...], made: Sequence[Migration]
) -> dict[str, Any]:
    """What every template may use; `made` are the migrations, by whose paths they are found."""
    served = [view for view in views if view.endpoints.all]
    modules = [view.names.module for view in served]
    accounts = accounts_view(contract, views)
    frame = ("health", "auth") if accounts else ("health",)
    frame += ("api_keys",) if accounts and accounts.api_keys else ()
    not_made = ("not_made",) if contract.not_made else ()
    not_made += ("computations",) if contract.recipes else ()
    names = resource_names(contract)
    customs = custom_views(contract, names)
    standing = [one for one in customs.values() if not one.resource]
    not_made += ("custom",) if standing else ()
    others = ["auth.roles"] if accounts and accounts.roles else []
    others += [f"{view.names.module}.links" for view in served if view.resource.redirect]
    return {
        **(needed := needs.needs(contract, views)),
        "names": NAMES
        | {view.endpoints.readable_name: "app.visibility" for view in needed["visible"]},
        "contract": contract,
        "written": written,
        "max_cursor": MAX_CURSOR,
        "accounts": accounts,
        "resources": views,
        "recipes": recipe_views(contract),
        "resource_names": names,
        "customs": customs,
        "standing": standing,
        "unmade": [one for one in customs.values() if not one.custom.made],
        "modules": sorted([*modules, *frame, *not_made], key=natural),
        "routers": [*(f"{module}.router" for module in (*frame, *modules, *not_made)), *others],
        "circular": circular(contract),
        "migrations": {one.path: one.text for one in made},
        "max_body_size": _max_body_size(contract),
        "sections": readme.sections(contract),
        "uploads": any(resource.upload for resource in contract.resources),
        "suite": (suite := Suite(contract)),
        "custom_tests": {one.name: custom_tests(suite, one) for one in contract.customs},
        "slug": kebab(contract.title)[:60].strip("-") or "api",
        "version": contract.version if _VERSION.match(contract.version) else "0.1.0",
    }


def document(contract: Contract) -> str:
    """`openapi.yaml`: the contract's document in block style."""
    return yaml.dump(
        openapi(contract),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=100,
    )


def _max_body_size(contract: Contract) -> int:
    """Bytes; a form with the largest file, and what stands around it, must fit in."""
    files = [one.upload.max_bytes for one in contract.resources if one.upload]
    return max([_MAX_BODY, *(size + _MAX_BODY for size in files)])


class _Dumper(yaml.CSafeDumper):
    """Writes everything out: no anchors, since people read it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _imports(view: ResourceView | None, views: tuple[ResourceView, ...]) -> dict[str, str]:
    """Where the names come from that stand for one module here and for another elsewhere."""
    if view is None:
        return {}
    found: dict[str, str] = {}
    for one in views:
        module, short = one.names.module, one.names.short
        for folder in ("schemas", "queries"):
            if one == view:
                found[folder] = f"from app.{folder} import {module} as {folder}"
            elif one.resource.name in view.children:
                name = f"{short}_{folder}"
                found[name] = f"from app.{folder} import {module} as {name}"
    return found
