_MEGABYTE = 1_000_000


def size_of(size_bytes: int) -> str:
    """Write a size in bytes for people: ``312 kB``, ``1.2 MB``."""
    if size_bytes < _MEGABYTE:
        return f"{max(1, round(size_bytes / 1000))} kB"
    return f"{size_bytes / _MEGABYTE:.1f} MB"
