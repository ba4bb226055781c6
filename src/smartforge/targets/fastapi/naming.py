"""Python names for the names of a contract: the same wherever that is possible, else escaped."""

import builtins
import keyword
from collections.abc import Iterable

import msgspec

from smartforge.contract import Contract, Field, Resource
from smartforge.contract.names import MAX_NAME, class_name, plural, shorten, singular

_LINE = 75  # code points for an attribute and its type in a body of 100 columns
_LONG = 35  # from here on, a variable is called after no resource
_SHORT = 30  # of a name that is made longer
_SHORTENED = 48  # of a table's name that is made of another
_KEYWORDS = frozenset(keyword.kwlist)
_BUILTINS = frozenset(dir(builtins))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Besides, I, O and l are escaped everywhere, since they look like digits.
#
# What a schema (pydantic) or a model (SQLAlchemy) already has as an attribute, and the names that
# the bodies of both classes use.
_ATTRIBUTES = _KEYWORDS | _set(
    """
    bool datetime id int l list mapped_column models relationship schemas str
    construct copy dict from_orm json model_computed_fields model_config model_construct
    model_copy model_dump model_dump_json model_extra model_fields model_fields_set
    model_json_schema model_parametrized_name model_post_init model_rebuild model_validate
    model_validate_json model_validate_strings parse_file parse_obj parse_raw schema
    schema_json update_forward_refs validate
    metadata query registry type_annotation_map
    """
)
# What rows have besides their fields.
_GIVEN = _set(
    "created_at updated_at password_hash token_version role filename content_type size file_bytes"
)
# Names in the functions of a router.
_LOCALS = _KEYWORDS.union(
    _BUILTINS,
    _set(
        "body caller changes column cursor db etag file func idempotency_key if_match "
        "if_none_match key l limit "
        "models name now offset order query "
        "response router row rows schemas select sort status used_key value values wanted"
    ),
)
_SCHEMA_CLASSES = _set(
    "Amount Annotated Any AwareDatetime CalendarDate Count Decimal EmailAddress Field I Id "
    "Literal Login Number O Password PasswordChange Patch PhoneNumber Refresh Registration "
    "RoleChange RowId "
    "RowIds Schema SlugText "
    "StorableText StrictBool StrictInt Token TimeOfDay UploadFile UtcTime UuidText WebAddress "
    "WithJsonSchema "
    "Health Problem ProblemError HTTPValidationError ValidationError "
    "IssuedKey IssuedKeys KeyRequest NewKey RecordedChange RecordedChanges ValueChange"
)
_MODEL_CLASSES = _set(
    "AnsweredRequest Any Base Column Decimal ExactNumeric ForeignKey HistoryEntry I Index Integer "
    "IssuedKey IssuedLogin JSON "
    "LargeBinary Mapped Numeric O Select Stamped String Table UniqueConstraint UtcDateTime"
)
_TEST_MODULES = _set("auth contract migrations problems requests settings")
_MODULES = _KEYWORDS | _BUILTINS | _set("custom health")
# Tables of the frame.
_TABLES = _set("answered_requests issued_keys issued_logins")
# PostgreSQL's own columns in every table.
_COLUMNS = _set("cmax cmin ctid tableoid xmax xmin")


class ResourceNames(msgspec.Struct, frozen=True):
    """`answer`, `create`, `update`, `page` and `sort` are classes and types of `app.schemas`.

    `row` is the class in `app.models`, `local` a variable that holds one of them. Other names are
    made of `short`. `entry` is the class of entries about rows, `history` their table.
    """

    module: str
    test_module: str
    table: str
    answer: str
    create: str
    update: str
    page: str
    sort: str
    filters: str
    role: str
    row: str
    local: str
    short: str
    entry: str
    history: str


def resource_names(contract: Contract) -> dict[str, ResourceNames]:
    """The names of every resource, by the resource's name; no two of them meet."""
    plurals = {resource.plural for resource in contract.resources}
    tests = _TEST_MODULES | {f"custom_{custom.name}" for custom in contract.customs}
    classes = {class_name(resource.name) for resource in contract.resources}
    return {
        resource.name: _names(resource, plurals, classes, tests) for resource in contract.resources
    }


def _names(
    resource: Resource, plurals: set[str], classes: set[str], tests: frozenset[str]
) -> ResourceNames:
    one = class_name(resource.name)
    schema = _free(one, "Schema", _SCHEMA_CLASSES, classes)
    return ResourceNames(
        module=_free(resource.plural, "_", _MODULES, plurals),
        test_module=_free(resource.plural, "_", tests, plurals),
        table=_table(resource.plural),
        answer=schema,
        create=f"{schema}Create",
        update=f"{schema}Update",
        page=f"{schema}Page",
        sort=f"{schema}Sort",
        filters=f"{schema}Filters",
        role=f"{schema}Role",
        row=_free(one, "Row", _MODEL_CLASSES, classes),
        local=_local(resource.name),
        short=shorten(resource.name, _SHORT),
        entry=_free(f"{one}Entry", "Row", _MODEL_CLASSES | classes, ()),
        history=shorten(f"history_of_{resource.plural}", _SHORTENED),
    )


def _table(name: str) -> str:
    return f"t_{name}" if name.startswith("sqlite_") or name in _TABLES else name


def _local(name: str) -> str:
    if len(name) > _LONG:
        return "row"
    return f"{name}_" if name in _LOCALS else name


def attribute(field: Field) -> str:
    """The attribute of schemas and models that holds the field."""
    return attribute_for(field.name)


def attribute_for(name: str) -> str:
    """The attribute of schemas that holds a member of this name."""
    return f"{name}_" if name in _ATTRIBUTES else name


def module(name: str) -> str:
    """The module of a file of its own that is called so."""
    return f"{name}_" if name in _KEYWORDS or name in _BUILTINS else name


def parameter(name: str, *, local: bool) -> str:
    """The argument of a function or else the attribute that holds a parameter of a query."""
    return f"{name}_" if name in (_LOCALS if local else _ATTRIBUTES) else name


def link(resource: Resource, field: Field) -> str:
    """The attribute that holds the rows whose ids the field holds: `tags` for `tag_ids`."""
    taken = {one.name for one in (*resource.fields, *resource.computed)}
    name = plural(singular(field.name).removesuffix("_id"))
    return f"{name}_rows" if name in taken | _ATTRIBUTES | _GIVEN else name


def column(field: Field) -> str:
    """The column that holds the field."""
    return f"{field.name}_" if field.name in _COLUMNS else field.name


def type_aliases(resource: Resource, names: ResourceNames) -> dict[str, str]:
    """The name of each field's own type in the schemas of its resource, by the field's name."""
    taken = {names.answer, names.create, names.update, names.page, names.sort, names.role}
    reserved = _SCHEMA_CLASSES | _KEYWORDS | taken
    # A field and its type share a line, so that of a long name is short.
    plain = {
        field.name: class_name(shorten(field.name, min(MAX_NAME, _LINE - len(field.name))))
        for field in resource.fields
    }
    return {
        field: _free(alias, "Value", reserved, plain.values()) for field, alias in plain.items()
    }


def _free(name: str, tail: str, reserved: frozenset[str], others: Iterable[str]) -> str:
    """`name`, or with as many tails as it takes to be neither reserved nor another's."""
    if name not in reserved:
        return name
    others = set(others)
    while name in reserved or name in others:
        name += tail
    return name
