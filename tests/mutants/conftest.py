"""The process that starts generated projects, as for tests of their behaviour."""

from tests.behaviour.conftest import starter

__all__ = ["starter"]
