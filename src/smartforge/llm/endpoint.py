"""Where a model is reached, how long is waited for it, and which words about it stay secret."""

import re
from urllib.parse import SplitResult, urlsplit

import msgspec

from smartforge.errors import SettingsInvalid
from smartforge.llm.known import OPENAI, Known

OPENAI_URL = OPENAI.url
NO_KEY = "no-key-needed"

_SECRETS = (
    re.compile(r"\bsk-[A-Za-z0-9_\-*.]{3,}"),
    re.compile(r"\bAIza[A-Za-z0-9_\-*]{10,}"),
    re.compile(r"(?<=[?&]key=)[^&\s\"']+"),
    re.compile(
        r"(?i)\bauthorization[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic)\s+)?[A-Za-z0-9._~+/\-*]+=*"
    ),
    re.compile(r"(?i)\b(?:bearer|basic)\s+(?=\S*\d)[A-Za-z0-9._~+/\-*]{6,}=*"),
    re.compile(
        r"(?i)\b(?:api[-_ ]?key|access[-_ ]?token)[\"']?\s*[:=]\s*[\"']?[A-Za-z0-9._~+/\-*]{6,}=*"
    ),
    re.compile(r"(?<=://)[^/@\s]+(?=@)"),
)
STRUCK_OUT = "[secret]"


class Limits(msgspec.Struct, frozen=True):
    """How long a provider waits and how much it takes; seconds and Unicode code points.

    `first` counts from the request to the first text or reasoning; `silence` between two of
    them; `trailer` from the finish reason to the end of the response. `answer` bounds what is
    read of one answer.
    """

    connect: float = 10.0
    first: float = 60.0
    silence: float = 60.0
    trailer: float = 5.0
    answer: int = 4 * 1024 * 1024


class Endpoint(msgspec.Struct, frozen=True):
    """A model behind an address, spoken to as `known` is. Local endpoints need no key."""

    model: str
    key: str
    url: str
    known: Known = OPENAI

    def __repr__(self) -> str:
        return f"Endpoint(model={self.model!r}, place={self.place!r})"

    @property
    def place(self) -> str:
        """The address without what may be secret in it: scheme, host, port and path."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{_bracketed(parts)}{port}{parts.path}"

    @property
    def is_openai(self) -> bool:
        return urlsplit(self.url).hostname == "api.openai.com"

    @property
    def is_loopback(self) -> bool:
        host = urlsplit(self.url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    def redact(self, text: str) -> str:
        """`text` without this endpoint's key and without anything else that looks like one."""
        if self.key and self.key != NO_KEY:
            text = text.replace(self.key, STRUCK_OUT)
        for secret in _SECRETS:
            text = secret.sub(STRUCK_OUT, text)
        return text


def endpoint(model: str, key: str | None, url: str | None, known: Known = OPENAI) -> Endpoint:
    """Raises SettingsInvalid where no request could be made like this; the key is never quoted."""
    key, url = (key or "").strip(), (url or "").strip()
    if not model.strip():
        raise SettingsInvalid("No model is named.", "Set SMARTFORGE_MODEL or use --model NAME.")
    if not key and not url and known.needs_key:
        raise SettingsInvalid(
            f"There is neither a key for {known.name} nor another address for its models.",
            f"Set {known.key}, or {known.key}_FILE with the path of a file that holds it, or"
            f" {known.address} for an endpoint that needs no key.",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsInvalid(
            f"{known.key} holds characters that no key has.",
            "Copy the key again, without quotes, spaces or line breaks.",
        )
    if not _is_address(url or known.url):
        raise SettingsInvalid(
            f"{known.address} is not an http or https address.",
            "Use one such as http://127.0.0.1:11434/v1.",
        )
    return Endpoint(model.strip(), key or NO_KEY, url or known.url, known)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _bracketed(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host
