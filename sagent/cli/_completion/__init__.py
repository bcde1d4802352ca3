"""What Tab completes: the shells' own scripts, and the words that they ask for."""
