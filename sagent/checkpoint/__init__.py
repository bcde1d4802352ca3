"""Snapshots of a workspace's files, to go back to."""
