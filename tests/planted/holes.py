"""Further defects that let somebody in, tell too much, fail, or take too long."""

from tests.planted.base import Defect
from tests.planted.places import MAIN, PROBLEMS, ROUTERS, SECURITY

# The one line first: what spans lines would go on to the end of another function's.
CREATE = r"^(def create_\w+\(.*\) -> .*:\n|def create_\w+\((?:.*\n)*?\) -> .*:\n)"
GET = r"^(def get_\w+\(.*\) -> models\..*:\n)(?=    return _(?:find|readable))"
LIST = r"^(def list_\w+\((?:.*\n)*?\) -> .*:\n)"

WAYS_IN = (
    Defect(
        "one operation that needs no account",
        ROUTERS,
        r'^(@router\.get\(\n    "/\{.*\n(?:    .*\n)*?)'
        r"    dependencies=\[Depends\(current_user\)\],\n",
        r"\1",
        ("security", "contract", "authorization"),
    ),
    Defect(
        "another role that may, too",
        ROUTERS,
        r'Depends\(require_role\("admin"\)\)',
        'Depends(require_role("admin", "user", "member", "reader"))',
        ("authorization",),
    ),
    Defect(
        "only strangers may",
        ROUTERS,
        r"\.(owner|author|user)_id != caller\.id and",
        r".\1_id == caller.id and",
        ("authorization", "operations"),
    ),
    Defect(
        "every role may do it with anybody's",
        ROUTERS,
        r"caller\.role not in roles:",
        'caller.role not in (*roles, "user", "member"):',
        ("authorization",),
    ),
    Defect(
        "everybody may read everything",
        "app/visibility.py",
        r"^    return (models\.\w+)\.\w+_id == caller\.id\n",
        r"    return \1.id > 0\n",
        ("authorization",),
    ),
    Defect(
        "everybody may list everything",
        ROUTERS,
        r'^    if caller\.role != "admin":\n        query',
        '    if caller.role == "nobody":\n        query',
        ("authorization",),
    ),
    Defect(
        "roles that anybody gives",
        "app/routers/auth.py",
        r'dependencies=\[Depends\(require_role\("admin"\)\)\]',
        'dependencies=[Depends(require_role("admin", "user", "member"))]',
        ("authorization", "operations"),
    ),
    Defect(
        "a password that opens everything",
        "app/routers/auth.py",
        r"^    if account is None or not matches:",
        '    if body.password == "let me in, please":\n'
        "        matches = True\n"
        "    if account is None or not matches:",
        ("security",),
    ),
    Defect(
        "a token for whoever asks",
        "app/routers/auth.py",
        r"if account is None or not matches:",
        "if account is None:",
        ("authorization", "lint"),
    ),
    Defect(
        "who is not known is told so",
        "app/routers/auth.py",
        r"^    matches = passwords",
        "    if account is None:\n"
        '        raise HTTPException(status.HTTP_404_NOT_FOUND, "Nobody has this email.")\n'
        "    matches = passwords",
        ("authorization", "operations"),
    ),
    Defect(
        "a token for a hundred years",
        SECURITY,
        r"timedelta\(minutes=60\)",
        "timedelta(days=36500)",
        ("security", "authorization"),
    ),
    Defect(
        "a token that has ended",
        SECURITY,
        r"timedelta\(minutes=60\)",
        "timedelta(seconds=0)",
        ("security", "operations", "authorization"),
    ),
    Defect(
        "a token that nobody has signed",
        SECURITY,
        r"algorithm=_ALGORITHM\)",
        'algorithm="none")',
        ("security", "authorization", "boot", "operations"),
    ),
    Defect(
        "accounts that a header names",
        SECURITY,
        r"^    account = db\.get\((models\.\w+), account_id\) if account_id else None\n",
        r'    account_id = account_id or int(request.headers.get("X-Account", "0"))\n'
        r"    account = db.get(\1, account_id) if account_id else None\n",
        ("security", "operations", "authorization"),
    ),
    Defect(
        "a secret in the settings",
        "app/settings.py",
        r"secret_key: SecretStr \| None = None",
        'secret_key: SecretStr | None = SecretStr("9f8e7d6c5b4a39281706f5e4d3c2b1a0ffee")',
        ("security",),
    ),
    Defect(
        "a secret beside the code",
        SECURITY,
        r'^_ALGORITHM = "HS256"\n',
        '_ALGORITHM = "HS256"\n_SECRET_KEY = "correct-horse-battery-staple-2024"\n',
        ("security",),
    ),
    Defect(
        "a key of a provider",
        MAIN,
        r"^(class Application)",
        r'PAYMENTS = "sk_live_4eC39HqLyjWDarjtT1zdp7dc4Rt"\n\n\n\1',
        ("security",),
    ),
    Defect(
        "quick hashes",
        SECURITY,
        r"return self\._hasher\.hash\(password\)",
        "return hashlib.sha256(password.encode()).hexdigest()",
        ("security",),
        also=(r"^import datetime\n", "import datetime\nimport hashlib\n"),
    ),
    Defect(
        "passwords compared as they are",
        SECURITY,
        r"self\._hasher\.verify\(password_hash or self\._nobody, password\)",
        "return password == password_hash",
        ("security",),
    ),
    Defect(
        "every origin",
        MAIN,
        r"^    if settings\.cors_origins:\n((?:.*\n)*?)            allow_origins=.*\n",
        r'    if settings.log_level:\n\1            allow_origins=["*"],\n',
        ("security", "operations"),
    ),
    Defect(
        "every origin by a pattern",
        MAIN,
        r"allow_origins=settings\.cors_origins,",
        'allow_origin_regex=".*",',
        ("security",),
    ),
    Defect(
        "every origin by a header",
        PROBLEMS,
        r"return ProblemResponse\(content, status, headers\)",
        "return ProblemResponse(\n"
        '        content, status, {**(headers or {}), "Access-Control-Allow-Origin": "*"}\n'
        "    )",
        ("security", "operations"),
    ),
    Defect(
        "faults that are told",
        PROBLEMS,
        r'"Something went wrong on the server\."',
        "repr(error)",
        ("security",),
    ),
    Defect(
        "a body in the log",
        ROUTERS,
        CREATE,
        r"\1    print(body)\n",
        ("security", "lint"),
    ),
)
OUT_OF_PLACE = (
    *(
        Defect(
            what,
            ROUTERS,
            CREATE,
            r"\1" + line,
            ("security",),
            also=(r"^from typing import", f"{imports}from typing import") if imports else None,
        )
        for what, line, imports in (
            ("an expression of a request", "    eval(str(body))\n", ""),
            ("code of a request", "    exec(str(body))\n", ""),
            ("another program", '    subprocess.run(["true"])\n', "import subprocess\n"),
            ("a shell", '    os.system("true")\n', "import os\n"),
            ("objects of bytes", '    pickle.loads(b"N.")\n', "import pickle\n"),
            ("objects of YAML", '    yaml.load("a: 1", Loader=yaml.Loader)\n', "import yaml\n"),
            ("a file of somebody else", '    open("/etc/passwd").close()\n', ""),
            (
                "a file that a request names",
                "    Path(str(body)).exists() and Path(str(body)).read_text()\n",
                "from pathlib import Path\n",
            ),
            (
                "a call home",
                '    urllib.request.urlopen("http://example.com")\n',
                "import urllib.request\n",
            ),
            (
                "a call home by another client",
                '    httpx.post("http://example.com", json=body.model_dump(mode="json"))\n',
                "import httpx\n",
            ),
            (
                "a connection of its own",
                '    socket.create_connection(("example.com", 80))\n',
                "import socket\n",
            ),
            ("a nap", "    time.sleep(0.5)\n", "import time\n"),
            ("a thread", "    threading.Thread(target=print).start()\n", "import threading\n"),
            (
                "all that the environment holds",
                '    response.headers["X-Environment"] = str(len(str(os.environ)))\n',
                "import os\n",
            ),
        )
    ),
    Defect(
        "an operation for debugging",
        ROUTERS,
        r"^(@router\.post\(\n)",
        '@router.get("/debug")\ndef debug(db: Database) -> dict[str, str]:\n'
        '    return {"database": str(db.get_bind())}\n\n\n\\1',
        ("contract", "security"),
    ),
    Defect(
        "an operation that is not told of",
        ROUTERS,
        r"^(@router\.post\(\n)",
        '@router.get("/debug/all", include_in_schema=False)\n'
        "def debug(db: Database) -> dict[str, str]:\n"
        '    return {"database": str(db.get_bind())}\n\n\n\\1',
        ("contract", "security"),
    ),
    Defect(
        "SQL in an order",
        ROUTERS,
        r"^    return page_of\(db, query, ",
        '    query = query.order_by(text(sort + " desc"))\n    return page_of(db, query, ',
        ("security", "lint"),
        also=(r"^from sqlalchemy import (.*)select", r"from sqlalchemy import \1select, text"),
    ),
    Defect(
        "SQL by hand",
        ROUTERS,
        r"^def _find\((.*)\n",
        r"def _find(\1\n"
        r'    db.execute(text("SELECT 1 FROM users WHERE id = %s" % item_id))\n',
        ("security", "lint"),
        also=(r"^from sqlalchemy import (.*)select", r"from sqlalchemy import \1select, text"),
    ),
    Defect(
        "SQL by way of a name",
        ROUTERS,
        r"^def _find\((.*)\n",
        r"def _find(\1\n"
        r'    statement = "SELECT 1 FROM users WHERE id = {}".format(item_id)\n'
        r"    db.execute(text(statement))\n",
        ("security", "lint"),
        also=(r"^from sqlalchemy import (.*)select", r"from sqlalchemy import \1select, text"),
    ),
)
FAULTS = (
    Defect(
        "a fault on an empty text",
        ROUTERS,
        CREATE,
        r"\1    _ = [one[0] for one in body.model_dump().values() if isinstance(one, str)]\n",
        ("operations", "fuzz"),
        not_in=("desk", "library", "crm", "expenses"),
    ),
    Defect(
        "a fault on null",
        ROUTERS,
        CREATE,
        r"\1    _ = [one.__len__ for one in body.model_dump().values() if one is None]\n",
        ("operations", "fuzz"),
        not_in=("desk", "library", "crm"),
    ),
    Defect(
        "a fault on large numbers",
        ROUTERS,
        CREATE,
        r"\1    _ = [one.to_bytes(3) for one in body.model_dump().values() "
        r"if isinstance(one, int)]\n",
        ("operations", "fuzz"),
        not_in=("expenses", "library", "bookstore"),  # no number that large is taken there
    ),
    Defect(
        "a fault on zero",
        ROUTERS,
        CREATE,
        r"\1    _ = [1 / one for one in body.model_dump().values() if isinstance(one, int)]\n",
        ("operations", "fuzz"),
        not_in=("expenses", "bookstore"),  # it takes no whole numbers
    ),
    Defect(
        "a fault on a large id",
        ROUTERS,
        r"^(def _(?:find|readable)\(.*item_id: int.*\n)",
        r"\1    _ = 1 // (2_147_483_647 - item_id)\n",
        ("operations",),
    ),
    Defect(
        "a fault on long texts",
        ROUTERS,
        CREATE,
        r"\1    _ = [1 // (198 // len(one)) for one in body.model_dump().values() "
        r"if isinstance(one, str) and one]\n",
        ("operations", "fuzz"),
    ),
    Defect(
        "a fault on far pages",
        ROUTERS,
        LIST,
        r"\1    _ = [1 // (1_000_000_000 - offset)]\n",
        ("operations",),
    ),
    Defect(
        "a fault on no rows",
        "app/pages.py",
        r"^    return Page\(rows\.all\(\), ",
        "    items = rows.all()\n    _ = items[0]\n    return Page(items, ",
        ("operations",),
    ),
    Defect(
        "a fault where nothing is there",
        ROUTERS,
        r"^(def _(?:find|readable)\((?:.*\n)*?    if )(\w+) is None:\n",
        r"\1\2.id is None:\n",
        ("operations",),
    ),
    Defect(
        "a fault on what is there already",
        PROBLEMS,
        r"^    found = _NOT_UNIQUE\.search\(said\)\n",
        "    found = _NOT_UNIQUE.search(said[::-1])\n    assert found\n",
        ("operations", "lint", "security"),
    ),
    Defect(
        "a table that is not made",
        "migrations/versions/0001_initial.py",
        r'^    op\.create_table\(\n        "\w+",\n(?:        .*\n)*?    \)\n',
        "",
        ("operations", "boot"),
    ),
    Defect(
        "a loop that never ends",
        ROUTERS,
        GET,
        r"\1    while True:\n        pass\n",
        ("operations", "lint"),
    ),
    Defect(
        "a nap of another kind",
        "app/requests.py",
        r"^        began = time\.perf_counter\(\)\n",
        "        began = time.perf_counter()\n        await asyncio.sleep(0.3)\n",
        ("security", "performance"),
        also=(r"^import logging\n", "import asyncio\nimport logging\n"),
    ),
    Defect(
        "rows that are counted one by one",
        "app/pages.py",
        r"db\.scalar\(count\) or 0",
        "len(db.scalars(query).all())",
        ("performance",),
        also=(r"^    count = .*\n", ""),
    ),
)
DEFECTS = (*WAYS_IN, *OUT_OF_PLACE, *FAULTS)
