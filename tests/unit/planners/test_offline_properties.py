"""Whatever the prompt: a sound contract, or a clear word why not; and the same each time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from smartforge.contract import validate
from smartforge.contract.openapi import openapi
from smartforge.errors import ContractInvalid, PromptUnclear
from smartforge.planners.base import Planned
from smartforge.planners.offline import plan

VOCABULARY = """
a an the each every API app for with has have books book authors author todo todos users email
order_items title name price rating status tags and or , , , . . : ; ( ) - -> / | { } [ ] "
from 1 to 5 between 100 at most characters optional required unique default is can be done not
either one of add remove make also list create delete only read read-only no cannot be deleted
number string integer boolean date null None class select id created_at model_config __proto__
constructor password it they them which that where belongs on search log in 日本 ü health docs
problem data news x same-day e.g. ' ` = >= < % 1.5 1,000 whether whose as ¶ ¶- ¶## ¶¶
"""
WORDS = [word.replace("¶", "\n") for word in VOCABULARY.split()]

prompts = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join),
)


def outcome(texts: tuple[str, ...]) -> Planned | str:
    try:
        return plan(texts)
    except (PromptUnclear, ContractInvalid) as error:
        return f"{error.what} {error.hint}"


@settings(max_examples=400, deadline=None)
@given(st.lists(prompts, min_size=1, max_size=3).map(tuple))
def test_any_prompt_gives_a_sound_contract_or_a_clear_word(texts: tuple[str, ...]) -> None:
    planned = outcome(texts)
    if isinstance(planned, str):
        assert planned.strip()
    else:
        assert validate(planned.contract)
        assert openapi(planned.contract)
        assert all(note.strip() for note in planned.notes)


@settings(max_examples=60, deadline=None)
@given(prompts)
def test_the_same_prompt_gives_the_same_plan(text: str) -> None:
    assert outcome((text,)) == outcome((text,))
