from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from matplotlib.axes import Axes

class Panels:
    flat: Iterable[Axes]

class Figure:
    def __init__(self, *, figsize: tuple[float, float], layout: str) -> None: ...
    def subplots(
        self, rows: int, columns: int, *, squeeze: bool, height_ratios: Sequence[float]
    ) -> Panels: ...
    def savefig(
        self,
        file: IO[bytes],
        *,
        format: str,  # noqa: A002  # its name there
        metadata: Mapping[str, str | None],
        transparent: bool,
    ) -> None: ...
