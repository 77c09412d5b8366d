"""Settings of the optional Superset of `make superset`: on this machine alone, its data under IOC_HOME/superset."""

import os
from pathlib import Path

HOME = Path(os.environ["SUPERSET_HOME"])
SECRET_KEY = (HOME / "secret").read_text(encoding="ascii")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"
TALISMAN_ENABLED = False  # plain HTTP on 127.0.0.1
