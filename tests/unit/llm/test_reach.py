"""Which models can be named, and where their keys and addresses come from."""

from pathlib import Path

import pytest

from smartforge.errors import SettingsInvalid
from smartforge.llm.known import KNOWN, Named, chain_of
from smartforge.llm.reach import read_reach


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("gpt-4o", [("openai", "gpt-4o")]),
        ("openai:gpt-5", [("openai", "gpt-5")]),
        ("ft:gpt-4o:acme", [("openai", "ft:gpt-4o:acme")]),
        ("Anthropic:claude-x", [("anthropic", "claude-x")]),
        ("ollama:llama3.2:3b", [("ollama", "llama3.2:3b")]),
        ("openrouter:deepseek/r1:free", [("openrouter", "deepseek/r1:free")]),
        ("google:g, ollama:q ,m", [("google", "g"), ("ollama", "q"), ("openai", "m")]),
    ],
)
def test_names_with_and_without_a_provider(text: str, names: list[tuple[str, str]]) -> None:
    assert chain_of(text) == tuple(Named(*name) for name in names)


def test_a_colon_belongs_to_the_name_where_the_endpoint_is_the_operators() -> None:
    assert chain_of("llama3.2:3b", elsewhere=True) == (Named("openai", "llama3.2:3b"),)


@pytest.mark.parametrize(
    "text", ["", ",", "a,", "antropic:claude", "ollama:", "two words", "a, openai:a", "x\ny"]
)
def test_what_names_no_model_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        chain_of(text)
    assert refusal.value.hint


def test_every_provider_has_a_key_of_its_own_and_an_address() -> None:
    variables = {f"{key}": f"key-of-{name}" for name, one in KNOWN.items() for key in one.keys}
    reach = read_reach(variables | {one.address: f"http://h/{one.name}" for one in KNOWN.values()})
    assert dict(reach.keys) == {name: f"key-of-{name}" for name in KNOWN}
    assert dict(reach.urls) == {name: f"http://h/{name}" for name in KNOWN}
    assert "key-of" not in repr(reach)


def test_googles_older_variable_counts_too() -> None:
    assert read_reach({"GEMINI_API_KEY": "k"}).keys == {"google": "k"}
    assert read_reach({"GEMINI_API_KEY": "k", "GOOGLE_API_KEY": "l"}).keys == {"google": "l"}


def test_a_key_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-ant-secret\n")
    assert read_reach({"ANTHROPIC_API_KEY_FILE": str(file)}).keys == {"anthropic": "sk-ant-secret"}


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe", b"k" * 20_000])
def test_a_file_without_a_key_is_named_and_never_quoted(
    content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsInvalid, match="OPENAI_API_KEY_FILE") as refusal:
        read_reach({"OPENAI_API_KEY_FILE": str(file)})
    assert "kkk" not in str(refusal.value)
    assert refusal.value.hint


def test_a_key_and_a_file_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="Both"):
        read_reach({"OPENAI_API_KEY": "k", "OPENAI_API_KEY_FILE": str(tmp_path / "key")})


@pytest.mark.parametrize(
    ("variables", "usual"),
    [
        ({}, None),
        ({"OPENROUTER_API_KEY": "k"}, None),
        ({"ANTHROPIC_API_KEY": "k"}, "anthropic:claude-sonnet-5-5"),
        ({"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k"}, "gpt-4o"),
    ],
)
def test_a_key_alone_means_its_providers_usual_model(
    variables: dict[str, str], usual: str | None
) -> None:
    assert read_reach(variables).usual() == usual
