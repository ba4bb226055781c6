"""Follow-ups change what they speak of, and nothing else: one table, written by hand."""

import pytest

from smartforge.errors import NothingToChange, PromptUnclear
from smartforge.planners.base import PlanRequest
from smartforge.planners.offline import OfflinePlanner, plan
from smartforge.planners.offline.followup import follow
from tests.unit.planners.followups import ACCOUNTS, REVIEWS, access, base, changed, say

CHANGES = [
    # ---- fields come
    ("shop", "add a publisher to books", "+book/fields/publisher"),
    ("shop", "pls add pages 2 books", "+book/fields/pages"),
    ("shop", "Could you please add a language and a page count to books?",
     "+book/fields/language +book/fields/page_count"),
    ("shop", "can books have a cover url?", "+book/fields/cover_url"),
    ("shop", "books should also have a subtitle", "+book/fields/subtitle"),
    ("shop", "give every review a helpful flag", "+review/fields/helpful +review/filters/helpful"),
    ("shop", "each book needs a weight in grams", "+book/fields/weight"),
    ("shop", "I'd like a language on books", "+book/fields/language"),
    ("shop", "we also need an edition for books", "+book/fields/edition"),
    ("shop", "store the weight of each book", "+book/fields/weight"),
    ("shop", "add a required format to books (hardcover, paperback, ebook)",
     "+book/fields/format +book/filters/format"),
    ("shop", "add a stock from 0 to 500 with default 1 to books", "+book/fields/stock"),
    ("shop", "how about adding a subtitle to books", "+book/fields/subtitle"),
    ("shop", "reviews: add a headline", "+review/fields/headline"),
    ("shop", "add a subtitle to books and a headline to reviews",
     "+book/fields/subtitle +review/fields/headline"),
    ("todo", "add a note", "+todo/fields/note"),
    ("library", "add notes to authors, books and loans",
     "+author/fields/notes +book/fields/notes +loan/fields/notes"),
    ("todo", "add notes and a reminder date to todos",
     "+todo/fields/notes +todo/fields/reminder_date"),
    ("todo", "todos have a colour too", "+todo/fields/colour"),
    ("todo", "add a note and make it required", "+todo/fields/note"),
    ("library", "add an email to authors", "+author/fields/email"),
    ("rooms", "let rooms have a projector flag",
     "+room/fields/projector +room/filters/projector"),
    ("orders", "customers need a phone number", "+customer/fields/phone_number"),
    ("orders", "hey, can you add a note to orders? thanks", "+order/fields/note"),
    ("rooms", "add a level to rooms: low, mid or high", "+room/fields/level +room/filters/level"),
    ("rooms", "rooms need a level: low, mid or high", "+room/fields/level +room/filters/level"),
    ("orders", "add allergens to products as a list of tags",
     "+product/fields/allergens +product/filters/allergens"),
    ("shop", "books: price and weight", "+book/fields/weight"),
    ("orders", "add notes to customers, products and orders",
     "+customer/fields/notes +product/fields/notes +order/fields/notes"),
    # ---- the past is kept
    ("orders", "keep a history of changes to orders", "~order"),
    ("orders", "please log every change to products and customers", "~product ~customer"),
    ("orders", "we need to know who changed an order, and when", "~order"),
    ("shop", "Add an audit trail", "~book ~review"),
    ("shop", "make books auditable", "~book"),
    ("shop", "add a price history to books", "+book/fields/price_history"),
    ("orders", "products get a grade: good, fair, poor",
     "+product/fields/grade +product/filters/grade"),
    ("flow", "products get a category: food, toys, books",
     "+product/fields/category +product/filters/category"),
    ("todo", "add a color: red, green or blue", "+todo/fields/color +todo/filters/color"),
    ("todo", "add a priority: low, medium, urgent", "~todo/fields/priority"),
    ("shop", "books need the following fields: weight, height",
     "+book/fields/weight +book/fields/height"),
    ("shop", "books also get a weight and a sold flag",
     "+book/fields/weight +book/fields/sold +book/filters/sold"),
    ("shop", "drop isbn and add a code instead", "-book/fields/isbn +book/fields/code"),
    ("shop", "i'd like to also log the page count at each review", "+review/fields/page_count"),
    ("shop", "add vat to books (percentage) default 19", "+book/fields/vat"),
    ("shop", "books need a blurb, long", "+book/fields/blurb"),
    ("shop", "reviews: drop the comment, add a size (small, large)",
     "-review/fields/comment +review/fields/size +review/filters/size"),
    ("shop", "add a language to books: english, french, german; english by default",
     "+book/fields/language +book/filters/language"),
    ("shop", "reviews of books have a headline", "+review/fields/headline"),
    ("shop", "add a discount to books, 0 to 50 percent, default 0", "+book/fields/discount"),
    ("library", "add notes to loans and to authors", "+loan/fields/notes +author/fields/notes"),
    # ---- fields go
    ("shop", "remove tags", "-book/fields/tags -book/filters/tags"),
    ("shop", "remove the price from books", "-book/fields/price"),
    ("shop", "drop isbn and year from books", "-book/fields/isbn -book/fields/year"),
    ("shop", "books don't need an isbn", "-book/fields/isbn"),
    ("shop", "we don't need the year anymore", "-book/fields/year"),
    ("shop", "get rid of the tags please", "-book/fields/tags -book/filters/tags"),
    ("shop", "no more tags", "-book/fields/tags -book/filters/tags"),
    ("shop", "isbn is no longer needed", "-book/fields/isbn"),
    ("shop", "the comment can go", "-review/fields/comment"),
    ("library", "books no longer need pages", "-book/fields/pages"),
    ("rooms", "remove capacity and floor from rooms", "-room/fields/capacity -room/fields/floor"),
    ("orders", "delete the category field of products", "-product/fields/category"),
    # ---- resources come and go
    ("shop", "also keep publishers with a name and a country", "+publisher"),
    ("shop", "add a resource publishers with name and country", "+publisher"),
    ("todo", "also keep labels with a name and a colour", "+label"),
    ("library", "we also want members with a name and an email", "+member"),
    ("shop", "drop the reviews", "-review"),
    ("shop", "remove reviews", "-review"),
    ("library", "remove loans", "-loan"),
    ("library", "we don't need loans any more", "-loan"),
    ("rooms", "get rid of bookings", "-booking"),
    # ---- relations
    ("shop", "books belong to a publisher",
     "+publisher +book/fields/publisher_id +book/filters/publisher_id"),
    ("library", "remove the author from books",
     "-book/fields/author_id -book/filters/author_id"),
    ("todo", "add labels with a name, a todo can have many labels",
     "+label +todo/fields/label_ids +todo/filters/label_ids"),
    ("todo", "add a folder; a todo can be in a folder",
     "+folder +todo/fields/folder_id +todo/filters/folder_id"),
    ("todo", "add a supplier with name and phone and link todos to it",
     "+supplier +todo/fields/supplier_id +todo/filters/supplier_id"),
    ("todo", "each todo belongs to a helper (name, email)",
     "+helper +todo/fields/helper_id +todo/filters/helper_id"),
    ("library", "a loan belongs to an author",
     "+loan/fields/author_id +loan/filters/author_id"),
    # ---- names
    ("shop", "rename author to writer", ">book/fields/writer"),
    ("shop", "call the price cost instead", ">book/fields/cost"),
    ("shop", "price should be called cost", ">book/fields/cost"),
    ("shop", "price should be called cost from now on", ">book/fields/cost"),
    ("shop", "change isbn to code", ">book/fields/code"),
    ("shop", "rename the comment of reviews to text", ">review/fields/text"),
    ("shop", "use stars instead of rating", ">review/fields/stars"),
    ("shop", "rename reviews to opinions", ">opinion"),
    ("shop", "call reviews opinions everywhere", ">opinion"),
    ("shop", "rename price to cost and year to published year",
     ">book/fields/cost >book/fields/published_year"),
    ("library", "rename authors to writers", ">writer >book/fields/writer_id"),
    ("library", "loans should be called lendings", ">lending"),
    ("library", "rename books to volumes", ">volume >loan/fields/volume_id"),
    ("rooms", "rename rooms to halls", ">hall >booking/fields/hall_id"),
    ("rooms", "rename start time to begins at", ">booking/fields/begins_at"),
    ("orders", "rename price to cost and stock to quantity",
     ">product/fields/cost >product/fields/quantity"),
    ("orders", "replace category with department", ">product/fields/department"),
    # ---- values
    ("shop", "make year optional", "~book/fields/year"),
    ("shop", "make year optional then", "~book/fields/year"),
    ("shop", "the year is optional", "~book/fields/year"),
    ("shop", "year doesn't have to be given", "~book/fields/year"),
    ("shop", "ISBN must be unique", "~book/fields/isbn"),
    ("shop", "make isbn unique please", "~book/fields/isbn"),
    ("shop", "the title must be unique", "~book/fields/title"),
    ("shop", "the title should be optional", "~book/fields/title"),
    ("shop", "make tags required", "~book/fields/tags"),
    ("shop", "rating goes to 10", "~review/fields/rating"),
    ("shop", "ratings can go from 0 to 10", "~review/fields/rating"),
    ("shop", "titles may be at most 300 characters", "~book/fields/title"),
    ("shop", "comment text isnt required", "~review/fields/comment"),
    ("shop", "make the comment longer", "~review/fields/comment"),
    ("shop", "make price and year optional", "~book/fields/price ~book/fields/year"),
    ("library", "isbn doesn't have to be unique", "~book/fields/isbn"),
    ("library", "the country of authors is not required", "~author/fields/country"),
    ("library", "author name can't be changed", "~author/fields/name"),
    ("todo", "set the default of priority to high", "~todo/fields/priority"),
    ("todo", "priority should default to low", "~todo/fields/priority"),
    # ---- choices
    ("shop", "rating goes up to 10", "~review/fields/rating"),
    ("orders", "status needs another option: lost", "~order/fields/status"),
    ("todo", "priority can also be urgent", "~todo/fields/priority"),
    ("todo", "add urgent to priority", "~todo/fields/priority"),
    ("todo", "add a priority called urgent", "~todo/fields/priority"),
    ("orders", "status can also be cancelled or returned", "~order/fields/status"),
    ("orders", "add a status lost to orders", "~order/fields/status"),
    ("blog", "status of posts can also be archived", "~post/fields/status"),
    # ---- operations
    ("shop", "books can't be deleted anymore", "~book -book/access/delete"),
    ("shop", "make reviews read only",
     "~review -review/access/create -review/access/update -review/access/delete"),
    ("shop", "nobody can delete books", "~book -book/access/delete"),
    ("shop", "don't allow deleting reviews", "~review -review/access/delete"),
    ("rooms", "bookings cannot be edited", "~booking -booking/access/update"),
    ("todo", "remove the delete endpoint from todos", "~todo -todo/access/delete"),
    ("todo", "only allow list and read for todos",
     "~todo -todo/access/create -todo/access/update -todo/access/delete"),
    # ---- access
    ("shop", "make reviews need login", REVIEWS),
    ("shop", "reviews should require a login", REVIEWS),
    ("shop", "protect reviews with login", REVIEWS),
    ("shop", "you must be logged in to create reviews",
     f"{ACCOUNTS} ~review/access/create"),
    ("shop", "only admins can delete books", f"{ACCOUNTS} ~book/access/delete"),
    ("shop", "only admins can edit and delete books",
     f"{ACCOUNTS} ~book/access/update ~book/access/delete"),
    ("shop", "users can only edit their own reviews",
     f"{ACCOUNTS} ~review +review/fields/user_id ~review/access/create ~review/access/update"),
    ("shop", "add login", f"{REVIEWS} {access('book')}"),
    ("store", "make reviews need login even for reading", access("review", "list", "read")),
    ("shop", "make reviews need login and also for reading", REVIEWS),
    ("store", "pls make reviews need a login to look at", access("review", "list", "read")),
    ("shop", "make everything private behind login", f"{REVIEWS} {access('book')}"),
    ("store", "reviewers can only read reviews",
     f"~accounts {access('review', 'create', 'update', 'delete')}"),
    ("store", "only admins can see reviews", f"~accounts {access('review', 'list', 'read')}"),
    ("store", "hide reviews from people who are not logged in",
     access("review", "list", "read")),
    ("todo", "todos belong to whoever made them and only they can see them",
     f"{ACCOUNTS} ~todo +todo/fields/user_id {access('todo')}"),
    ("blog", "everyone can read comments", access("comment", "list", "read")),
    ("blog", "make posts public", access("post", "list", "read")),
    ("blog", "show the comments without logging in", access("comment", "list", "read")),
    ("blog", "editors can delete comments too", "~accounts ~comment/access/delete"),
    ("rooms", "only logged in users can book", f"{ACCOUNTS} ~booking/access/create"),
    ("shop", "only logged in users should be able to post reviews",
     f"{ACCOUNTS} ~review/access/create"),
    ("shop", "reviews should be protected by a login", REVIEWS),
    # ---- lists
    ("shop", "let me filter books by author and by isbn",
     "+book/filters/author +book/filters/isbn"),
    ("shop", "let me filter books by year", "+book/filters/year +book/ranges/year"),
    ("shop", "make books searchable by title", "+book/searched/title"),
    ("shop", "add search to books", "+book/searched/title"),
    ("shop", "50 books per page", "~book"),
    ("shop", "show 10 reviews per page", "~review"),
    ("shop", "make isbn unique, and show 50 books per page", "~book ~book/fields/isbn"),
    ("shop", "make isbn unique and list the newest books first", "~book ~book/fields/isbn"),
    ("shop", "paginate books, 10 at a time", "~book"),
    ("shop", "limit reviews to 5 per page", "~review"),
    ("todo", "set the page size to 50", "~todo"),
    ("shop", "show me only 10 reviews per page", "~review"),
    ("shop", "put 5 books on a page", "~book"),
    ("shop", "reviews are sorted by newest", "~review"),
    ("shop", "sort books by year", "~book"),
    ("library", "remove the search from books", "-book/searched/title"),
    # ---- states and rules
    ("orders", "orders can be cancelled", "+order/transitions/cancel ~order/fields/status"),
    ("orders", "orders can be cancelled before they are shipped",
     "+order/transitions/cancel ~order/fields/status"),
    ("flow", "orders can be cancelled", "+order/transitions/cancel ~order/fields/status"),
    ("rooms", "remove the overlap rule",
     "-booking/rules/no_overlap:start_time,end_time,room_id"),
    ("shop", "the combination of title and author must be unique",
     "+book/rules/unique_together:title,author"),
    ("library", "make the title of books unique per author",
     "+book/rules/unique_together:author_id,title"),
    ("library", "the title of books is unique per author",
     "+book/rules/unique_together:author_id,title"),
    ("library", "a book can have 3 loans at most", "+loan/rules/at_most:book_id"),
    ("library", "a book has at most 5 loans", "+loan/rules/at_most:book_id"),
    ("rooms", "no two rooms may have the same name and floor",
     "+room/rules/unique_together:name,floor"),
    ("library", "the end date must be after the start date",
     "+loan/rules/ordered:start_date,end_date +loan/ranges/start_date"),
    # ---- words
    ("shop", "call the api Bookworm", "~title"),
    ("shop", "change the title to My Books", "~title"),
    ("shop", "change the contract title to My Books", "~title"),
    ("shop", "rename the bookstore api to My Books", "~title"),
    # ---- several at once
    ("shop", "add pages to books, rename isbn to code and make reviews need login",
     f"+book/fields/pages >book/fields/code {REVIEWS}"),
    ("shop", "remove tags and add a subtitle to books",
     "-book/fields/tags -book/filters/tags +book/fields/subtitle"),
    ("shop", "rename price to cost. Make it optional.", ">book/fields/cost"),
    ("library", "remove the country of authors, keep the rest as it is", "-author/fields/country"),
    ("library", "drop loans and don't touch anything else", "-loan"),
    ("shop", "add a discount to books and make it at most 50", "+book/fields/discount"),
    ("library", "drop loans, add a birthday to authors and make isbn optional",
     "-loan +author/fields/birthday ~book/fields/isbn"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said", "expected"), CHANGES)
def test_a_follow_up_changes_what_it_speaks_of_and_nothing_else(
    name: str, said: str, expected: str
) -> None:
    assert changed(name, said) == set(expected.split())


# ---- what is refused, with the words that the answer holds ---------------------------------------

REFUSED = [
    ("shop", "remove the publisher", 'there is no "publisher"'),
    ("shop", "remove the publsher from books", 'there is no "publsher" in books'),
    ("shop", "make the authr optional", 'Did you mean "author"?'),
    ("shop", "rename publisher to press", 'there is no "publisher"'),
    ("shop", "add a colour to magazines", 'there is no "magazines"'),
    ("shop", "make magazines need login", 'there is no "magazines"'),
    ("shop", "add a price to books", "books have price already"),
    ("shop", "rename author to title", 'have a field "title" already'),
    ("shop", "rename reviews to books", "there are books already"),
    ("shop", "remove books and reviews", "all that this API keeps"),
    ("shop", "add a shelf", "it does not say of what"),
    ("shop", "make it optional", 'which field "it" is'),
    ("shop", "make price optional and make price required", "it contradicts"),
    ("shop", "add pages to books and remove pages from books", "it contradicts"),
    ("shop", "make reviews need login and make reviews public", "it contradicts"),
    ("shop", "rename author to writer and remove the writer", "it contradicts"),
    ("shop", "add a headline to reviews and remove the reviews", "it contradicts"),
    ("shop", "xyzzy plugh", "not understood"),
    ("shop", "remove flurbs", 'there is no "flurbs"'),
    ("shop", "add a colour to books and remove the flurbs", 'there is no "flurbs"'),
    ("shop", "500 books per page", "a page holds 1 to 100"),
    ("shop", "the title must be at most 20 characters", "title may hold 200 characters"),
    ("shop", "the title should be no longer than 30 characters", "title may hold 200 characters"),
    ("shop", "the title may be 30 characters long", "title may hold 200 characters"),
    ("shop", "make isbn unique with 50 per page", "only a part of it was understood"),
    ("shop", "make price at least 10 and at most 5", "make no sense"),
    ("shop", "set the default of rating to 9", "is no value of rating"),
    ("todo", "remove medium and high from priority", "would have no choice left"),
    ("todo", "remove todos", "all that this API keeps"),
    ("blog", "remove users", 'say "remove login"'),
    ("blog", "remove the email from users", "by which they log in"),
    ("shop", "undo that", "the first version"),
    ("shop", "go back to version 7", "there is no version 7"),
    # ---- what would be a guess
    ("orders", "drop the paid status", "may hold paid"),
    ("shop", "books should be printable", "not understood"),
    ("rooms", "tickets can be cancelled", 'there is no "tickets"'),
    ("shop", "publishers need a logo", 'there is no "publishers"'),
    ("shop", "only logged in users can vote", "not clear who may do what"),
    # ---- what rows that are there may hold
    ("orders", "quantity goes up to 99", "may hold 0 to 1000000, more than 0 to 99"),
    ("todo", "remove medium from priority", "Keep that among the choices"),
    ("todo", "priority should be one of a, b or c", "priority may hold low, medium, high"),
    ("shop", "make the title at most 80 characters", "may hold 200 characters, more than 80"),
    ("shop", "make price an integer", "cannot be made an integer of what is a decimal"),
    ("shop", "price must be at least 1", "Keep that range"),
    ("shop", "make year required and optional", "both required and optional"),
    ("library", "get rid of the country but keep the country", "it contradicts"),
    ("shop", "books have at most 20 vouchers", 'there is no "vouchers"'),
    ("library", "pages cannot exceed 300", "may hold 0 to 1000000, more than 0 to 300"),
    ("shop", "undo the last change and rename books to tomes", "going back is a step of its own"),
    ("shop", "add a status cancelled to orders", 'there is no "orders"'),
    ("shop", "the author must not be negative", "neither more nor less than zero"),
    ("shop", "a book can have 3 pieces at most", "this condition is not kept"),
    ("shop", "list the episodes of a book", 'there is no "episodes"'),
    ("shop", "title at most 50 characters", "Or add another field that takes just what it should"),
    ("shop", "books can be filtered by genre", 'there is no "genre" in books'),
    ("todo", "the subject must be unique", 'there is no "subject"'),
    ("flow", "customers need an email address", "customers have email address already"),
    ("todo", "add a priority: low, medium or high", "can be low, medium and high already"),
    ("shop", "stop logging changes to books", "no history of changes to books is kept"),
    ("shop", "   ", "empty"),
    ("shop", "make everything need login except books", "exceptions are not understood"),
    ("shop", "publishers can only edit their own books", "whose rows these are"),
]


@pytest.mark.parametrize(("name", "said", "why"), REFUSED)
def test_what_cannot_be_followed_is_refused_whole_with_its_reason(
    name: str, said: str, why: str
) -> None:
    with pytest.raises(PromptUnclear) as caught:
        say(name, said)
    assert why in f"{caught.value} {caught.value.hint}"


SO_ALREADY = [
    ("shop", "add pagination to books", "come in pages already"),
    ("todo", "make the due date required", "Due date of todos is so already"),
    ("shop", "books can be sorted by price", "sorted so already"),
]


@pytest.mark.parametrize(("name", "said", "why"), SO_ALREADY)
async def test_what_is_so_already_is_said_and_makes_no_version(
    name: str, said: str, why: str
) -> None:
    with pytest.raises(NothingToChange, match=why):
        await OfflinePlanner().plan(PlanRequest((said,), base(name)))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("remove the audit trail", []),
        ("stop logging changes to reviews", ["book"]),
        ("drop the history of books", ["review"]),
        ("no more change history for books", ["review"]),
        ("we don't need the audit log any more", []),
        ("rename books to volumes", ["volume", "review"]),
    ],
)
def test_the_past_is_kept_until_that_is_taken_back(said: str, left: list[str]) -> None:
    kept = say("shop", "log every change").contract
    found = follow(said, kept)
    assert [one.name for one in found.contract.resources if one.history] == left
    gone = "the history of all" in " ".join(found.notes)
    assert gone == ("rename" not in said)


