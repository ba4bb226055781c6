"""Evidence of any shape, readable in a terminal."""

from smartforge.cli.evidence import MOST_LINES, lines_of


def test_the_command_that_reproduces_it_comes_first_and_nothing_empty_is_shown() -> None:
    evidence: dict[str, object] = {"status": 500, "body": "", "more": [], "cut": False}
    evidence["curl"] = "curl -i /x"
    assert lines_of(evidence) == ["curl: curl -i /x", "status: 500", "cut: false"]


def test_texts_of_several_lines_lists_and_objects_are_indented() -> None:
    evidence = {
        "stderr": "one\ntwo\n",
        "failures": [{"case": "x", "before": ["a", "b"]}, {"case": "y"}],
        "names": ["p", "q"],
    }
    assert lines_of(evidence) == [
        "stderr:",
        "  one",
        "  two",
        "failures:",
        "  - case: x",
        "    before:",
        "      - a",
        "      - b",
        "  - case: y",
        "names:",
        "  - p",
        "  - q",
    ]


def test_what_is_long_is_cut_and_says_so() -> None:
    lines = lines_of({"lines": [str(number) for number in range(1000)]})
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "... and 941 lines more; --json shows all of it"
