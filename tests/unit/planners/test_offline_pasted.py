"""What people paste: tables in SQL, rows in JSON, endpoints, an OpenAPI document, a table."""

from smartforge.contract import Boolean, Choice, Date, Decimal, Email, Reference, Text, TextList
from smartforge.planners.offline import plan

SQL = """
Make an API for this schema:
CREATE TABLE suppliers (
  id SERIAL PRIMARY KEY,
  email VARCHAR(254) NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS products (
  id SERIAL PRIMARY KEY,
  supplier_id INTEGER NOT NULL REFERENCES suppliers(id) ON DELETE CASCADE,
  sku VARCHAR(20) NOT NULL UNIQUE, -- the label
  price NUMERIC(10,2) NOT NULL CHECK (price > 0),
  status VARCHAR(10) NOT NULL DEFAULT 'draft' CHECK (status IN ('draft','live')),
  in_stock BOOLEAN NOT NULL DEFAULT true,
  notes TEXT
);
"""


def test_tables_in_sql_become_resources_with_their_limits() -> None:
    contract = plan((SQL,)).contract
    assert [one.name for one in contract.resources] == ["supplier", "product"]
    product = contract.resource("product")
    assert contract.resource("supplier").field("email").kind == Email()
    assert product.field("sku").kind == Text(1, 20)
    assert product.field("sku").unique
    price = product.field("price").kind
    assert isinstance(price, Decimal)
    assert price.minimum == "0.01"
    assert product.field("status").kind == Choice(("draft", "live"))
    assert product.field("status").default == "draft"
    assert product.field("in_stock").kind == Boolean()
    assert not product.field("notes").required
    assert product.field("supplier_id").kind == Reference("supplier", "cascade")


def test_a_table_that_never_ends_is_no_table() -> None:
    contract = plan(("A kite has a name. CREATE TABLE hats (",)).contract
    assert contract.resource("kite").fields


def test_a_row_in_json_shows_the_kinds_of_its_fields() -> None:
    prompt = (
        "GET /cocktails, GET /cocktails/{id}, POST /cocktails. Cocktail JSON: "
        '{"name": "Negroni", "alcohol": 24.5, "ingredients": ["gin"], "iba": true,'
        ' "invented": "1919-01-01"}'
    )
    (cocktail,) = plan((prompt,)).contract.resources
    kinds = {one.name: type(one.kind) for one in cocktail.fields}
    assert kinds == {
        "name": Text,
        "alcohol": Decimal,
        "ingredients": TextList,
        "iba": Boolean,
        "invented": Date,
    }
    assert cocktail.actions == ("list", "create", "read")


def test_rows_in_a_row_belong_to_it() -> None:
    prompt = 'A kite looks like this: {"name": "Red", "span": 2, "lines": [{"length": 20.5}]}'
    contract = plan((prompt,)).contract
    kinds = [one.kind for one in contract.resource("line").fields]
    assert Reference("kite", "cascade") in kinds


def test_the_schemas_of_an_openapi_document_become_resources() -> None:
    document = (
        'API for {"openapi": "3.0.0", "components": {"schemas": {"Kite": {"required": ["name"],'
        '"properties": {"id": {"type": "integer"}, "name": {"type": "string", "maxLength": 40},'
        '"maker": {"$ref": "#/components/schemas/Maker"}}}, "KiteCreate": {"properties":'
        '{"name": {}}}, "Maker": {"properties": {"name": {"type": "string"}}}}}}'
    )
    contract = plan((document,)).contract
    assert [one.name for one in contract.resources] == ["kite", "maker"]
    assert contract.resource("kite").field("name").kind == Text(1, 40)
    assert not contract.resource("kite").field("maker_id").required


def test_a_table_in_markdown_lists_fields() -> None:
    table = "| field | type | required |\n|---|---|---|\n| height | decimal | no |\n"
    (lantern,) = plan((f"Lantern API\n\n{table}| lit | boolean | no |",)).contract.resources
    assert not lantern.field("height").required
    assert lantern.field("lit").kind == Boolean()


def test_many_brackets_are_read_quickly() -> None:
    contract = plan(("A kite has a name. " + '{"a":' * 3_000,)).contract
    assert contract.resource("kite").fields


def test_a_document_of_another_shape_is_left_alone() -> None:
    odd = '{"openapi": "3.0.0", "components": [], "definitions": {"Kite": 3}}'
    assert plan((f"A kite has a name. {odd}",)).contract.resource("kite").fields
