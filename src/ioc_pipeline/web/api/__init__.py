"""The published marts for other systems: what the pages show, as JSON and CSV."""
