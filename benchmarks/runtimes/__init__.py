"""The same works done by one runtime each, every runtime in a process of its own.

A runtime's module has `WORKS`, by the names that `actors.py` compares. A work does its thing so
many times and returns the seconds of one; what it starts has ended when it returns.
"""
