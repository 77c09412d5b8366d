"""What each problem code says to a department, in Vietnamese: a table a place where something can be wrong."""
