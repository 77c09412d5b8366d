"""Questions to the published marts."""
