"""Typed clients of a running project: one creates and lists, one says what cannot be."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smartforge.cli.client import client
from smartforge.contract import (
    Access,
    Accounts,
    Choice,
    Contract,
    Decimal,
    Email,
    Field,
    Permissions,
    Reference,
    Report,
    Resource,
    Text,
    Upload,
    validate,
)
from smartforge.contract.openapi import openapi
from smartforge.errors import ClientUnmade
from smartforge.export.clients import Language, tools
from tests.behaviour.apis import Api
from tests.unit.targets.projects import write

pytestmark = pytest.mark.xdist_group("behaviour_typed_clients")

USER, OWNER = Access("user"), Access("owner")
OWNED = Permissions(OWNER, USER, OWNER, OWNER, OWNER)
OWNED_BY = Field("owner_id", Reference("user", "cascade", nested=False), written="never")
CONTRACT = Contract(
    'Spending """',
    (
        Resource("user", "users", (Field("email", Email(), unique=True),), actions=()),
        Resource("shop", "shops", (Field("name", Text()),)),
        Resource(
            "expense",
            "expenses",
            (
                Field("amount", Decimal("0", "1000")),
                Field("category", Choice(("food", "rent"))),
                Field("shop_id", Reference("shop", "clear"), required=False),
                OWNED_BY,
            ),
            owner="owner_id",
            access=OWNED,
            filters=("category",),
            reports=(Report("by_category", "category", field="amount", access=USER),),
        ),
        Resource(
            "receipt",
            "receipts",
            (OWNED_BY,),
            owner="owner_id",
            access=OWNED,
            actions=("list", "create", "read"),
            upload=Upload(max_bytes=1000),
        ),
    ),
    accounts=Accounts(),
)

PYTHON = """
import io, sys
import httpx
from spending_client import AuthenticatedClient, Client
from spending_client.api.auth import login, register
from spending_client.api.expenses import by_category_of_expenses, create_expense, list_expenses
from spending_client.api.receipts import create_receipt, get_receipt_content
from spending_client.api.shops import create_shop
from spending_client.models import (
    ExpenseCreate, ExpenseCreateCategory, Login, ReceiptCreate, Registration, ShopCreate,
)
from spending_client.types import File

def reach():
    return {"transport": httpx.HTTPTransport(uds=sys.argv[1])}

anyone = Client(base_url="http://api", httpx_args=reach())
person = {"email": "ann@example.org", "password": "correct horse battery"}
register.sync(client=anyone, body=Registration(**person))
token = login.sync(client=anyone, body=Login(**person)).access_token
api = AuthenticatedClient(base_url="http://api", token=token, httpx_args=reach())
shop = create_shop.sync(client=api, body=ShopCreate(name="Corner"))
bought = ExpenseCreate(amount=9.5, category=ExpenseCreateCategory.FOOD, shop_id=shop.id)
made = create_expense.sync(client=api, body=bought)
listed = list_expenses.sync(client=api)
assert [(one.id, one.amount, one.shop_id) for one in listed.items] == [(made.id, 9.5, shop.id)]
assert len(by_category_of_expenses.sync(client=api).items) == 1
sent = ReceiptCreate(file=File(io.BytesIO(b"Hello."), "a.txt", "text/plain"))
receipt = create_receipt.sync(client=api, body=sent)
kept = get_receipt_content.sync_detailed(receipt.id, client=api)
assert kept.content == b"Hello."
anyone.get_httpx_client().close()
api.get_httpx_client().close()
print("created and listed")
"""

TYPESCRIPT = """
import { createClient } from "./client.js";

const api = createClient({ baseUrl: "http://127.0.0.1:8001", token: () => "secret" });

export async function spend(): Promise<number> {
  const made = await api.POST("/expenses", { body: { amount: 9.5, category: "food" } });
  if (made.error) throw new Error(made.error.title);
  // @ts-expect-error -- no expense has it
  made.data.amuont;
  // @ts-expect-error -- misspelt
  await api.POST("/expenses", { body: { amuont: 9.5, category: "food" } });
  // @ts-expect-error -- no category
  await api.POST("/expenses", { body: { amount: 9.5, category: "fun" } });
  // @ts-expect-error -- no such path
  await api.GET("/expense");
  const listed = await api.GET("/expenses", { params: { query: { category: "rent", limit: 5 } } });
  const report = await api.GET("/expenses/by-category");
  return (listed.data?.items[0]?.amount ?? 0) + (report.data?.items.length ?? 0);
}
"""


def made(language: Language, folder: Path, tool: Callable[[], Path]) -> Path:
    """The client in `folder`; where its generator cannot be had, the test ends here."""
    try:
        tool()
    except ClientUnmade as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{error.what} {error.hint}")
    document = json.dumps(openapi(validate(CONTRACT)))
    write({"openapi.yaml": document}, folder / "spending")
    client(str(folder / "spending"), language, folder / "client")
    return folder / "client"


def test_the_python_client_creates_and_lists(api: Api, tmp_path: Path) -> None:
    folder = made("python", tmp_path, tools.python)
    paths = os.pathsep.join((str(folder), str(tools.python())))
    ended = subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", PYTHON, str(api.socket)],
        env={"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stdout == "created and listed\n", ended.stderr


def test_the_compiler_finds_what_the_contract_does_not_have(tmp_path: Path) -> None:
    folder = made("typescript", tmp_path, tools.typescript)
    modules = tools.typescript() / "node_modules"
    (folder / "node_modules").symlink_to(modules)
    (folder / "usage.ts").write_text(TYPESCRIPT, "utf-8")
    command = [tools.node()[0], str(modules / "typescript" / "bin" / "tsc"), "--strict", "--noEmit"]
    command += ["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]
    ended = subprocess.run(
        [*command, "usage.ts"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.stdout + ended.stderr == ""
    assert ended.returncode == 0
