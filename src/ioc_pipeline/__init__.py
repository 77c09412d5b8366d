"""The way of a delivery: from a department's file to published marts, every number traceable to its cell."""
