import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """How much of a workspace is kept.

    Attributes:
        max_file_bytes: a larger file is not kept.
        max_total_bytes: where all files together are larger, the largest are not kept.
        max_files: a workspace of more files is refused.
    """

    max_file_bytes: int = 8 << 20
    max_total_bytes: int = 256 << 20
    max_files: int = 50_000
