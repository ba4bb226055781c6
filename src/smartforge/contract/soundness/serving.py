"""Uploads, redirects and repeatable creation."""

import re
from collections.abc import Iterator

from smartforge.contract.fields import Code, Integer, Json, Slug, Url
from smartforge.contract.names import quoted
from smartforge.contract.rules import Bulk, Redirect, Upload
from smartforge.contract.soundness.places import MANIFOLD, Place, twice

MAX_UPLOAD = 100_000_000
MAX_BULK = 1_000

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,63}\Z")


def serving_problems(place: Place) -> Iterator[str]:
    if place.resource.upload:
        yield from _upload_problems(f"{place.here}, upload", place, place.resource.upload)
    if place.resource.redirect:
        yield from _redirect_problems(f"{place.here}, redirect", place, place.resource.redirect)
    if place.resource.bulk:
        yield from _bulk_problems(f"{place.here}, bulk creation", place, place.resource.bulk)
    if place.resource.idempotent:
        yield from _idempotent_problems(place, place.resource.idempotent)


def _upload_problems(here: str, place: Place, upload: Upload) -> Iterator[str]:
    if not 1 <= upload.max_bytes <= MAX_UPLOAD:
        yield f"{here}: at most {upload.max_bytes} bytes is not between 1 and {MAX_UPLOAD}"
    for one in dict.fromkeys(upload.types):
        if not _MEDIA_TYPE.match(one):
            yield f"{here}: {quoted(one)} is no media type such as {quoted('image/png')}"
    for one in twice(upload.types):
        yield f"{here}: {quoted(one)} is named twice"
    if "create" not in place.resource.actions:
        yield f"{here}: rows cannot be created, so nothing can be uploaded"
    for field in place.resource.fields:
        if isinstance(field.kind, Json) and field.on_creation:
            yield f"{here}: a form cannot hold the JSON object {quoted(field.name)}"


def _bulk_problems(here: str, place: Place, bulk: Bulk) -> Iterator[str]:
    resource = place.resource
    if not 1 <= bulk.max_items <= MAX_BULK:
        yield f"{here}: at most {bulk.max_items} rows is not between 1 and {MAX_BULK}"
    if "create" not in resource.actions:
        yield f"{here}: rows cannot be created one by one, so neither many at once"
    if not any(field.on_creation for field in resource.fields):
        yield f"{here}: clients write no field on creation, so there is nothing to send"
    if place.holds_accounts:
        yield f"{here}: accounts are made one by one, since each has a password"
    if resource.upload:
        yield f"{here}: a form holds one file, so uploads are made one by one"
    if resource.idempotent:
        yield f"{here}: creation goes by {quoted(resource.idempotent)}, which answers for one row"


def _redirect_problems(here: str, place: Place, redirect: Redirect) -> Iterator[str]:
    if not isinstance(place.kind(redirect.code), Code | Slug):
        yield f"{here}: {quoted(redirect.code)} is no code or slug field"
    to = place.field(redirect.to)
    if to is None or not isinstance(to.kind, Url):
        yield f"{here}: {quoted(redirect.to)} is no URL field"
    elif to.nullable:
        yield f"{here}: {quoted(redirect.to)} may be null, so it leads nowhere"
    if not redirect.visits:
        return
    visits = place.field(redirect.visits)
    if visits is None or not isinstance(visits.kind, Integer):
        yield f"{here}: {quoted(redirect.visits)}, which counts visits, is no integer field"
    elif visits.nullable or visits.written != "never":
        yield (
            f"{here}: {quoted(redirect.visits)}, which counts visits, must have a default and "
            "never be written by clients"
        )


def _idempotent_problems(place: Place, name: str) -> Iterator[str]:
    field = place.field(name)
    if field is None:
        yield f"{place.here}: creation goes by {quoted(name)}, which is no field"
    elif not field.unique or not field.on_creation or isinstance(field.kind, MANIFOLD):
        yield (
            f"{place.here}: creation goes by {quoted(name)}, so it must be unique and written on "
            "creation"
        )
    if "create" not in place.resource.actions:
        yield f"{place.here}: creation goes by {quoted(name)}, but rows cannot be created"
