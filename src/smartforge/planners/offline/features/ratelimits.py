"""How often somebody may ask: `60 requests per minute`, `max 5 login attempts per 15 minutes`."""

import re

import msgspec

from smartforge.contract import RateLimit
from smartforge.planners.offline.features.heard import Heard, found, hide, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_USUAL = RateLimit(60, 60)
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_MOST = (
    r"(?:rate[ -]?limit\w*|throttl\w*|limit\w*|at most|max\w*|up to|no more than|not more than|more"
    r" than|only|allow\w*|cap\w*|restrict\w*|of|to|at|a|is|are|by|with|the|api|calls?|requests?|all"
    r"|every|each|user|client|ip|key|per|address|account|:)"
)
_ASKED = (
    r"(?:(?:api |http )?(?:requests?|reqs?|calls?|hits|queries)"
    r"|(?P<login>(?:failed )?(?:log-?ins?|sign-?ins?|log in|sign in|password|authentication)"
    r" (?:attempts?|tries|requests?|calls?)|attempts? (?:to|at) (?:log|sign|logging|signing)[ -]?in"
    r"|log-?ins?|attempts|tries))"
)
_EVERY = (
    r"(?:(?:per|a|an|/|each|every|in|within|in a|in one|within a)"
    r" ?(?P<times>\d{1,4})? ?(?P<unit>s|secs?|seconds?|min|mins|minutes?|h|hours?|days?))"
)
_WHO = (
    r"(?: (?:per|for each|for every|by each|from each|from one|from an?) (?:[a-z-]+)(?: address)?)?"
)
_LIMIT = re.compile(
    rf"\b(?:clients? (?:may|can|must) )?(?:(?:send|make|do) )?(?:{_MOST} )*"
    rf"(?P<n>\d{{1,6}}) {_ASKED}{_WHO} ?{_EVERY}\b{_WHO}(?: at most| max)?"
)
_SLASHED = re.compile(
    rf"\b(?:{_MOST} )*(?P<n>\d{{1,6}}) ?(?P<asked>req\w*|calls?|rps)? ?/ ?"
    r"(?P<unit>s|sec|min|minute|h|hour|day)\b"
)
_LOGINS = re.compile(
    r"\b(?:rate[ -]?limit\w*|throttl\w*|limit\w*|restrict\w*)(?: the| number of)*"
    r" (?P<login>log-?ins?|sign-?ins?|log in)(?: attempts?| endpoint| requests?)*"
    rf" (?:to|at) (?:{_MOST} )*(?P<n>\d{{1,5}})(?: (?:attempts?|tries|requests?|times))? {_EVERY}"
)
_PLAIN = re.compile(
    r"\b(?:rate[ -]?limit(?:s|ed|ing)?|throttl(?:ed|ing|e))\b(?: (?:the |all |on |of )*"
    r"(?:api|requests?|clients?|calls?|everything|access|by ip|per (?:user|client|ip|key)))*"
)
_PATTERNS = (_LOGINS, _LIMIT, _SLASHED)


def claim_limits(claims: Claims) -> None:
    """Keep from the base reading how often somebody may ask: a request is no thing here."""
    hide(claims, *_PATTERNS, _PLAIN)


def read_limits(sketch: Sketch) -> None:
    """Limits on requests, and on attempts to log in where there are accounts."""
    for heard, match in found(sketch, *_PATTERNS):
        requests, seconds = int(match["n"]), _seconds(match)
        if requests and seconds <= _UNITS["d"]:
            _set(sketch, heard, match, RateLimit(requests, seconds))
    for heard, match in found(sketch, _PLAIN):
        read = any(sketch.is_taken(heard.place, at) for at in range(*heard.span(*match.span())))
        if sketch.contract.rate_limit is None and not read and not _logins(sketch):
            _set(sketch, heard, match, _USUAL)
        else:
            take(sketch, heard, *match.span())


def _set(sketch: Sketch, heard: Heard, match: re.Match[str], limit: RateLimit) -> None:
    often = f"{limit.requests} in {limit.seconds} seconds (429), counted in each worker"
    accounts = sketch.contract.accounts
    if "login" in match.re.groupindex and match["login"]:
        if accounts is None:
            return
        limited = msgspec.structs.replace(accounts, login_limit=limit)
        sketch.contract = msgspec.structs.replace(sketch.contract, accounts=limited)
        tell(sketch, heard, match, f"an address may try to log in {often}.")
        return
    sketch.contract = msgspec.structs.replace(sketch.contract, rate_limit=limit)
    usual = " (assumed, since no number is said)" if match.re is _PLAIN else ""
    who = "an account, else an address," if accounts else "an address"
    tell(sketch, heard, match, f"{who} may send {often}{usual}.")


def _logins(sketch: Sketch) -> bool:
    accounts = sketch.contract.accounts
    return accounts is not None and accounts.login_limit is not None


def _seconds(match: re.Match[str]) -> int:
    times = int(match["times"] or 1) if "times" in match.re.groupindex else 1
    unit = match["unit"]
    known = next(key for key in ("min", "s", "h", "d") if unit.startswith(key))
    return times * _UNITS[known]
