"""`python -m clari_readiness.exporter`: the reference exporter, told by environment variables what to do."""

import sys

from clari_readiness.exporter.told import main

if __name__ == "__main__":
    sys.exit(main())
