"""The form that a clerk starts from: made from the contract, so that what is typed into it can be read."""
