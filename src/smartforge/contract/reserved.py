"""Names that would break a generated project, whatever its target.

Words of Python, SQL and JavaScript are not among them: a target escapes those. These are names
whose meaning is already taken where the project is served, validated or stored.
"""


def word_set(text: str) -> frozenset[str]:
    """The words of `text`, which are set apart by blanks."""
    return frozenset(text.split())


# Every resource has these; clients never write them.
GIVEN_BY_SERVER = frozenset({"id", "created_at"})

# First segments of paths that the project itself serves, now or where it has users.
PATHS = frozenset({"auth", "docs", "favicon", "health", "not_made", "openapi", "r", "redoc"})

# What accounts and uploads have besides their fields.
ACCOUNT = frozenset({"password", "password_hash", "token_version"})
UPLOAD = frozenset({"content_type", "file", "filename", "size"})

# Class names that are constants of the language, or schemas that every document has.
RESOURCES = frozenset({"auth", "false", "health", "none", "problem", "problem_error", "true"})

# Attributes that a validating or mapped class has already (pydantic's and SQLAlchemy's), and the
# first parameter of its methods.
FIELDS = word_set(
    """
    cls construct copy dict from_orm json metadata model_computed_fields model_config
    model_construct model_copy model_dump model_dump_json model_extra model_fields
    model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild
    model_validate model_validate_json model_validate_strings mro parse_file parse_obj
    parse_raw register registry schema schema_json self update_forward_refs validate
    """
)
