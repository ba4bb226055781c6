"""How logins go on and end: refresh tokens, logging out, a new password."""

import re

import msgspec

from smartforge.planners.offline.features.heard import Heard, found, hear_all, hide, take, tell
from smartforge.planners.offline.sketch import Claims, Sketch

_WHOSE = r"(?: (?:a|the|their|his|her|its|my|your|our|own|one's|user|users'|account|login))*"
_TOKENS = r"(?: (?:access|jwt|bearer|auth|login))? ?tokens?"
_REFRESH = re.compile(
    rf"\brefresh(?:es|ed|ing)?{_WHOSE}{_TOKENS}(?: rotation)?\b"
    rf"|\brotat\w+{_WHOSE} refresh tokens?\b"
    r"|\brefresh-tokens?\b|\btokens? (?:refresh\w*|rotation|renewal)\b|\brefresh rotation\b"
    rf"|\brenew(?:s|ed|ing)?{_WHOSE}{_TOKENS}\b"
    rf"|\b(?:revok|invalidat)\w+{_WHOSE}(?:{_TOKENS}| sessions?| logins?)\b"
    r"|\btokens? (?:can|may|could|should|must|are|get) (?:be )?(?:refreshed|renewed|revoked)\b"
    r"|\b(?:log|sign)(?:s|ged|ging|ing|ed)?[ -]?outs?\b(?! (?:times?|dates?|at|sheets?))"
    r"|\b(?:stay|remain|keep\w*)(?: \w+)? (?:logged|signed) in\b"
)
_PASSWORD = re.compile(
    rf"\b(?:chang|updat|modif|replac|edit|alter)\w*{_WHOSE}(?: \w+ (?:and|or))? passwords?\b"
    r"|\bpasswords?(?: (?:can|may|could|should|must|to))?(?: be)?[ -](?:chang|updat|replac)\w*\b"
    rf"|\b(?:set|choose|pick){_WHOSE} new passwords?\b|\bchang\w+ of passwords?\b"
    r"|\bnew passwords? (?:needs?|requires?|takes?) the (?:old|current) one\b"
)


def claim_logins(claims: Claims) -> None:
    """Keep from the base reading what ends a login: a logout is no thing and no state."""
    hide(claims, _REFRESH, _PASSWORD)
    if any(_REFRESH.search(heard.line) for heard in hear_all(claims.sentences)):
        claims.schemas.add("Refresh")


def read_logins(sketch: Sketch) -> None:
    """Refresh tokens with logging out, and new passwords, where there are accounts."""
    for heard, match in found(sketch, _REFRESH):
        if match[0].startswith("sign"):
            # Nothing is signed here.
            sketch.acting = [one for one in sketch.acting if one.verb != "sign"]
        about = "POST /auth/refresh gives new tokens, POST /auth/logout ends them at once."
        _complete(sketch, heard, match, about, refresh=True)
    for heard, match in found(sketch, _PASSWORD):
        about = "POST /auth/password takes the current and a new one, and ends all logins."
        _complete(sketch, heard, match, about, password_change=True)


def _complete(sketch: Sketch, heard: Heard, match: re.Match[str], about: str, **more: bool) -> None:
    """Let the accounts also do this, and say so once; nothing where nobody logs in."""
    known = sketch.contract.accounts
    if known is None:
        return
    accounts = msgspec.structs.replace(known, **more)
    if accounts == known:
        take(sketch, heard, *match.span())
        return
    sketch.contract = msgspec.structs.replace(sketch.contract, accounts=accounts)
    tell(sketch, heard, match, about)
