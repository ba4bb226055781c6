"""Where a project writes its operations, and what of the document each line of them says."""

import re
from collections.abc import Collection

from smartforge.checks.witness import Line, Route, Seen

_QUOTED = re.compile(r"[\"'](\w+)[\"']")
_OF_THE_FIELD = re.compile(r": default is |: \w+ is (?:required|optional)|: may (?:not )?be null")


def difference(seen: Seen, said: str) -> Line | None:
    """Where a difference between the served and the promised document is written.

    `said` is a line of `checks.differences`: `POST /books: body .title: maxLength is 9, ...`.
    """
    operation, _, rest = said.partition(": ")
    route = next((one for one in seen.routes if one.operation == operation), None)
    if route is None:
        return neighbour(seen, operation)
    own = (route.path, route.keywords.get("def", route.line))
    if ": additionalProperties is" in rest:
        fields = route.taken if rest.startswith("body") else route.answered
        return fields.get("model_config", own)
    if rest.startswith("parameter "):
        return route.taken.get(rest.split()[2].rstrip(":"), own)
    if rest.startswith("body"):
        named = re.search(r"\.(\w+)|: (\w+) is (?:required|optional)", rest)
        name = next((one for one in named.groups() if one), "*") if named else "*"
        alone = route.taken.get(f".{name}") if _OF_THE_FIELD.search(rest) else None
        return alone or route.taken.get(name, route.taken.get("*", own))
    if rest.startswith("answer"):
        named = re.search(r"\.(\w+)(?!.*\.\w)|: (\w+) is (?:required|optional)", rest)
        name = next((one for one in named.groups() if one), "*") if named else "*"
        code = rest.split()[1].rstrip(":")
        absent = rest == f"answer {code}: missing"
        if absent or name == "*":
            success = code.startswith("2")
            return keyword(route, "status_code" if success else "responses") or own
        alone = route.answered.get(f".{name}") if _OF_THE_FIELD.search(rest) else None
        return alone or route.answered.get(name, route.answered.get("*", own))
    if rest.startswith("security"):
        return keyword(route, "dependencies") or own
    return own


def asked(seen: Seen, method: str, path: str) -> Route | None:
    """The route that a request is for: of several, the one with the fewest places."""
    found = [
        route
        for route in seen.routes
        if route.operation.startswith(f"{method} ")
        and re.fullmatch(
            re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(route.operation[len(method) + 1 :])), path
        )
    ]
    return min(found, key=lambda route: route.operation.count("{"), default=None)


def neighbour(seen: Seen, operation: str) -> Line | None:
    """Where the operations on the same path are written, or else those with the same beginning."""
    path = operation.partition(" ")[2]
    while path:
        for route in seen.routes:
            told = route.operation.partition(" ")[2]
            if told == path or (path != "/" and told.startswith(path + "/")):
                return route.path, route.keywords.get("def", route.line)
        path = path.rpartition("/")[0]
    return None


def other_roles(seen: Seen, route: Route | None, roles: Collection[str]) -> Line | None:
    """Where the operation names roles that may use it besides those of the contract."""
    if route is None or "dependencies" not in route.keywords or not roles:
        return None
    first = route.keywords["dependencies"]
    behind = min((one for one in route.keywords.values() if one > first), default=first + 1)
    for one in seen.functions:
        if (one.path, one.line) == (route.path, route.line):
            said = " ".join(one.text[first - one.line : behind - one.line])
            named = set(_QUOTED.findall(said))
            if named - {*roles} and ("role" in said or named & {*roles}):
                return route.path, first
    return None


def keyword(route: Route | None, name: str) -> Line | None:
    """The line of what the operation's decorator says under that name."""
    return (route.path, route.keywords[name]) if route and name in route.keywords else None
