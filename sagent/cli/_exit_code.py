"""What the command tells its caller."""

DONE = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 130
"""SIGINT or SIGTERM ended it: 128 and SIGINT's number, as shells say."""
