"""An open model on the user's own machine: its file, and the server that runs it."""

from sagent.providers._progress import OnProgress, Progress, in_silence

from ._binary import ServerBinary, find_server
from ._catalogue import CATALOGUE, QWEN_CODER_0_5B, QWEN_CODER_1_5B, LocalModel, Wheel
from ._files import default_cache_dir
from ._server import DEFAULT_CONTEXT_TOKENS, ServerAddress, open_llama_server
from ._weights import doubt_weights, obtain_weights
from ._wheels import LocateWheels, WheelFile, locate_wheels

__all__ = [
    "CATALOGUE",
    "DEFAULT_CONTEXT_TOKENS",
    "QWEN_CODER_0_5B",
    "QWEN_CODER_1_5B",
    "LocalModel",
    "LocateWheels",
    "OnProgress",
    "Progress",
    "ServerAddress",
    "ServerBinary",
    "Wheel",
    "WheelFile",
    "default_cache_dir",
    "doubt_weights",
    "find_server",
    "in_silence",
    "locate_wheels",
    "obtain_weights",
    "open_llama_server",
]
