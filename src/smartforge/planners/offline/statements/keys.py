"""Whether words speak of API keys as what lets programs in, and not as what is kept."""

from collections.abc import Sequence

from smartforge.contract.reserved import word_set

_ONE = word_set("api-key api-keys apikey apikeys x-api-key api_key api_keys")
_KEEPING = word_set(
    """
    store stores storing save saves track tracks tracking keep keeps record records catalog
    catalogue collects collect inventory stored third-party
    """
)
_KEEPERS = word_set("manager vault tracker registry inventory catalog catalogue store have has (")


def near(lows: Sequence[str], at: int) -> range:
    """The places behind `authenticate` where what it is done by may stand."""
    return range(at + 1, min(at + 5, len(lows)))


def key_words(lows: Sequence[str], at: int) -> int:
    """How many words from `at` name an API key by which somebody is let in; 0 for none."""
    pair = lows[at] == "api" and at + 1 < len(lows) and lows[at + 1] in ("key", "keys")
    width = 2 if pair else int(lows[at] in _ONE)
    after = lows[at + width] if at + width < len(lows) else ""
    kept = bool(_KEEPING & {*lows[max(0, at - 3) : at]}) or after in _KEEPERS
    return 0 if kept else width
