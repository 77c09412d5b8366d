"""`python -m ioc_pipeline.local_airflow`."""

import sys

from ioc_pipeline.local_airflow.supervisor import main

sys.exit(main())
