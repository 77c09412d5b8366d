"""The pages of an API's extract and their contract → records and figures, or everything that is wrong with them."""
