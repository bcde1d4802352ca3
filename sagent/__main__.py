"""``python -m sagent`` is the command ``sagent``."""

import sys

from sagent.cli import main

sys.exit(main())
