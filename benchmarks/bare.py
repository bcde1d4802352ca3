"""httpx alone, which sends bytes and reads the answer line by line: what we are held against."""

import json

import httpx

DEFAULT_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
"""httpx's own."""
NO_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=None)


def bare_client(base_url: str, limits: httpx.Limits = DEFAULT_LIMITS) -> httpx.AsyncClient:
    # Its own 5 s would fail those of a crowd that wait longer for a connection.
    return httpx.AsyncClient(
        base_url=base_url, timeout=None, limits=limits, trust_env=False, verify=False
    )


async def exchange(client: httpx.AsyncClient, body: bytes) -> str:
    words: list[str] = []
    async with client.stream("POST", "chat/completions", content=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                words += [choice["delta"].get("content") or "" for choice in choices]
    return "".join(words)
