"""Deliveries, reporting, quality, conflicts, revisions: a page each, with filters in the address and as CSV."""
