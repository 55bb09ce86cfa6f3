"""How large the cursor of a sensor may be."""

from __future__ import annotations

from headwater.errors import SensorStateError

MOST_CURSOR_BYTES = 1024 * 1024


def check_cursor_size(cursor: str | None, sensor: str) -> None:
    """See that a cursor is no larger than what every tick can be given and keep: 1 MiB as UTF-8.

    Raises:
        SensorStateError: it is.
    """
    # No character has more than four bytes, so that most are never encoded.
    if cursor is None or len(cursor) <= MOST_CURSOR_BYTES // 4:
        return
    size = len(cursor.encode("utf-8", "surrogatepass"))
    if size > MOST_CURSOR_BYTES:
        raise SensorStateError(
            f"The cursor of sensor {sensor!r} has {size:,} bytes, but {MOST_CURSOR_BYTES:,} are the most. Keep in it "
            "how far the sensor has come, and what it has seen in context.state, which is written by key."
        )
