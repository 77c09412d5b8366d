"""`ioc`: the same steps for a person at a terminal."""
