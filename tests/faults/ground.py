"""Where the house of the faults stands, once it was started by `python -m tests.faults`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.house import House

house: "House | None" = None
