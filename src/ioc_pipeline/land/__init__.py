"""Inbox → landing: every file is safe and numbered before it leaves the department's folder."""
