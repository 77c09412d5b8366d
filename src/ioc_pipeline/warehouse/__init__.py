"""The shape of the schema `raw`, and who may open the warehouse file."""
