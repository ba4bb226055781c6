"""Options win over variables, variables over defaults; nonsense is named."""

from decimal import Decimal
from pathlib import Path

import pytest

from smartforge.errors import SettingsInvalid
from smartforge.settings import DEFAULT_MODEL, Models, Options, Viewers, read

KEY = {"OPENAI_API_KEY": "sk-secret"}


def test_without_anything_the_defaults_stand() -> None:
    settings = read(Options(), {})
    assert (settings.host, settings.port, settings.model, settings.pace) == (
        "127.0.0.1",
        8000,
        None,
        0,
    )


def test_options_win_over_variables_and_variables_over_defaults() -> None:
    variables = {"SMARTFORGE_PORT": "8100", "SMARTFORGE_DATA": "/tmp/a", "SMARTFORGE_PACE": "7"}
    settings = read(Options(port=8200), variables, default_pace=20_000)
    assert (settings.port, settings.data, settings.pace) == (8200, Path("/tmp/a"), 7)
    assert read(Options(pace=0), variables, default_pace=20_000).pace == 0


@pytest.mark.parametrize(
    ("asked", "variables", "model"),
    [
        (None, {}, None),
        (None, KEY, DEFAULT_MODEL),
        (None, {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, DEFAULT_MODEL),
        ("offline", KEY, None),
        ("openai:gpt-5", KEY, "gpt-5"),
        (None, KEY | {"SMARTFORGE_MODEL": "qwen3"}, "qwen3"),
        (None, {"SMARTFORGE_MODEL": "ollama:qwen3"}, "ollama:qwen3"),
        ("anthropic:a,ollama:b", {"ANTHROPIC_API_KEY": "k"}, "anthropic:a, ollama:b"),
        (None, {"OPENAI_BASE_URL": "http://h/v1", "SMARTFORGE_MODEL": "q:3b"}, "q:3b"),
        (None, {"SMARTFORGE_MODEL_WRITE": "ollama:w"}, "ollama:w"),
    ],
)
def test_the_model_follows_from_key_endpoint_and_wish(
    asked: str | None, variables: dict[str, str], model: str | None
) -> None:
    assert read(Options(model=asked), variables).model == model


def test_each_kind_of_work_may_have_a_model_of_its_own() -> None:
    variables = KEY | {"SMARTFORGE_MODEL": "a", "SMARTFORGE_MODEL_PLAN": "ollama:p, b"}
    assert read(Options(), variables).models == Models(plan="ollama:p, b")
    assert read(Options(model="c"), variables).models == Models()
    assert read(Options(model="offline"), variables).models == Models()


@pytest.mark.parametrize(
    ("options", "variables", "named"),
    [
        (Options(planner="magic"), {}, "magic"),
        (Options(author="nobody"), {}, "nobody"),
        (Options(model="gpt-4o"), {}, "gpt-4o"),
        (Options(planner="model"), {}, "model"),
        (Options(model="anthropic:x"), KEY, "anthropic:x"),
        (Options(model="magic:x"), KEY, "magic"),
        (Options(model="gpt-4o, offline"), KEY, "offline"),
        (Options(), KEY | {"SMARTFORGE_MODEL_REPAIR": "google:g"}, "google:g"),
        (Options(author="model", model="offline"), KEY, "model"),
        (Options(port=70_000), {}, "70000"),
        (Options(), {"SMARTFORGE_PACE": "fast"}, "fast"),
        (Options(), {"SMARTFORGE_PORT": "-1"}, "-1"),
        (Options(database_url="mysql://u:pw@host/db"), {}, "database"),
        (Options(), {"SMARTFORGE_DATABASE_URL": "host=x password=pw"}, "database"),
        (Options(), {"SMARTFORGE_DATA": "~nobody-at-all/x"}, "nobody-at-all"),
        (Options(token="two words"), {}, "token"),
        (Options(), {"SMARTFORGE_TOKEN": "schlüssel"}, "token"),
        (Options(), {"SMARTFORGE_VIEWERS": "0"}, "SMARTFORGE_VIEWERS"),
        (Options(), {"SMARTFORGE_VIEWERS_PER_PROJECT": "-1"}, "VIEWERS_PER_PROJECT"),
        (Options(), {"SMARTFORGE_VIEWERS_PER_ADDRESS": "many"}, "VIEWERS_PER_ADDRESS"),
        (Options(), {"SMARTFORGE_BUDGET": "-1"}, "SMARTFORGE_BUDGET"),
        (Options(), {"SMARTFORGE_BUDGET": "much"}, "SMARTFORGE_BUDGET"),
        (Options(), {"SMARTFORGE_BUDGET_USD": "NaN"}, "SMARTFORGE_BUDGET_USD"),
        (Options(), {"SMARTFORGE_BUDGET_USD": "-1"}, "SMARTFORGE_BUDGET_USD"),
        (Options(), {"SMARTFORGE_BUDGET_USD": "1 $"}, "SMARTFORGE_BUDGET_USD"),
        (Options(), {"SMARTFORGE_BUDGET_SECONDS": "1.5"}, "SMARTFORGE_BUDGET_SECONDS"),
        (Options(), {"SMARTFORGE_CONTEXT": "10"}, "SMARTFORGE_CONTEXT"),
        (Options(), {"SMARTFORGE_LOG_LEVEL": "loud"}, "SMARTFORGE_LOG_LEVEL"),
    ],
)
def test_nonsense_is_refused_by_name(
    options: Options, variables: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read(options, variables)
    assert named in refused.value.what
    assert refused.value.hint


def test_each_limit_on_viewers_has_a_variable() -> None:
    variables = {
        "SMARTFORGE_VIEWERS": "9",
        "SMARTFORGE_VIEWERS_PER_PROJECT": "8",
        "SMARTFORGE_VIEWERS_PER_ADDRESS": "7",
    }
    assert read(Options(), variables).viewers == Viewers(server=9, project=8, address=7)


def test_a_run_has_no_budget_unless_one_is_set() -> None:
    assert read(Options(), {}).budget == 0
    assert read(Options(), {"SMARTFORGE_BUDGET": "250000"}).budget == 250_000
    capped = {"SMARTFORGE_BUDGET_USD": "0.50", "SMARTFORGE_BUDGET_SECONDS": "600"}
    assert (read(Options(), {}).budget_usd, read(Options(), {}).budget_seconds) == (0, 0)
    settings = read(Options(), capped)
    assert (settings.budget_usd, settings.budget_seconds) == (Decimal("0.50"), 600)
    assert (settings.user_budget, settings.user_budget_usd) == (0, 0)
    day = {"SMARTFORGE_USER_BUDGET": "9000", "SMARTFORGE_USER_BUDGET_USD": "2.5"}
    settings = read(Options(), day)
    assert (settings.user_budget, settings.user_budget_usd) == (9_000, Decimal("2.5"))


def test_what_a_model_takes_may_be_said() -> None:
    assert read(Options(), {}).context is None
    assert read(Options(), {"SMARTFORGE_CONTEXT": "8192"}).context == 8_192


def test_projects_are_kept_for_ever_unless_days_are_set() -> None:
    assert read(Options(), {}).keep_days == 0
    assert read(Options(), {"SMARTFORGE_KEEP_DAYS": "90"}).keep_days == 90
    with pytest.raises(SettingsInvalid, match="SMARTFORGE_KEEP_DAYS"):
        read(Options(), {"SMARTFORGE_KEEP_DAYS": "-1"})


def test_little_is_logged_unless_more_is_asked_for() -> None:
    assert read(Options(), {}).log_level == "warning"
    assert read(Options(), {"SMARTFORGE_LOG_LEVEL": "INFO"}).log_level == "info"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read(Options(token="t0ken"), KEY)
    assert "sk-secret" not in f"{settings!r}{settings}"
    assert "t0ken" not in f"{settings!r}{settings}"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_the_database_is_an_address_of_postgresql_whose_password_is_never_told(
    scheme: str,
) -> None:
    url = f"{scheme}://me:s3cret@host/db"
    settings = read(Options(), {"SMARTFORGE_DATABASE_URL": url})
    assert settings.database_url == url
    assert "s3cret" not in f"{settings!r}{settings}"
    with pytest.raises(SettingsInvalid) as refused:
        read(Options(database_url="mysql://me:s3cret@host/db"), {})
    assert "s3cret" not in refused.value.what + refused.value.hint


def test_an_advisory_service_has_an_address_of_the_web() -> None:
    url = "http://127.0.0.1:9"
    assert read(Options(), {"SMARTFORGE_ADVISORY_URL": url}).advisory_url == url
    with pytest.raises(SettingsInvalid, match="SMARTFORGE_ADVISORY_URL"):
        read(Options(), {"SMARTFORGE_ADVISORY_URL": "advisories.example"})
