"""Departments and systems to try it with: sample files, blank forms, APIs that answer. All figures are invented."""
