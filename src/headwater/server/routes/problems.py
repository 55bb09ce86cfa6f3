"""What the types of problems mean, so that an error's `type` leads somewhere."""

from __future__ import annotations

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from headwater.server import shapes
from headwater.server.problems import kinds


@get("/problems", sync_to_thread=False, summary="Every type of problem")
def list_problems() -> shapes.ProblemKindList:
    """What can be wrong with a request, by name."""
    return shapes.ProblemKindList(items=[kind for _, kind in sorted(kinds().items())])


@get("/problems/{name:str}", sync_to_thread=False, summary="What a type of problem means")
def get_problem(name: FromPath[str]) -> shapes.ProblemKind:
    """The meaning of the `type` that an error names."""
    found = kinds().get(name)
    if found is None:
        raise NotFoundException(f"There is no type of problem {name!r}; /api/problems lists them.")
    return found
