"""`python -m ioc_pipeline.cli`."""

import sys

from ioc_pipeline.cli.main import main

sys.exit(main())
