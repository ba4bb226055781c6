#!/bin/sh
# `smartforge` with few and quick checks. PYTHON is the interpreter that has it.
exec "$PYTHON" -P "${0%.sh}.py" "$@"