def test_what_moves_on_already_still_does_beside_what_is_new() -> None:
    order = say("flow", "orders can be cancelled before they are shipped").contract.resource(
        "order"
    )
    assert [(one.name, one.sources, one.target) for one in order.transitions] == [
        ("pay", ("draft",), "paid"),
        ("ship", ("paid",), "shipped"),
        ("cancel", ("draft", "paid"), "cancelled"),
    ]


def test_lists_come_by_the_field_that_is_named() -> None:
    dated = plan(("Harvests have a date and kilograms.",)).contract
    made = follow("sort harvests by date newest first", dated).contract
    assert made.resource("harvest").sorted_by == "-date"


def test_rows_that_are_there_are_spoken_of() -> None:
    assert (
        "Data goes with it: the isbn of all books are deleted."
        in say("shop", "remove the isbn").notes
    )
    assert (
        "Where two books have the same isbn already, the migration stops and names them."
        in say("shop", "make isbn unique").notes
    )
    said = say("shop", "add a required stock to books").notes
    assert "Books that have none yet get 0 as stock." in said


def test_every_changed_part_knows_the_clause_that_it_came_from() -> None:
    prompt = "Please add pages to books, and make reviews need login."
    origins = say("shop", prompt).origins
    pages, list_of = (
        origins[f"resources/{one}"][0] for one in ("book/fields/pages", "review/access/list")
    )
    assert prompt[pages.start : pages.end] == pages.text == "add pages to books"
    assert "login" not in pages.text
    assert list_of.text == "make reviews need login"


