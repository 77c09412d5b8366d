"""What each unit is reminded of today, with the text as it is sent."""
