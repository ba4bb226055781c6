"""The plan as a model writes it, and how it becomes a contract."""

from smartforge.planners.shape.filling import filled
from smartforge.planners.shape.models import ChangeShape, FieldShape, PlanShape
from smartforge.planners.shape.plan import contract_of, drawn_of, shape_of

__all__ = [
    "ChangeShape",
    "FieldShape",
    "PlanShape",
    "contract_of",
    "drawn_of",
    "filled",
    "shape_of",
]
