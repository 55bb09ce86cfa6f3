"""`python -m headwater.cli`."""

from headwater.cli.main import main

main()
