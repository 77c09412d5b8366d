"""Administrative units: names and codes as departments write them → the unit that bore them on a date."""
