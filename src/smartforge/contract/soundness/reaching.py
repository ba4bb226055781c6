"""How the API is reached: what lives at the root, where rows say they are, who may call."""

import re
from collections.abc import Iterator

from smartforge.contract import reserved
from smartforge.contract.names import quoted, squeezed
from smartforge.contract.resources import Contract
from smartforge.contract.rules import Adjusts
from smartforge.contract.soundness.fields import taken_name
from smartforge.contract.soundness.places import Place, name_problems, twice

MAX_ORIGINS = 50

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?\Z")


def origin_problems(contract: Contract) -> Iterator[str]:
    """Which web pages may call, and whether only one collection is at the root."""
    if len(contract.cors) > MAX_ORIGINS:
        yield f"{len(contract.cors)} origins are more than {MAX_ORIGINS}"
    for origin in dict.fromkeys(contract.cors):
        if origin == "*" and len(contract.cors) > 1:
            yield f"the origin {quoted('*')} stands for all, so no other one goes with it"
        elif origin != "*" and not _ORIGIN.match(origin):
            yield f"{quoted(origin)} is no origin such as {quoted('https://app.example.org')}"
    for origin in twice(contract.cors):
        yield f"the origin {quoted(origin)} is named twice"
    rooted = [quoted(one.name) for one in contract.resources if one.root]
    if len(rooted) > 1:
        yield f"the resources {' and '.join(rooted)} cannot all be at the root"


def reaching_problems(place: Place) -> Iterator[str]:
    resource, here = place.resource, place.here
    if resource.root:
        for report in resource.reports:
            if report.name in reserved.PATHS:
                yield f"{here}: the path {quoted('/' + report.name)} is taken by the project itself"
    if resource.self_url:
        yield from _url_problems(place, resource.self_url)
    if "clear" not in resource.actions:
        return
    if place.holds_accounts or place.holds_tenants:
        yield f"{here}: accounts and tenants are not deleted all at once, so no {quoted('clear')}"
    if any(isinstance(rule, Adjusts) for rule in resource.rules):
        yield f"{here}: its rows adjust others for good, so {quoted('clear')} cannot be"


def _url_problems(place: Place, name: str) -> Iterator[str]:
    here = f"the URL {quoted(name)} of {place.here}"
    yield from name_problems(here, name)
    if taken := taken_name(place, name):
        yield f"{here}: {taken}"
    others = (*place.resource.fields, *place.resource.computed)
    if squeezed(name) in {squeezed(one.name) for one in others}:
        yield f"{here}: a field has the same name, or one that is hard to tell apart"
    if "read" not in place.resource.actions:
        yield f"{here}: a single row cannot be read, so the URL would lead nowhere"
