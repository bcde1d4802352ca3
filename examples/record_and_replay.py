"""Record what a vendor says, once, and try an agent against the recording ever after.

    python examples/record_and_replay.py [MODEL]

The first run asks the vendor. The others ask nobody: they need neither network nor key, cost
nothing, and get the same answers each time. With a MODEL the vendor is the server at
OPENAI_COMPAT_BASE_URL, and without one it is a function of this program.
"""

import sys
import tempfile
from pathlib import Path

import attrs
import httpx
import trio

from sagent.agent import Agent
from sagent.errors import UsageError
from sagent.lib.json import JSON, json_dumps
from sagent.providers import OpenAICompat
from sagent.testing import Cassette
from sagent.tools import tool


@tool(effects={"reads"})
async def temperature(town: str) -> str:
    """Read the thermometer of a town."""
    await trio.lowlevel.checkpoint()
    return f"21.5 degrees in {town}"


def vendor(request: httpx.Request) -> httpx.Response:
    """Call the tool, and answer once its result is there."""
    delta: JSON = {"content": "It is 21.5 degrees."}
    if b"21.5 degrees" not in request.content:
        function = {"name": "temperature", "arguments": '{"town": "Oslo"}'}
        delta = {"tool_calls": [{"index": 0, "id": "call_1", "function": function}]}
    frames = f"data: {json_dumps({'choices': [{'delta': delta}]})}\n\ndata: [DONE]\n\n"
    kind = {"content-type": "text/event-stream"}
    return httpx.Response(200, headers=kind, stream=httpx.ByteStream(frames.encode()))


async def forecast(provider: OpenAICompat, cassette: Cassette, *, system: str = "") -> str:
    """Ask about the weather, with *cassette* in the place of the network."""
    with cassette:
        provider = attrs.evolve(provider, new_transport=cassette.transport)
        model = provider.model(*(sys.argv[1:] or ["weather-1"]))
        agent = Agent(model=model, system=system, tools=[temperature])
        return (await agent.run("How warm is it in Oslo?")).content


async def main() -> None:
    """Record, replay, and replay to an agent that asks something else."""
    with tempfile.TemporaryDirectory() as directory:
        tape = Path(directory) / "forecast.json"
        if len(sys.argv) > 1:
            provider, recorder = OpenAICompat.from_env(), Cassette(tape, mode="record")
        else:
            provider = OpenAICompat(base_url="https://vendor.example/v1", key="sk-of-the-vendor")
            transport = httpx.MockTransport(vendor)
            recorder = Cassette(tape, mode="record", new_transport=lambda: transport)
        print("recorded:", await forecast(provider, recorder))
        print("the key is on the tape:", provider.key in tape.read_text())
        print("replayed:", await forecast(provider, Cassette(tape)))
        try:
            await forecast(provider, Cassette(tape), system="Be brief.")
        except UsageError as error:
            print("told otherwise:", str(error).replace(str(tape), tape.name))


if __name__ == "__main__":
    trio.run(main)
