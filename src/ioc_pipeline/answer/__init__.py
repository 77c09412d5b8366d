"""Verdict → what the department reads in its `phan-hoi/` folder."""
