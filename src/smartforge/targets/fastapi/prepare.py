"""`python -m smartforge.targets.fastapi.prepare`: install what generated projects import.

Prints the folder. Does nothing but that where it is installed already.
"""

import sys

from smartforge.errors import TargetUnprepared
from smartforge.targets.fastapi.packages import prepare

__all__ = ["prepare"]

if __name__ == "__main__":
    try:
        print(prepare())
    except TargetUnprepared as error:
        sys.exit(f"{error.what}\n{error.hint}")
