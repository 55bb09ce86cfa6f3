"""Parameters that several routes take."""

from __future__ import annotations

from typing import Annotated

from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter

LAST_SECOND = 253_402_300_799
"""Of the year 9999, the last one that dates have."""
LARGEST = 2**63 - 1
"""That a database holds."""

Number = Annotated[int, PathParameter(ge=0, le=LARGEST)]
"""An event's place in the log, or another number that a row has."""
AsOf = Annotated[
    float | None,
    QueryParameter(
        ge=0,
        le=LAST_SECOND,
        description="The state at that moment, in seconds since the epoch; now if left out.",
    ),
]
Moment = Annotated[float | None, QueryParameter(ge=0, le=LAST_SECOND, description="Seconds since the epoch.")]
Selection = Annotated[
    str | None,
    QueryParameter(
        description="Which assets, in the selection language.",
        examples=[Example("a group and all that it is made from", value="+group:finance and not tag:pii")],
    ),
]