# ---- other languages ----------------------------------------------------------------------------

FOREIGN = [
    ("füge Büchern einen Verlag hinzu", "+book/fields/publisher"),
    ("Füge eine Seitenzahl zu den Büchern hinzu.", "+book/fields/page_count"),
    ("Benenne Autor in Schreiber um", ">book/fields/writer"),
    ("entferne bitte die Tags", "-book/fields/tags -book/filters/tags"),
    ("Bewertungen brauchen einen Login", REVIEWS),
    ("der Preis soll optional sein", "~book/fields/price"),
    ("añade un género a los libros", "+book/fields/genre"),
    ("renombra autor a escritor", ">book/fields/writer"),
    ("quita el precio de los libros", "-book/fields/price"),
    ("elimina las etiquetas", "-book/fields/tags -book/filters/tags"),
    ("las reseñas necesitan inicio de sesión", REVIEWS),
    ("haz que el precio sea opcional", "~book/fields/price"),
    ("ajoute un genre aux livres", "+book/fields/genre"),
    ("renomme auteur en écrivain", ">book/fields/writer"),
    ("supprime les tags", "-book/fields/tags -book/filters/tags"),
    ("retire le prix des livres", "-book/fields/price"),
    ("les avis doivent nécessiter une connexion", REVIEWS),
    ("rends le prix optionnel", "~book/fields/price"),
    ("adicione um gênero aos livros", "+book/fields/genre"),
    ("renomeie autor para escritor", ">book/fields/writer"),
    ("remova as tags", "-book/fields/tags -book/filters/tags"),
    ("remova o preço dos livros", "-book/fields/price"),
    ("as avaliações precisam de login", REVIEWS),
    ("torne o preço opcional", "~book/fields/price"),
]


@pytest.mark.parametrize(("said", "expected"), FOREIGN)
def test_orders_are_followed_in_other_languages(said: str, expected: str) -> None:
    assert changed("shop", said) == set(expected.split())


def test_going_back_is_understood_in_other_languages() -> None:
    first = base("shop")
    second = follow("add pages to books", first).contract
    for said in ("mach das rückgängig", "deshaz eso", "annule ça", "desfaça isso"):
        assert follow(said, second, (first, second)).restore == 0
