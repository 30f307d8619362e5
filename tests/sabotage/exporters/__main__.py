"""Runs the plain exporter with a defect: `python -m tests.sabotage.exporters first_page_only`.

What the defect's module calls by a name of the plain exporter takes that one's place.
"""

import importlib
import sys

from tests.sabotage.exporters import plain

defect = importlib.import_module(f"tests.sabotage.exporters.{sys.argv[1]}")
vars(plain).update({name: value for name, value in vars(defect).items() if name in vars(plain) and name[0] != "_"})
sys.exit(plain.main())
