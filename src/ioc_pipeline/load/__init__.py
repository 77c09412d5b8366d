"""Prepared values → the schema `raw`, in one transaction with their load marker."""
