"""Answers for an API of which only the contract is there: valid, stateful, kept nowhere else."""

from smartforge.preview.promised.answers import Promised
from smartforge.preview.promised.wire import Asked, Told

__all__ = ["Asked", "Promised", "Told"]
