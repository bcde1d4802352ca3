"""Chat Completions, in its many dialects."""
