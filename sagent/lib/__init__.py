"""The one public helper module that users of this API family import by path."""
