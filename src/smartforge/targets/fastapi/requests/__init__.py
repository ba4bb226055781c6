"""`requests.http`: every operation, to be sent from an editor or with httpyac."""

from smartforge.targets.fastapi.judge.suite import Suite
from smartforge.targets.fastapi.requests.order import requests
from smartforge.targets.fastapi.requests.people import People
from smartforge.targets.fastapi.requests.request import text

__all__ = ["file"]

_HEAD = """\
# {title}: every operation, in an order in which each finds what it needs. Start with `make serve`.
# REST Client for VS Code and httpyac send it as it is; elsewhere, in an editor of JetBrains for
# one, put what was answered in the place of {{{{name.response.body.field}}}}.

@base = http://127.0.0.1:8001
"""


def file(suite: Suite) -> str:
    """The whole file. What was registered by it is there already when it is sent again."""
    people = People(suite)
    # Who has to log in is known only once everything else is.
    sent = list(requests(suite, people))
    title = " ".join(suite.contract.title.split())
    head = _HEAD.format(title=title.replace("{", "(").replace("}", ")"))
    head += "".join(f"@{name} = {value}\n" for name, value in people.variables())
    every = [sent[0], *people.requests(), *sent[1:]]
    return head + "".join(text(one) for one in every)
