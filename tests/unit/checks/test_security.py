"""What lets strangers in is found with its line; what only looks like it is left alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from smartforge.checks.base import Subject
from smartforge.checks.security import Security
from smartforge.targets.fastapi import FastAPITarget
from tests.sandboxes import MAIN, lay_out
from tests.unit.targets.projects import write
from tests.unit.targets.test_fastapi_steps import V5, VERSIONS

INSIDE = Path(__file__).parents[3] / "src/smartforge/checks/inside"

# Each marked line is found, in a file of its own; nothing else is.
HOLES = {
    "sql of an f-string": 'def f(db, name):\n    db.execute(text(f"select {name}"))  # !\n',
    "sql of a sum": 'def f(db, name):\n    db.execute("select " + name)  # !\n',
    "sql of a format": 'def f(db, n):\n    db.exec_driver_sql("select {}".format(n))  # !\n',
    "sql of a percent": 'def f(db, name):\n    db.execute("select %s" % name)  # !\n',
    "sql by a name": 'def f(db, n):\n    query = f"select {n}"\n    db.execute(text(query))  # !\n',
    "an order from the request": (
        '@router.get("/x")\ndef f(db: Database, sort: str):\n'
        "    return db.scalars(select(X).order_by(text(sort)))  # !\n"
    ),
    "a path from the request": (
        '@router.get("/x")\ndef f(name: str):\n    return open("files/" + name).read()  # !\n'
    ),
    "a file from the request": (
        '@router.get("/x")\ndef f(name: str):\n    return FileResponse(f"files/{name}")  # !\n'
    ),
    "a redirect": '@router.get("/x")\ndef f(to: str):\n    return RedirectResponse(to)  # !\n',
    "another host": "import httpx  # !\n",
    "a token without end": (
        'import jwt\ndef issue(key, who):\n    claims = {"sub": who}\n'
        "    return jwt.encode(claims, key, algorithm='HS256')  # !\n"
    ),
    "a token unverified": (
        "import jwt\ndef who(token, key):\n"
        "    return jwt.decode(token, key, algorithms=['HS256'],\n"
        "        options={'verify_signature': False})  # !\n"
    ),
    "a token of any algorithm": (
        "import jwt\ndef who(token, key):\n    return jwt.decode(token, key)  # !\n"
    ),
    "a token of no algorithm": (
        "import jwt\ndef who(token, key):\n"
        "    return jwt.decode(token, key, algorithms=['HS256', 'none'])  # !\n"
    ),
    "a password in the log": 'def f(log, body):\n    log.info("new %s", body.password)  # !\n',
    "a password kept": "def f(body):\n    return User(password_hash=body.password)  # !\n",
    "a password hashed quickly": (
        "import hashlib\ndef f(password):\n    return hashlib.sha256(password).hexdigest()  # !\n"
    ),
    "a hash over the wire": "class User(Schema):\n    id: int\n    password_hash: str  # !\n",
    "a plain comparison": "def f(token, stored_token):\n    return token == stored_token  # !\n",
    "everybody with credentials": (
        "app.add_middleware(CORSMiddleware, allow_credentials=True,\n"
        '    allow_origins=["*"])  # !\n'
    ),
    "debug": "app = FastAPI(debug=True)  # !\n",
    "every address": 'uvicorn.run("app", host="0.0.0.0")  # !\n',
    "no certificate": "def f(client, url):\n    client.get(url, verify=False)  # !\n",
    "mass assignment": ("async def f(request):\n    return Book(**await request.json())  # !\n"),
    "errors hidden": (
        "def current_user(token):\n    try:\n        return read(token)\n"
        "    except Exception:  # !\n        return first_user()\n"
    ),
    "a wait": "import time\ndef f():\n    time.sleep(1)  # !\n",
    "a thread": "import threading\nthreading.Thread(target=print).start()  # !\n",
    "chosen code": "import importlib\ndef f(x):\n    importlib.import_module(x)  # !\n",
    "a token for ever": (
        "import jwt\nLIFETIME = timedelta(days=36500)  # !\ndef issue(key, exp):\n"
        "    return jwt.encode({'exp': exp}, key, algorithm='HS256')\n"
    ),
    "a password that opens everything": (
        'def login(body):\n    return body.password == "open sesame"  # !\n'
    ),
    "an account by a header": (
        "def current_user(request, db):\n"
        '    return db.get(User, int(request.headers.get("X-Account", 0)))  # !\n'
    ),
    "an operation that nobody promised": (
        '@router.get("/debug", include_in_schema=False)\n'
        "def debug(db: Database, caller: CurrentUser):  # !\n    return {}\n"
    ),
    "no account": (
        'router = APIRouter(prefix="/books")\n'
        '@router.delete("/{book_id}")\n'
        "def delete_book(db: Database, book_id: ItemId) -> None:  # !\n    db.delete(book_id)\n"
    ),
}
SECURED = ["DELETE /books/{id}", "GET /books", "POST /books", "GET /authors"]
PROMISED = [*SECURED, "GET /books/{id}/more"]
SANE = """
import importlib
import jwt
router = APIRouter(prefix="/books")
guarded = APIRouter(prefix="/authors", dependencies=[Depends(current_user)])
USER = "user"

