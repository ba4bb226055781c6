"""`python -m smartforge`."""

from smartforge.cli import main

main()
