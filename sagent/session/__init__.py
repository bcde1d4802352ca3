"""Conversations on disk: append-only, locked, and whole after any crash."""
