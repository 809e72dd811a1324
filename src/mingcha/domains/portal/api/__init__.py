"""Machine doors of the public pages."""

from ninja import Router

from mingcha.domains.portal.api.exceptions import router as exceptions
from mingcha.domains.portal.api.spotchecks import router as spotchecks
from mingcha.domains.portal.api.standards import router as standards

router = Router(auth=None)
router.add_router("", standards)
router.add_router("", exceptions)
router.add_router("/spot-checks", spotchecks)
