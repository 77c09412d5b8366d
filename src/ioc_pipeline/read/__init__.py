"""Bytes → cells with their addresses; hostile bytes are touched only in a short-lived guarded process."""
