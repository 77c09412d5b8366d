"""Pages for operators, leaders and auditors: the wall, and the way from a tile down to its cell."""
