"""What nobody is to see."""

import json

from command import at, sagent_process
from loopback import answer, call, open_loopback, refusal


async def test_invariant_9_a_key_that_a_server_repeats_is_in_no_output() -> None:
    secret = "sk-0123456789"
    reply = refusal("401 Unauthorized", json.dumps({"error": f"bad {secret}"}).encode())
    async with open_loopback(reply) as server:
        done = await sagent_process(*at(server), "hi", environ={"OPENAI_API_KEY": secret})

    assert secret.encode() not in done.stdout + done.stderr


async def test_invariant_9_a_tool_does_not_see_the_key() -> None:
    secret = "sk-0123456789"
    async with open_loopback(call("Bash", {"command": "env"}), answer("ok")) as server:
        done = await sagent_process(
            *at(server), "--output-format", "stream-json", "hi", environ={"OPENAI_API_KEY": secret}
        )

    assert done.returncode == 0
    assert secret not in json.dumps(server.seen[1].body)
