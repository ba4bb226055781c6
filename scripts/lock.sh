#!/bin/sh
# Makes the lock files anew from pyproject.toml and requirements/*.in. Needs `uv` on the PATH.
# They name no package index, so that every machine uses its own.
set -eu
cd "$(dirname "$0")/.."
compile() {
    UV_NO_CONFIG=1 uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --no-header --no-emit-index-url --no-strip-extras "$@"
}
compile pyproject.toml requirements/build.in -o requirements/runtime.txt
compile pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
compile requirements/node.in -o requirements/node.txt
compile --no-deps requirements/local-model.in -o requirements/local-model.txt
