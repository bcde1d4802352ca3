# The parts of matplotlib that the benchmarks use; its own types are there where it is installed.
from collections.abc import Mapping
from contextlib import AbstractContextManager

def rc_context(rc: Mapping[str, object]) -> AbstractContextManager[None]: ...
