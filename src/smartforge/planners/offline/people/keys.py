"""API keys: made by accounts, in place of tokens."""

import re

import msgspec

from smartforge.planners.offline.features.heard import Heard, found, hear_all, take
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.statements.keys import key_words

_KEY = r"(?:x-)?api[ _-]?keys?"
_HOW = r"(?:auth\w*|headers?|protect\w*|secur\w*|management|support|access|based|only|required)"
_KEYS = re.compile(
    r"(?:\b(?:where )?(?:(?:the|all|every|each|any) )?(?:api )?(?:clients?|consumers?|callers?"
    r"|calls?|requests?|apps?|applications?|programs?|services?|scripts?|devices?|integrations?) )?"
    r"(?:\b(?:(?:is|are|be|must|should|need\w*|to|can|has|have|may|will) )*"
    r"(?:protect\w*|secur\w*|guard\w*"
    r"|authenticat\w*|authoriz\w*|identif\w*|lock\w*|restrict\w*|require\w*|send\w*|pass"
    r"|access\w*|creat\w*|generat\w*|issue\w*|revok\w*|manag\w*|rotat\w*|delet\w*|mak\w*"
    r"|use|uses|carr\w*|contain\w*|present\w*|provid\w*|includ\w*|suppl\w*|needs?|with|via|by|using|through|and|or|it|them|themselves|everything)"
    r"(?: (?:the|this|an?|their|his|her|own|personal|valid|secret|simple|by|with|via|using|through"
    r"|all|every|requests?|calls?|endpoints?|routes?|operations?|api|whole|it|them|in|header))* )?"
    rf"\b(?P<key>{_KEY})\b(?: {_HOW})*(?: (?:in|as|via|through) (?:the|a|an)"
    r"(?: (?:http|request|x-api-key))? headers?)?"
)
_OF_USERS = re.compile(
    r"\b(?:users?|accounts?|logins?|log|logs|sign|signs|sign-up|signup|register\w*|jwt|passwords?"
    r"|roles?|admins?|bearer|members?|customers?)\b"
)


def claim_keys(claims: Claims) -> None:
    """Keep from the base reading what is said about API keys."""
    for heard in hear_all(claims.sentences):
        for match in _KEYS.finditer(heard.line):
            if _lets_in(heard, match):
                claims.hide(heard.place, *heard.span(*match.span()))
                claims.schemas |= {"IssuedKey", "NewKey", "KeyRequest"}


def read_keys(sketch: Sketch) -> None:
    """Let accounts make API keys; where nothing else asks for accounts, say what they are for."""
    known = sketch.contract.accounts
    for heard, match in found(sketch, _KEYS):
        if known is None or not _lets_in(heard, match):
            continue
        accounts = msgspec.structs.replace(known, api_keys=True)
        sketch.contract = msgspec.structs.replace(sketch.contract, accounts=accounts)
        said = heard.quote(*match.span("key"))
        sketch.note(
            f"{said}: whoever is logged in makes keys at POST /auth/api-keys; the header "
            "X-API-Key takes them in place of a token."
        )
        if not _otherwise(sketch):
            sketch.note(
                f"{said}: keys belong to accounts, so that there are accounts with registration "
                "and login: register, log in, make a key."
            )
        take(sketch, heard, *match.span())


def _lets_in(heard: Heard, match: re.Match[str]) -> bool:
    first, _ = heard.span(*match.span("key"))
    return key_words([token.low for token in heard.tokens], first) > 0


def _otherwise(sketch: Sketch) -> bool:
    """Whether accounts are asked for by other words than those for keys."""
    for sign in sketch.prompt.wanted.signs:
        lows = [token.low for token in sketch.sentences[sign.place].tokens]
        if not sign.refused and not key_words(lows, sign.begin) and lows[sign.begin] in _LOGGING:
            return True
    return any(_OF_USERS.search(heard.line) for heard in hear_all(sketch.sentences))


_LOGGING = frozenset({"login", "jwt", "password", "passwords", "log", "sign", "register"})
