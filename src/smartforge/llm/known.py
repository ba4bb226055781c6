"""The providers that a model can be named with: where each is, and what its settings are called."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from smartforge.errors import SettingsInvalid

Speech = Literal["chat", "messages", "gemini"]

_LONGEST_NAME = 200


class Known(msgspec.Struct, frozen=True):
    """One provider. `speech` is its protocol: OpenAI's Chat Completions, Anthropic's Messages or
    Google's Gemini API. `url` is where it is unless the operator says otherwise. `keys` are the
    variables that may hold its key; the first that is set counts. `usual` is the model that is
    asked where a key is all that is set.
    """

    name: str
    speech: Speech
    url: str
    needs_key: bool = False
    keys: tuple[str, ...] = ()
    usual: str = ""
    pull: str = ""

    @property
    def key(self) -> str:
        """The variable that a user is told to set."""
        return self.keys[0]

    @property
    def address(self) -> str:
        """The variable that says where it is."""
        return f"{self.name.upper()}_BASE_URL"


def _local(name: str, port: int, pull: str = "") -> Known:
    url = f"http://127.0.0.1:{port}/v1"
    return Known(name, "chat", url, keys=(f"{name.upper()}_API_KEY",), pull=pull)


OPENAI = Known(
    "openai", "chat", "https://api.openai.com/v1", True, ("OPENAI_API_KEY",), usual="gpt-4o"
)

KNOWN: Mapping[str, Known] = {
    one.name: one
    for one in (
        OPENAI,
        Known(
            "anthropic",
            "messages",
            "https://api.anthropic.com",
            True,
            ("ANTHROPIC_API_KEY",),
            usual="claude-sonnet-5-5",
        ),
        Known(
            "google",
            "gemini",
            "https://generativelanguage.googleapis.com",
            True,
            ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
            usual="gemini-3.8-flash",
        ),
        Known("openrouter", "chat", "https://openrouter.ai/api/v1", True, ("OPENROUTER_API_KEY",)),
        _local("ollama", 11434, "ollama pull"),
        _local("vllm", 8000),
        _local("lmstudio", 1234, "lms get"),
        _local("llamacpp", 8080),
    )
}


class Named(msgspec.Struct, frozen=True):
    """A model of a provider. Shown as it is written: OpenAI's need no prefix."""

    provider: str
    model: str

    @property
    def known(self) -> Known:
        return KNOWN[self.provider]

    def __str__(self) -> str:
        return self.model if self.provider == "openai" else f"{self.provider}:{self.model}"


def chain_of(text: str, *, elsewhere: bool = False) -> tuple[Named, ...]:
    """The models that `text` names, with commas between, in the order in which they are asked.

    `elsewhere` says that names without a provider mean an endpoint of the operator's own, whose
    names may hold colons, such as `llama3.2:3b`. Raises SettingsInvalid.
    """
    names = [part.strip() for part in text.split(",")]
    if not all(names):
        raise SettingsInvalid(
            f"A name is missing in the models {text!r:.200}.",
            "Write one model, or several with a comma between each two.",
        )
    chain = tuple(_named(name, elsewhere) for name in names)
    if len(set(chain)) < len(chain):
        raise SettingsInvalid(
            f"A model stands twice in {text!r:.200}.", "Name each one once: none is asked twice."
        )
    return chain


def _named(text: str, elsewhere: bool) -> Named:
    provider, colon, model = text.partition(":")
    if colon and provider.lower() in KNOWN:
        provider, model = provider.lower(), model.strip()
    elif colon and not elsewhere and provider != "ft":  # `ft:` names OpenAI's tuned models.
        raise SettingsInvalid(
            f"There is no provider {provider!r:.60}.",
            f"Write PROVIDER:MODEL with one of {', '.join(KNOWN)}; or set OPENAI_BASE_URL, if"
            f" {text!r:.100} is a name that an endpoint of your own knows.",
        )
    else:
        provider, model = "openai", text
    if not model or len(model) > _LONGEST_NAME or not model.isprintable() or " " in model:
        raise SettingsInvalid(
            f"{text!r:.100} names no model.", "Write PROVIDER:MODEL, such as ollama:llama3.2."
        )
    return Named(provider, model)
