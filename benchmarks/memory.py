"""What Python's own allocator has given out."""

import gc
import tracemalloc


def traced_bytes() -> int:
    """Count the bytes that are in use and were allocated since `tracemalloc` started."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
