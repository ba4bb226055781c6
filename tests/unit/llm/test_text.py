"""Text in pieces that were cut anywhere."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.llm.text import Aloud, Joiner, answered, sound

ANY_TEXT = st.text(st.characters(codec=None, categories=None))


def joined(pieces: list[str]) -> str:
    joiner = Joiner()
    return "".join([*(joiner.feed(piece) for piece in pieces), joiner.end()])


def test_a_pair_that_was_cut_in_two_is_joined() -> None:
    high, low = json.loads('"\\ud83d"'), json.loads('"\\ude00"')
    assert joined([f"a{high}", f"{low}b"]) == "a😀b"


def test_half_a_pair_is_not_passed_on_before_the_other_half() -> None:
    joiner = Joiner()
    assert joiner.feed("a\ud83d") == "a"
    assert joiner.feed("\ude00") == "😀"
    assert joiner.end() == ""


@pytest.mark.parametrize("piece", [chr(0xD83D), chr(0xDE00), chr(0xDE00) + chr(0xD83D), "\0"])
def test_what_no_file_can_hold_is_replaced(piece: str) -> None:
    got = joined(["a", piece, "b"])
    assert got[0] + got[-1] == "ab"
    assert set(got[1:-1]) == {"\ufffd"}


@given(st.lists(ANY_TEXT))
def test_any_pieces_give_text_that_utf_8_and_databases_can_hold(pieces: list[str]) -> None:
    got = joined(pieces)
    assert got.encode().decode() == got
    assert "\0" not in got
    assert got == sound("".join(pieces))


@given(st.text(), st.lists(st.integers(0, 50)))
def test_sound_text_passes_unchanged_however_it_is_cut(text: str, cuts: list[int]) -> None:
    text = text.replace("\0", "")
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[one:two] for one, two in itertools.pairwise(places)]
    assert joined(pieces) == text


def said(pieces: list[str]) -> str:
    aloud = Aloud()
    return "".join([*(aloud.feed(piece) for piece in pieces), aloud.end()])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>\nOne </thinking> two\n</think>\n\n    x = 1\n", "    x = 1\n"),
        ("\n<think></think>x", "x"),
        ("<think>x = 1\n", ""),
        ("<thin", "<thin"),
        ("  x = '<think>a</think>'\n", "  x = '<think>a</think>'\n"),
        ("<b>x</b></think>", "<b>x</b></think>"),
        ("", ""),
    ],
)
def test_what_is_thought_aloud_before_an_answer_is_left_out_however_it_is_cut(
    text: str, answer: str
) -> None:
    for size in (1, 2, 3, 7, 1000):
        assert said([text[at : at + size] for at in range(0, len(text), size)]) == answer


def test_a_whole_answer_may_have_lost_the_beginning_of_what_was_thought() -> None:
    assert answered("Well.\n</think>\n{}") == "\n{}"
    assert answered("<think>{</think>[]") == "[]"
    assert answered('{"a": "</think>"}') == '{"a": "</think>"}'
