"""`python -m bunyad` is the same as `bunyad`."""

from bunyad.cli import main

if __name__ == "__main__":
    main()
