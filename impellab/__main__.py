"""``python -m impellab`` is the command ``impellab``."""

import sys

from experiments.cli import main

if __name__ == "__main__":
    sys.exit(main())
