"""What a clerk does: where a unit stands, its deliveries with their answers; try a file, send a file."""
