"""The one order of deliveries (`delivery_seq`) and what became of each."""
