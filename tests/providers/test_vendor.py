"""Who sells what an address serves."""

import re

import pytest
from genai_prices import data_snapshot

from sagent.providers._vendor import HOSTS, vendor_at


@pytest.mark.parametrize(
    ("base_url", "vendor"),
    [
        ("https://api.anthropic.com/", "anthropic"),
        ("https://api.openai.com/v1/", "openai"),
        ("https://generativelanguage.googleapis.com/v1beta/", "google"),
        ("https://api.moonshot.ai/v1/", "moonshotai"),
        ("https://api.minimax.io/v1/", "minimax"),
        ("https://api.minimax.io/anthropic/", "minimax"),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/", "dashscope"),
        ("https://openrouter.ai/api/v1/", "openrouter"),
        ("https://api.together.xyz/v1/", "together"),
        ("https://api.together.ai/v1/", "together"),
        ("https://API.OpenAI.com/v1/", "openai"),
        ("http://api.openai.com/v1/", "openai"),
        ("https://api.openai.com:443/v1/", "openai"),
    ],
)
def test_who_sells_is_told_by_the_address(base_url: str, vendor: str) -> None:
    assert vendor_at(base_url) == vendor


@pytest.mark.parametrize(
    "base_url",
    [
        # who bills in another currency, or by subscription
        "https://api.moonshot.cn/v1/",
        "https://api.minimaxi.com/v1/",
        "https://api.kimi.com/coding/v1/",
        "https://open.bigmodel.cn/api/paas/v4/",
        "https://api.z.ai/api/coding/paas/v4/",
        # who has prices of his own for others' models
        "https://europe-west4-aiplatform.googleapis.com/v1/",
        "https://aiplatform.googleapis.com/v1/",
        "https://house.openai.azure.com/openai/v1/",
        "https://house.services.ai.azure.com/anthropic/",
        "https://eu.api.openai.com/v1/",
        # whose names only look like a vendor's
        "https://api.openai.com.evil.example/v1/",
        "https://api.openai.com@evil.example/v1/",
        "https://api.moonshot.evil/v1/",
        "https://openrouter.ai.evil.io/api/v1/",
        "https://my-proxy.example/generativelanguage.googleapis.com/v1beta/",
        "https://llm.example.org/api.openai.com/v1/",
        # servers of one's own
        "https://me--my-server.modal.run/v1/",
        "http://127.0.0.1:8000/v1/",
        "http://localhost:8000/v1/",
    ],
)
def test_nobody_known_sells_at_other_addresses(base_url: str) -> None:
    assert vendor_at(base_url) == ""


def test_hosts_are_those_of_genai_prices_for_the_same_vendors() -> None:
    ours = {"api.together.ai", "dashscope-intl.aliyuncs.com"}
    vendors = {vendor.id: vendor for vendor in data_snapshot.get_snapshot().providers}

    for host in HOSTS.keys() - ours:
        assert re.match(vendors[HOSTS[host]].api_pattern, f"https://{host}/v1/")
