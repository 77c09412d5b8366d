"""APIs → responses, byte for byte: `client.py` asks one host, `paging.py` and `run.py` say what to ask for next."""
