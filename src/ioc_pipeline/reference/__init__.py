"""What people declare: contracts, the catalogue of indicators, administrative units. Read once, judged by one door."""
