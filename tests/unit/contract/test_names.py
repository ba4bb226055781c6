import inflect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.contract.names import (
    NAME,
    ascii_text,
    class_name,
    identifier,
    kebab,
    plural,
    quoted,
    shorten,
    singular,
    snake,
    words,
)
from smartforge.contract.reserved import word_set
from smartforge.errors import ContractInvalid

IRREGULAR = [
    ("status", "statuses"),
    ("address", "addresses"),
    ("bus", "buses"),
    ("class", "classes"),
    ("box", "boxes"),
    ("category", "categories"),
    ("movie", "movies"),
    ("cookie", "cookies"),
    ("quiz", "quizzes"),
    ("person", "people"),
    ("child", "children"),
    ("woman", "women"),
    ("human", "humans"),
    ("analysis", "analyses"),
    ("lens", "lenses"),
    ("alias", "aliases"),
    ("bonus", "bonuses"),
    ("menu", "menus"),
    ("house", "houses"),
    ("course", "courses"),
    ("expense", "expenses"),
    ("response", "responses"),
    ("database", "databases"),
    ("cache", "caches"),
    ("branch", "branches"),
    ("shelf", "shelves"),
    ("knife", "knives"),
    ("hero", "heroes"),
    ("photo", "photos"),
    ("process", "processes"),
    ("tax", "taxes"),
    ("taxi", "taxis"),
    ("key", "keys"),
    ("size", "sizes"),
    ("prize", "prizes"),
    ("mouse", "mice"),
    ("index", "indexes"),
    ("matrix", "matrices"),
]
SAME = ["news", "series", "species", "data", "equipment", "feedback", "sheep", "media", "staff"]
COMMON = word_set(
    """
    apple author book booking brand bridge car card cat city client coach coin color comment
    company contact country cup customer day device dish dog door driver duty employee
    engine event exercise face farm field file film flag flower folder friend game garden
    group guest guide hotel image invoice issue item job journey judge kitchen lake language
    leader lesson letter library light lunch machine magazine market match meal meeting
    member message method month mountain museum name nation note number office orange order
    owner page parcel party patient payment phone picture piece place plan plant player
    pocket poem post price product project property question race recipe record region
    report review river road room route rule school score season seat sensor service ship
    shop song space stage star station store story street student subject table tag task
    teacher team ticket toy trainer tree trip truck user vehicle video village visit voice
    vote wallet warehouse watch week wheel window word worker workout year
    """
)


@pytest.mark.parametrize(("one", "many"), IRREGULAR)
def test_irregular_nouns_go_both_ways(one: str, many: str) -> None:
    assert plural(one) == many
    assert singular(many) == one
    assert singular(one) == one


@pytest.mark.parametrize("word", SAME)
def test_words_with_one_form_stay_as_they_are(word: str) -> None:
    assert plural(word) == word == singular(word)


def test_common_nouns_have_the_plural_that_the_library_gives() -> None:
    oracle = inflect.engine()
    wrong = {
        word: plural(word)
        for word in COMMON
        if plural(word) != oracle.plural_noun(word)  # type: ignore[arg-type] # its own str type
        or singular(plural(word)) != word
    }
    assert wrong == {}


def test_only_the_last_word_of_a_name_is_inflected() -> None:
    assert plural("order_item") == "order_items"
    assert singular("bus_tickets") == "bus_ticket"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order item", "order_item"),
        ("OrderItem", "order_item"),
        ("HTTPServer", "http_server"),
        ("IoT eBook", "iot_ebook"),
        ("line2", "line2"),
        ("author's name", "author_name"),
        ("  Größe & Preis ", "grosse_and_preis"),
        ("café crème", "cafe_creme"),
        ("__proto__", "proto"),
        ("../../etc/passwd", "etc_passwd"),
        ("标题", ""),
    ],
)
def test_snake(text: str, expected: str) -> None:
    assert snake(text) == expected


def test_other_spellings() -> None:
    assert kebab("order_item") == "order-item"
    assert class_name("order_item") == "OrderItem"
    assert words("Due date") == ("due", "date")
    assert ascii_text("Łódź") == "Lodz"


def test_long_names_are_cut_and_stay_different() -> None:
    first, second = identifier("a" * 300), identifier("a" * 299 + "b")
    assert len(first) <= 60
    assert first != second
    assert first == identifier("a" * 300)
    assert shorten("short") == "short"


def test_a_name_without_ascii_letters_is_a_clear_problem() -> None:
    with pytest.raises(ContractInvalid, match="标题"):
        identifier("标题")


def test_a_leading_digit_is_no_beginning_of_a_name() -> None:
    assert identifier("3d model") == "n_3d_model"


def test_quotes_are_one_short_line() -> None:
    assert quoted("a\nb\x00c") == '"a b c"'
    assert quoted("x" * 100) == '"' + "x" * 40 + '…"'


@given(st.text(max_size=400))
def test_every_identifier_is_a_sound_name(text: str) -> None:
    try:
        name = identifier(text)
    except ContractInvalid:
        assert snake(text) == ""
    else:
        assert NAME.match(name)
        assert len(name) <= 60


@given(st.from_regex(r"[a-z]{1,15}", fullmatch=True))
def test_a_plural_of_a_singular_never_loses_its_beginning(word: str) -> None:
    one = singular(word)
    assert one
    assert plural(one)
    assert singular(one) == singular(singular(one))
