"""A contract with operations of its own, and what somebody may write for them."""

from smartforge.contract import (
    Access,
    Accounts,
    Contract,
    Custom,
    Decimal,
    Email,
    Example,
    Field,
    Given,
    Integer,
    Permissions,
    Reference,
    Resource,
    Text,
    validate,
)
from smartforge.contract.recipes import Told

OWNER, USER, ADMIN = Access("owner", ("admin",)), Access("user"), Access("role", ("admin",))

_USER = Resource(
    "user", "users", (Field("email", Email(), unique=True),), owner="id", actions=("read",)
)
_BOOK = Resource(
    "book",
    "books",
    (
        Field("title", Text()),
        Field("price", Decimal("0", "1000")),
        Field("stock", Integer(0, 1_000), False, 0),
    ),
    access=Permissions(create=ADMIN, update=ADMIN, delete=ADMIN),
)
_BASKET = Resource(
    "basket",
    "baskets",
    (
        Field("user_id", Reference("user", "cascade"), written="never"),
        Field("label", Text()),
        Field("spent", Decimal("0", "100000"), False, "0"),
    ),
    owner="user_id",
    access=Permissions(USER, USER, OWNER, OWNER, OWNER),
)

QUOTE = Custom(
    "quote_book",
    "Quote a price",
    'Price times quantity. """ + __import__("os").abort() + """ # noqa',
    resource="book",
    on_row=True,
    takes=(Field("quantity", Integer(1, 100)),),
    answers=(Told("total", "number", "With everything."),),
    examples=(
        Example({"quantity": 2}, {"total": 20}, (Given("book", {"price": 10, "stock": 5}),)),
        Example({"quantity": 6}, given=(Given("book", {"price": 10, "stock": 5}),), status=409),
    ),
)
PUT = Custom(
    "put_in",
    "Put a book in",
    resource="basket",
    on_row=True,
    takes=(Field("book_id", Reference("book")), Field("from", Text(), False)),
    shows="basket",
    access=OWNER,
    examples=(
        Example(
            {"book_id": 2},
            {"label": "L", "spent": 7.5},
            (
                Given("book", {"price": 1, "stock": 1}),
                Given("book", {"price": 7.5, "stock": 1}),
                Given("basket", {"label": "L"}),
            ),
        ),
        Example({"book_id": 1}, given=(Given("book"), Given("basket")), status=409),
    ),
)
CHEAPEST = Custom(
    "cheapest",
    "List the cheapest",
    method="GET",
    takes=(Field("most", Integer(1, 10), False, 3), Field("title", Text(), False)),
    shows="book",
    many=True,
    access=USER,
    examples=(
        Example(
            {"most": 1},
            {"items": [{"title": "B"}]},
            (Given("book", {"title": "A", "price": 9}), Given("book", {"title": "B", "price": 5})),
        ),
        Example(answer={"items": []}),
    ),
)

SHOP = validate(
    Contract(
        "Own operations",
        (_USER, _BOOK, _BASKET),
        accounts=Accounts("user", ("email",), ("reader", "admin")),
        customs=(QUOTE, PUT, CHEAPEST),
    )
)

GOOD = {
    "app/custom/quote_book.py": '''\
"""Prices for several of a book."""

from fastapi import HTTPException, status
from sqlalchemy.orm import Session

from app import models
from app.schemas import custom as schemas


def answer(
    db: Session, book: models.Book, body: schemas.QuoteBookRequest
) -> schemas.QuoteBookAnswer:
    if body.quantity > book.stock:
        raise HTTPException(status.HTTP_409_CONFLICT, "There are not enough.")
    return schemas.QuoteBookAnswer(total=book.price * body.quantity)
''',
    "app/custom/put_in.py": '''\
"""Books in baskets."""

from fastapi import HTTPException, status
from sqlalchemy.orm import Session

from app import models
from app.schemas import custom as schemas


def answer(
    db: Session, basket: models.Basket, caller: models.User, body: schemas.PutInRequest
) -> models.Basket:
    book = db.get(models.Book, body.book_id)
    if book is None or book.stock == 0:
        raise HTTPException(status.HTTP_409_CONFLICT, "There is none left.")
    book.stock -= 1
    basket.spent += book.price
    return basket
''',
    "app/custom/cheapest.py": '''\
"""Books by price."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import models
from app.schemas import custom as schemas


def answer(
    db: Session, caller: models.User, wanted: schemas.CheapestQuery
) -> Sequence[models.Book]:
    query = select(models.Book).order_by(models.Book.price, models.Book.id)
    if wanted.title is not None:
        query = query.where(models.Book.title == wanted.title)
    return db.scalars(query.limit(wanted.most)).all()
''',
}
