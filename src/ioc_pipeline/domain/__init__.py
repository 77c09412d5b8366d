"""Words that travel between the steps: errors, deliveries, periods, cells. No file, no clock, no database."""
