"""`python -m bunyad` is the same as `bunyad`."""

from bunyad.cli import main

main()