def issue(self, who):
    claims = {"sub": who, "exp": 1}
    return jwt.encode(claims, self._key, algorithm="HS256")

def read(self, token):
    try:
        return jwt.decode(token, self._key, algorithms=["HS256"], options={"require": ["exp"]})
    except Exception:
        return None

@router.get("", dependencies=[Depends(current_user)])
def listed(db: Database, sort: str, limit: int = 20):
    query = select(models.Book).where(models.Book.title == sort).order_by(models.Book.id)
    db.execute(text("select 1"))
    _LOGGER.warning("SECRET_KEY is not set.")
    return db.scalars(query.limit(limit))

@router.post("")
def made(db: Database, caller: CurrentUser, body: BookCreate):
    same = select(models.User.id).where(models.User.token_hash == hashed(body.token))
    return models.User(password_hash=passwords.hash(body.password), id=db.scalar(same))

@router.post("/not-made", include_in_schema=False)
def not_made(db: Database):
    raise HTTPException(501)

@router.get("/{id}/more", include_in_schema=False)
def more(db: Database, caller: CurrentUser):
    return caller.password == "" or timedelta(minutes=60)

@guarded.get("")
def authors(db: Database):
    importlib.import_module("app.models")
    return RedirectResponse(db.get(models.Author, 1).url)
