"""Our command line beside those of others, which npm has: the same turn on the same server."""
