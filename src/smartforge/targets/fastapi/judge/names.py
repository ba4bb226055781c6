"""Where the names come from that tests use."""

from smartforge.contract.reserved import word_set

NAMES = {
    name: module
    for module, names in {
        "asyncio": "AbstractEventLoop get_running_loop",
        "collections.abc": "Callable Generator Iterator",
        "concurrent.futures": "ThreadPoolExecutor",
        "contextlib": "contextmanager",
        "decimal": "ROUND_HALF_UP Decimal",
        "typing": "Any",
        "fastapi.testclient": "TestClient",
        "httpx2": "Request Response",
        "sqlalchemy": "MetaData Table create_engine delete insert inspect make_url select update",
        "sqlalchemy.schema": "CreateSchema DropSchema",
        "app.locations": "absolute remember_base",
        "tests.client": "HttpClient",
        "tests.conftest": "WORDS SIGNING_KEY Storage log_in register",
        "tests.expect": (
            "AS_JSON FILE FILE_TYPE NO_IDS NO_NUMBERS NO_OBJECTS UNKNOWN_ID Row add "
            "always_new assert_agrees assert_invalid assert_problem assert_unauthorized average "
            "comparable form get groups holds_text in_order listed me period reached read_on "
            "send_file told total upload with_token within"
        ),
    }.items()
    for name in word_set(names)
}
