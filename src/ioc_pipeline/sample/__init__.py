"""Departments and systems to try it with: sample files, APIs that answer. All figures are invented."""
