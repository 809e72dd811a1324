"""Machine door of the desk: inbox, cases and moves, who is responsible; audit search, operations."""

from ninja import Router

from mingcha.domains.desk.api.cases import router as cases
from mingcha.domains.desk.api.operations import router as operations
from mingcha.domains.desk.api.responsible import router as responsible

router = Router()
router.add_router("", cases)
router.add_router("", responsible)
router.add_router("", operations)

__all__ = ["router"]
