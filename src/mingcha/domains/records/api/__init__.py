"""Machine doors of the data centre."""

from ninja import Router

from mingcha.domains.records.api.consents import router as consents
from mingcha.domains.records.api.entry import router as entry
from mingcha.domains.records.api.exports import router as exports
from mingcha.domains.records.api.intake import router as intake

router = Router()
router.add_router("", intake)
router.add_router("", entry)
router.add_router("", exports)
router.add_router("", consents)

__all__ = ["router"]
