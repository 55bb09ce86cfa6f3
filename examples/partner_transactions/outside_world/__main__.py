"""`python -m outside_world`, or `python PATH/outside_world` from any folder."""

import sys
from pathlib import Path

if not __package__:
    # Run as a folder, Python knows the files in it but not the package that they are.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from outside_world.cli import main

if __name__ == "__main__":
    sys.exit(main())