"""

SECRETS = {
    "app/a.py": 'SECRET_KEY = "kT9vQ2mZ4wX7"  # !\n',
    "app/b.py": 'import os\nKEY = os.environ.get("SECRET_KEY", "fallback-key")  # !\n',
    "app/c.py": 'class Settings(BaseSettings):\n    secret_key: str = "changeme"  # !\n',
    "app/d.py": 'def connect(password="hunter22"):  # !\n    pass\n',
    "app/e.py": 'OPTIONS = {\n    "api_key": "a1b2c3d4e5",  # !\n}\n',
    "app/f.py": 'TOKENS = Tokens(settings.key or "x")\nOTHERS = Tokens("not-so-secret")  # !\n',
    "app/g.py": 'SEED = "Zx8Kq2Lm9Pv4Rt6Yw1Bn3Cd5Fg7Hj0AsQeWr"  # !\n',
    "app/h.py": "settings.secret_key = 'abcdef123456'  # !\n",
    "deploy.yaml": "env:\n  JWT_SECRET: q8w7e6r5t4y3u2  # !\n",
    ".env": "DEBUG=1\nSECRET_KEY=9f8e7d6c5b4a  # !\n",
    "README.md": "Use this:\n\n    AWS=AKIAABCDEFGHIJKLMNOP  # !\n",
    "tests/test_k.py": 'KEY = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"  # !\n',
    "key.txt": "-----BEGIN RSA PRIVATE KEY-----  # !\n",
}
NO_SECRETS = {
    "app/a.py": 'TOKEN_URL = "/auth/token"\nPASSWORD = Field(description="The password.")\n'
    'secret_key: SecretStr | None = None\nkey = os.environ["SECRET_KEY"]\ntoken_type = "bearer"\n',
    ".env.example": "SECRET_KEY=change-me-to-32-characters-or-more\n",
    "compose.yaml": "environment:\n  SECRET_KEY: ${SECRET_KEY}\n",
    "tests/test_a.py": 'PASSWORD = "correct horse battery staple"\nSECRET_KEY = "abcdefgh1234"\n',
    "requirements.txt": "alpha==1 --hash=sha256:" + "0f" * 32 + "\n",
}


# What tells too much, or lets pages of others in.
TELLING = {
    "app/a.py": "@app.exception_handler(Exception)\nasync def unexpected(request, error):\n"
    "    return problem(500, str(error))  # !\n",
    "app/b.py": "def f():\n    try:\n        g()\n    except Exception as error:\n"
    "        raise HTTPException(400, repr(error)) from error  # !\n",
    "app/c.py": 'app.add_middleware(CORSMiddleware, allow_origins=["*"])  # !\n',
    "app/d.py": 'app.add_middleware(CORSMiddleware, allow_origin_regex=".*")  # !\n',
    "app/e.py": 'HEADERS = {"Access-Control-Allow-Origin": "*"}  # !\n',
    "app/f.py": "import asyncio\nasync def f():\n    await asyncio.sleep(0.5)  # !\n",
    "app/g.py": '@router.get("")\ndef f():\n    return dict(os.environ)  # !\n',
}
NOT_TELLING = {
    "app/a.py": "@app.exception_handler(IntegrityError)\nasync def conflict(request, error):\n"
    "    return problem(409, str(error))\n"
    "@app.exception_handler(Exception)\nasync def unexpected(request, error):\n"
    '    log.error("It failed.", exc_info=error)\n    return problem(500, "Sorry.")\n',
    "app/b.py": "app.add_middleware(CORSMiddleware, allow_origins=settings.origins,\n"
    '    allow_methods=["*"], allow_origin_regex="https://ours[.]example")\n',
    "app/c.py": "import asyncio\nPATH = os.environ\nasync def f():\n    await asyncio.sleep(0)\n",
    "tests/test_a.py": 'assert answer.headers["Access-Control-Allow-Origin"] == "*"\n',
}


def found(script: str, folder: Path, *arguments: str) -> dict[str, list[int]]:
    """The lines by their files. What is looked through here is our own, so nothing confines it."""
    ended = subprocess.run(
        [sys.executable, "-I", INSIDE / f"{script}.py", folder, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    lines: dict[str, list[int]] = {}
    for one in json.loads(ended.stdout)["findings"]:
        lines.setdefault(one["path"], []).append(one["line"])
    return lines


def written(folder: Path, files: dict[str, str]) -> dict[str, list[int]]:
    """Write them; the lines that are marked."""
    marked: dict[str, list[int]] = {}
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("  # !", ""))
        lines = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith("# !")]
        if lines:
            marked[name] = lines
    return marked


def test_every_hole_is_found_at_its_line(tmp_path: Path) -> None:
    marked = written(tmp_path, {f"app/{name}.py": text for name, text in HOLES.items()})
    lines = found("find_holes", tmp_path, json.dumps(SECURED), json.dumps(PROMISED))
    assert {name: sorted(set(told)) for name, told in lines.items()} == marked


def test_what_is_sane_has_no_hole(tmp_path: Path) -> None:
    written(tmp_path, {"app/sane.py": SANE})
    assert found("find_holes", tmp_path, json.dumps(SECURED), json.dumps(PROMISED)) == {}


def test_what_tells_too_much_is_found_at_its_line(tmp_path: Path) -> None:
    marked = written(tmp_path, TELLING)
    assert found("walk_code", tmp_path) == marked
    left = found("walk_code", tmp_path, "*")
    assert sorted(marked.keys() - left.keys()) == ["app/c.py", "app/d.py", "app/e.py"]


def test_what_tells_no_more_than_is_promised_is_left_alone(tmp_path: Path) -> None:
    written(tmp_path, NOT_TELLING)
    assert found("walk_code", tmp_path) == {}


def test_every_secret_is_found_at_its_line(tmp_path: Path) -> None:
    marked = written(tmp_path, SECRETS)
    lines = found("find_secrets", tmp_path)
    assert {name: sorted(set(told)) for name, told in lines.items()} == marked


def test_placeholders_and_what_only_speaks_of_secrets_are_none(tmp_path: Path) -> None:
    written(tmp_path, NO_SECRETS)
    assert found("find_secrets", tmp_path) == {}


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        ("app/more.py", HOLES["sql of an f-string"].replace("  # !", ""), "SQL"),
        (".env", "SECRET_KEY=9f8e7d6c5b4a\n", "SECRET_KEY is written down"),
        ("app/more.py", "import random\nCODE = random.random()\n", "S311"),
    ],
)
async def test_the_check_names_file_and_line(
    subject: Subject, path: str, text: str, what: str
) -> None:
    lay_out(subject.folder, app__main_py=MAIN)
    (subject.folder / path).write_text(text)
    verdict = await Security().check(subject)
    assert verdict.outcome == "failed"
    assert what in verdict.summary
    assert (verdict.evidence["path"], verdict.evidence["line"]) == (path, text.count("\n"))


async def test_migrations_between_versions_have_nothing_out_of_place(subject: Subject) -> None:
    write(FastAPITarget().render(V5, VERSIONS[:-1]), subject.folder)
    verdict = await Security().check(subject)
    assert verdict.outcome == "passed", verdict
