"""The sender's own workbook, handed back with what must be mended marked in its cells."""
