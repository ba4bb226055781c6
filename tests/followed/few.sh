#!/bin/sh
# `smartforge` with the checks that are quick. PYTHON is the interpreter that has it.
exec "$PYTHON" -P "${0%.sh}.py" "$@"
