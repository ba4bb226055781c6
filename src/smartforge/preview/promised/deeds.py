"""What each operation of a promised API does to its rows, and what it answers."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from smartforge.checks.surface import Operation as Surface
from smartforge.contract import Contract
from smartforge.contract.operations import Operation
from smartforge.contract.resources import Resource
from smartforge.preview.environment import Admin
from smartforge.preview.promised.logins import Logins
from smartforge.preview.promised.making import check_values, example, made, stored
from smartforge.preview.promised.rows import Row, Rows, now, page
from smartforge.preview.promised.validation import UploadedFile
from smartforge.preview.promised.wire import (
    BEARER,
    Asked,
    Told,
    forbidden,
    not_found,
    problem,
    said,
)

Json = dict[str, Any]

MOST_FILE_BYTES = 64 * 1024
"""An example of an upload is kept, for its download; larger files are told, and not kept."""


class Call(msgspec.Struct, frozen=True):
    """A request that was let in and is valid. `values` are those of path and query, `path` the
    texts in the path."""

    operation: Operation
    asked: Asked
    values: Mapping[str, Any]
    sent: Any
    caller: Row | None
    path: Mapping[str, str]


class Deeds:
    """Does what is asked. Raises Wrong for what is refused."""

    def __init__(
        self, contract: Contract, shown: Mapping[str, Surface], rows: Rows, logins: Logins
    ) -> None:
        self._contract = contract
        self._shown = shown
        self._rows = rows
        self._logins = logins
        self._files: dict[tuple[str, int], bytes] = {}

    def done(self, call: Call) -> Told:
        """The answer."""
        deed = getattr(self, f"_{call.operation.role}", None)
        return deed(call) if deed is not None else self._example(call)

    def settle(self, admin: Admin) -> None:
        """The account that may do everything."""
        accounts = self._contract.accounts
        if accounts is None or not accounts.roles:
            return
        sent = {admin.field: admin.login}
        row = self._new_account(sent, admin.password, None)
        self._rows.put(accounts.resource, row | {"role": accounts.roles[-1]})

    # ---- accounts -------------------------------------------------------------------------

    def _health(self, call: Call) -> Told:
        return said(200, {"status": "ok"})

    def _register(self, call: Call) -> Told:
        sent = dict(call.sent)
        return said(201, self._new_account(sent, str(sent.pop("password")), None))

    def _new_account(self, sent: Json, password: str, caller: Row | None) -> Row:
        accounts = self._contract.accounts
        assert accounts is not None
        resource = self._contract.resource(accounts.resource)
        check_values(resource, sent, self._rows, ("body",))
        row = self._fresh(resource, sent, caller)
        if accounts.roles:
            row["role"] = sent.get("role", accounts.roles[0])
        if accounts.tenant and caller is None:
            row |= self._new_tenant(resource, accounts.tenant, sent, accounts.roles)
        self._put_new(resource, row)
        self._logins.set_password(row["id"], password)
        return row

    def _new_tenant(
        self, resource: Resource, tenant: str, sent: Json, roles: tuple[str, ...]
    ) -> Row:
        kind = resource.field(tenant).kind
        target = self._contract.resource(str(getattr(kind, "resource", "")))
        name = sent.get(f"{target.name}_name")
        fresh = self._fresh(target, {"name": name} if name else {}, None)
        self._rows.put(target.name, fresh)
        return {tenant: fresh["id"]} | ({"role": roles[-1]} if roles else {})

    def _login(self, call: Call) -> Told:
        accounts = self._contract.accounts
        assert accounts is not None
        login = str(call.sent[accounts.login[0]]).casefold()
        for row in self._rows.of(accounts.resource):
            known = {str(row.get(name)).casefold() for name in accounts.login}
            if login in known and self._logins.knows(row["id"], str(call.sent["password"])):
                return said(200, self._tokens(row["id"]))
        raise problem(401, "The login or the password is wrong.", [BEARER])

    def _tokens(self, account: int) -> Json:
        accounts = self._contract.accounts
        tokens: Json = {"access_token": self._logins.token(account), "token_type": "bearer"}
        if accounts is not None and accounts.refresh:
            tokens["refresh_token"] = self._logins.refresh_token(account)
        return tokens

    def _refresh(self, call: Call) -> Told:
        account = self._logins.refreshed(str(call.sent["refresh_token"]))
        if account is None:
            raise problem(401, "The refresh token is not good any longer.", [BEARER])
        return said(200, self._tokens(account))

    def _logout(self, call: Call) -> Told:
        self._logins.end(call.asked.headers.get("authorization", "").partition(" ")[2].strip())
        return Told(204)

    def _me(self, call: Call) -> Told:
        return said(200, call.caller)

    def _change_password(self, call: Call) -> Told:
        account = (call.caller or {})["id"]
        if not self._logins.knows(account, str(call.sent["current_password"])):
            raise problem(403, "The current password is wrong.")
        self._logins.set_password(account, str(call.sent["new_password"]))
        return Told(204)

    def _create_api_key(self, call: Call) -> Told:
        key = self._logins.token((call.caller or {})["id"])
        number = self._rows.next_id("api key")
        shown = {"id": number, "name": call.sent["name"], "prefix": key[:8]}
        shown |= {"created_at": now()}
        self._rows.put("api key", shown | {"whose": (call.caller or {})["id"], "token": key})
        told = {"id": number, "name": shown["name"], "prefix": shown["prefix"], "key": key}
        return said(201, told | {"created_at": shown["created_at"]})

    def _list_api_keys(self, call: Call) -> Told:
        keys = [
            row for row in self._rows.of("api key") if row["whose"] == (call.caller or {})["id"]
        ]
        names = ("id", "name", "prefix", "created_at")
        return said(200, {"items": [{name: row[name] for name in names} for row in keys]})

    def _delete_api_key(self, call: Call) -> Told:
        number = int(call.values["api_key_id"])
        row = self._rows.get("api key", number)
        if row is None or row["whose"] != (call.caller or {})["id"]:
            raise not_found()
        self._logins.end(row["token"])
        self._rows.remove("api key", number)
        return Told(204)

    def _set_role(self, call: Call) -> Told:
        resource, row = self._row(call)
        return said(200, self._rows.put(resource.name, row | {"role": call.sent["role"]}))

    # ---- rows -----------------------------------------------------------------------------

    def _list(self, call: Call) -> Told:
        resource = self._contract.resource(call.operation.resource)
        return self._page(call, resource, self._seen(call, resource))

    def _nested(self, call: Call) -> Told:
        parent = self._contract.resource(call.operation.resource)
        row_id = int(call.values[f"{parent.name}_id"])
        if self._rows.get(parent.name, row_id) is None:
            raise not_found()
        resource = self._contract.resource(call.operation.subject)
        rows = [row for row in self._seen(call, resource) if row.get(call.operation.via) == row_id]
        return self._page(call, resource, rows)

    def _page(self, call: Call, resource: Resource, rows: list[Row]) -> Told:
        whole, total = page(resource, rows, call.values)
        headers = [("x-total-count", str(total))] if resource.paging.bare else []
        return said(200, whole, headers)

    def _seen(self, call: Call, resource: Resource) -> list[Row]:
        """The rows that the caller may list."""
        access, caller = call.operation.access, call.caller
        rows = [row for row in self._rows.of(resource.name) if self._of_tenant(resource, row, call)]
        if access.who != "owner" or caller is None or caller.get("role") in access.roles:
            return rows
        return [row for row in rows if row.get(resource.owner) == caller["id"]]

    def _of_tenant(self, resource: Resource, row: Row, call: Call) -> bool:
        accounts = self._contract.accounts
        if not resource.tenant or accounts is None or call.caller is None:
            return True
        return row.get(resource.tenant) == call.caller.get(accounts.tenant)

    def _row(self, call: Call) -> tuple[Resource, Row]:
        """The row that the path names. Raises Wrong where it is not there for the caller."""
        resource = self._contract.resource(call.operation.resource)
        row = self._rows.get(resource.name, int(call.values[f"{resource.name}_id"]))
        if row is None or not self._of_tenant(resource, row, call):
            raise not_found()
        access, caller = call.operation.access, call.caller
        owns = caller is not None and row.get(resource.owner) == caller["id"]
        if access.who == "owner" and not owns and (caller or {}).get("role") not in access.roles:
            read = resource.access.read
            is_open = read.who in ("anyone", "user") or (caller or {}).get("role") in read.roles
            raise forbidden() if is_open else not_found()
        return resource, row

    def _fresh(self, resource: Resource, sent: Mapping[str, Any], caller: Row | None) -> Row:
        number = self._rows.next_id(resource.name)
        return made(self._contract, resource, self._schema(resource), sent, number, caller)

    def _schema(self, resource: Resource) -> Json:
        """The schema of an answer with one row, from whichever operation has one."""
        places = (
            ("GET", resource.item_path, "200"),
            ("POST", resource.collection_path, "201"),
            ("PATCH", resource.item_path, "200"),
            ("POST", "/auth/register", "201"),
        )
        for method, path, status in places:
            surface = self._shown.get(f"{method} {path}")
            response = surface.responses.get(status) if surface else None
            if response is not None and (schema := response.content.get("application/json")):
                return schema
        names = ("id", *(field.name for field in resource.fields), "created_at")
        return {"properties": {name: {} for name in names}}

    def _put_new(self, resource: Resource, row: Row) -> None:
        if taken := self._rows.taken(resource, row):
            raise problem(409, f"There is one with the same {taken} already.")
        self._rows.put(resource.name, row)

    def _create(self, call: Call) -> Told:
        resource = self._contract.resource(call.operation.resource)
        sent = dict(call.sent or {})
        accounts = self._contract.accounts
        if accounts is not None and accounts.resource == resource.name:
            row = self._new_account(sent, str(sent.pop("password", "")), call.caller)
            return self._created(call, resource, row)
        check_values(resource, sent, self._rows, ("body",))
        row = self._fresh(resource, sent, call.caller)
        if resource.idempotent:
            for other in self._rows.of(resource.name):
                if other.get(resource.idempotent) == row.get(resource.idempotent):
                    return said(200, other)
        self._put_new(resource, row)
        file = sent.get("file")
        if isinstance(file, UploadedFile) and len(file) <= MOST_FILE_BYTES:
            self._files[resource.name, row["id"]] = bytes(file)
            while len(self._files) > 16:
                del self._files[next(iter(self._files))]
        return self._created(call, resource, row)

    def _created(self, call: Call, resource: Resource, row: Row) -> Told:
        if resource.self_url and resource.self_url in row:
            row[resource.self_url] = f"{call.asked.url}{resource.path}/{row['id']}"
        headers = [("location", f"{resource.path}/{row['id']}")] if "id" in row else []
        return said(201, row, headers + self._tag(resource, row))

    def _bulk(self, call: Call) -> Told:
        resource = self._contract.resource(call.operation.resource)
        items = cast("list[Json]", call.sent["items"])
        for at, each in enumerate(items):
            check_values(resource, each, self._rows, ("body", "items", at))
        fresh = [self._fresh(resource, each, call.caller) for each in items]
        for row in fresh:
            if taken := self._rows.taken(resource, row):
                raise problem(409, f"There is one with the same {taken} already.")
        return said(201, {"items": [self._rows.put(resource.name, row) for row in fresh]})

    def _read(self, call: Call) -> Told:
        resource, row = self._row(call)
        tag = self._tag(resource, row)
        if tag and call.asked.headers.get("if-none-match") == tag[0][1]:
            return Told(304, tag)
        return said(200, row, tag)

    def _update(self, call: Call) -> Told:
        resource, row = self._row(call)
        self._current(call, resource, row)
        check_values(resource, call.sent, self._rows, ("body",))
        kinds = {field.name: field.kind for field in resource.fields}
        row = row | {name: stored(kinds.get(name), value) for name, value in call.sent.items()}
        if "updated_at" in row:
            row["updated_at"] = now()
        if taken := self._rows.taken(resource, row):
            raise problem(409, f"There is one with the same {taken} already.")
        self._rows.put(resource.name, row)
        return said(200, row, self._tag(resource, row))

    def _delete(self, call: Call) -> Told:
        resource, row = self._row(call)
        self._current(call, resource, row)
        if self._rows.bound_by(self._contract, resource.name, row["id"]):
            raise problem(409, "Something else still refers to it.")
        self._rows.drop(self._contract, resource.name, row["id"])
        accounts = self._contract.accounts
        if accounts is not None and accounts.resource == resource.name:
            self._logins.forget(row["id"])
        return Told(204)

    def _clear(self, call: Call) -> Told:
        resource = self._contract.resource(call.operation.resource)
        rows = self._seen(call, resource)
        if any(self._rows.bound_by(self._contract, resource.name, row["id"]) for row in rows):
            raise problem(409, "Something else still refers to one of them.")
        for row in rows:
            self._rows.drop(self._contract, resource.name, row["id"])
        return Told(204)

    def _transition(self, call: Call) -> Told:
        resource, row = self._row(call)
        self._current(call, resource, row)
        name = call.operation.subject
        move = next(each for each in resource.transitions if each.name == name)
        owns = call.caller is not None and row.get(resource.owner) == call.caller["id"]
        if move.not_owner and owns:
            raise forbidden()
        if move.sources and row.get(move.field) not in move.sources:
            raise problem(409, f"Its {move.field} is {row.get(move.field)!r}, so it cannot be.")
        if missing := [each for each in move.requires if not row.get(each)]:
            raise problem(409, f"It has no {missing[0]}.")
        row = row | {move.field: move.target} | ({move.stamp: now()} if move.stamp else {})
        row |= {"updated_at": now()} if "updated_at" in row else {}
        self._rows.put(resource.name, row)
        return said(200, row, self._tag(resource, row))

    def _mark(self, call: Call) -> Told:
        return said(200, self._row(call)[1])

    _unmark = _mark

    def _history(self, call: Call) -> Told:
        self._row(call)
        limit, offset = call.values.get("limit", 20), call.values.get("offset", 0)
        return said(200, {"items": [], "total": 0, "limit": limit, "offset": offset})

    def _restore(self, call: Call) -> Told:
        raise not_found()

    def _content(self, call: Call) -> Told:
        resource, row = self._row(call)
        content = self._files.get((resource.name, row["id"]), b"")
        kind = str(row.get("content_type", "application/octet-stream"))
        return Told(200, [("content-type", kind)], content)

    def _redirect(self, call: Call) -> Told:
        resource = self._contract.resource(call.operation.resource)
        to = resource.redirect
        for row in self._rows.of(resource.name):
            if to is not None and row.get(to.code) == call.path[to.code]:
                return Told(307, [("location", str(row[to.to]))])
        raise not_found()

    # ---- the rest -------------------------------------------------------------------------

    def _example(self, call: Call) -> Told:
        """What needs more than rows: an answer of the right shape."""
        operation = call.operation
        surface = self._shown[f"{operation.method} {operation.path}"]
        status, response = next(
            (int(code), one) for code, one in surface.responses.items() if code.startswith("2")
        )
        schema = next(iter(response.content.values()), None)
        return said(status, example(schema, operation.id, 1)) if schema else Told(status)

    def _tag(self, resource: Resource, row: Row) -> list[tuple[str, str]]:
        return [("etag", self._rows.tag(resource.name, row["id"]))] if resource.versioned else []

    def _current(self, call: Call, resource: Resource, row: Row) -> None:
        """Refuses a change of what somebody else has changed meanwhile."""
        given = call.asked.headers.get("if-match")
        if not resource.versioned or given == "*":
            return
        if given is None:
            if resource.version_required:
                raise problem(428, "Say with If-Match which version is meant.")
        elif given != self._rows.tag(resource.name, row["id"]):
            raise problem(412, "It was changed meanwhile.")
