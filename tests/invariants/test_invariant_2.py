"""The bytes of the request prefix do not change from turn to turn, so that vendors' caches hit.

The server's bytes are compared, message for message. Anthropic's breakpoints move to the end of the
conversation with each request, as they must; they are not part of what is cached.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from histories import Kept
from loopback import DONE, Loopback, Reply, frame, open_loopback, stream_head
from recorded_answers import RECORDINGS, Event, Recording

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.home import Home
from sagent.providers import HttpProvider
from sagent.session import create_session, open_session
from sagent.testing import RecordingTool

TURNS = 50
"""Of two requests each: one is answered with calls, the other with a text."""
RESUMES = (0, 1, 2, 30, TURNS)
"""The turns before which the conversation is read from its session, by a new agent."""
_BREAKPOINT = b',"cache_control":{"type":"ephemeral"}'
_IDS = {
    "anthropic": "toolu_01",
    "responses": "call_r",
    "chat": "call_c",
    "google": "fc-g",
}


def text_events(name: str) -> Sequence[Event | str]:
    """Answer with a word."""
    match name:
        case "anthropic":
            return (
                {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9}}},
                {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "So."}},
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
                {"type": "message_stop"},
            )  # fmt: skip
        case "responses":
            said: Event = {"type": "output_text", "text": "So.", "annotations": [], "logprobs": []}
            item: Event = {
                "type": "message",
                "id": "msg_2",
                "role": "assistant",
                "status": "completed",
                "content": [said],
            }
            return (
                {"type": "response.created", "response": {"id": "resp_2", "model": "m"}},
                {"type": "response.output_text.delta", "delta": "So."},
                {"type": "response.output_item.done", "output_index": 0, "item": item},
                {"type": "response.completed", "response": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 5}}},
            )  # fmt: skip
        case "google":
            content = {"parts": [{"text": "So."}]}
            return ({"modelVersion": "m", "candidates": [{"content": content, "finishReason": "STOP"}]},)  # fmt: skip
        case _:
            return (
                {"model": "m", "choices": [{"index": 0, "delta": {"content": "So."}, "finish_reason": None}]},
                {"model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
                DONE,
            )  # fmt: skip


def replies(of: Recording) -> list[Reply]:
    """Give the answers of all turns, each with ids of its own, as vendors make them."""
    said: list[Reply] = []
    for turn in range(TURNS):
        calling = of.stream().replace(_IDS[of.name].encode(), f"{_IDS[of.name]}{turn}_".encode())
        speaking = b"".join(map(frame, text_events(of.name)))
        said += [Reply([stream_head(), calling]), Reply([stream_head(), speaking])]
    return said


@attrs.frozen
class Sent:
    """A request's body: the items of the conversation, and all around them."""

    items: str
    rest: str


def sent(of: Recording, octets: bytes) -> Sent:
    text = octets.replace(_BREAKPOINT, b"").decode()
    start = text.index(f'"{of.body_key}":[') + len(of.body_key) + 3
    _, end = json.JSONDecoder().raw_decode(text, start)
    return Sent(text[start + 1 : end - 1], text[:start] + text[end:])


def provider_at(of: Recording, server: Loopback) -> HttpProvider:
    return attrs.evolve(of.provider, base_url=server.base_url)


def agent_of(of: Recording, server: Loopback) -> Agent:
    return Agent(
        model=provider_at(of, server).model(of.model_id),
        system="Be terse.",
        tools=[RecordingTool("Read", "a text"), RecordingTool("Now", ValueError("no clock"))],
        compactor=None,
    )


@pytest.mark.parametrize("name", _IDS)
async def test_invariant_2_each_request_begins_with_the_bytes_of_the_one_before_also_after_a_resume(
    name: str, home: Home, tmp_path: Path
) -> None:
    of = RECORDINGS[name]
    with create_session(home, cwd=tmp_path, name="kept", durability="none") as session:
        directory = session.directory
    async with open_loopback(*replies(of)) as server, open_system() as system:
        agent = agent_of(of, server)
        for first, after in pairwise(RESUMES):
            with open_session(directory, durability="none") as session:
                model = provider_at(of, server).model(of.model_id)
                ref = await system.spawn(Kept(agent, session, model))
                for turn in range(first, after):
                    await ref.ask(Prompt(f"turn {turn}"))
                ref.stop()
                await ref.closed()
    bodies = [sent(of, seen.octets) for seen in server.seen]

    assert len(bodies) == 2 * TURNS
    for earlier, later in pairwise(bodies):
        assert later.rest == earlier.rest
        assert later.items.startswith(f"{earlier.items},")
