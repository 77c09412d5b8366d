"""From a tile to its cell: the series, the units of a period, the deliveries behind a value, the cell in its sheet."""
