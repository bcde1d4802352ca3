"""Recaps of long histories, so that conversations outlive their model's window."""
