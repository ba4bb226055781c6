"""Templates and views to text: what stands in every file, before it is formatted."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml

from smartforge.contract import Contract
from smartforge.contract.names import kebab
from smartforge.contract.openapi import openapi
from smartforge.targets.fastapi import literals
from smartforge.targets.fastapi.imports import natural, with_imports
from smartforge.targets.fastapi.layout import Planned
from smartforge.targets.fastapi.views import ResourceView

PROJECT = Path(__file__).with_name("project")

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?\Z")


def text(one: Planned, contract: Contract, context: dict[str, Any]) -> str:
    """The text of one file; `context` is what the function of that name returns."""
    if one.source == "openapi.yaml":
        return document(contract)
    if (PROJECT / one.source).is_file():
        return (PROJECT / one.source).read_text(encoding="utf-8")
    rendered = _templates().get_template(f"{one.source}.j2").render(context, r=one.view)
    return with_imports(rendered, _imports(one.view)) if one.file.path.endswith(".py") else rendered


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
        python=literals.python, toml=literals.toml, markdown=literals.markdown
    )
    return environment


def context(contract: Contract, views: tuple[ResourceView, ...]) -> dict[str, Any]:
    """What every template may use."""
    modules = [view.names.module for view in views]
    return {
        "contract": contract,
        "resources": views,
        "actions": {action for view in views for action in view.actions},
        "kinds": {
            str(field.kind.__struct_config__.tag)
            for resource in contract.resources
            for field in resource.fields
        },
        "modules": sorted([*modules, "health"], key=natural),
        "routers": [f"{module}.router" for module in ("health", *modules)],
        "fault": _fault(views),
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


class _Dumper(yaml.CSafeDumper):
    """Writes everything out: no anchors, since people read it."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _imports(view: ResourceView | None) -> dict[str, str]:
    if view is None or not view.answers:
        return {}
    return {"schemas": f"from app.schemas import {view.names.module} as schemas"}


def _fault(views: tuple[ResourceView, ...]) -> str:
    """A call of the test client that needs a table."""
    for view in views:
        if "list" in view.actions:
            return f'get("{view.path}")'
        if "create" in view.actions:
            return f'post("{view.path}", json={literals.python(view.rows[0])})'
    _, method, body = views[0].by_id[0]
    return f'{method}("{views[0].path}/1"{body})'
