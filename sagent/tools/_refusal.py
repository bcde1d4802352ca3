class Refusal(Exception):  # it is no error of the program: the model reads it
    """What a tool cannot do, in one or two lines that tell the model what to do next.

    It stays inside this package: a tool's result with descriptor ``text/x-error`` is made of it.
    """
