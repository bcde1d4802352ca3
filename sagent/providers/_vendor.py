"""Who sells the models that a host serves, by the names that genai-prices has for them."""

from collections.abc import Mapping

import httpx

HOSTS: Mapping[str, str] = {
    "api.anthropic.com": "anthropic",
    "api.arcee.ai": "arcee",
    "api.avian.io": "avian",
    "api.cerebras.ai": "cerebras",
    "api.cohere.ai": "cohere",
    "api.cohere.com": "cohere",
    "api.deepseek.com": "deepseek",
    "api.doubleword.ai": "doubleword",
    "api.fireworks.ai": "fireworks",
    "api.groq.com": "groq",
    "api.meta.ai": "meta",
    "api.minimax.io": "minimax",
    "api.mistral.ai": "mistral",
    "api.moonshot.ai": "moonshotai",
    "api.novita.ai": "novita",
    "api.openai.com": "openai",
    "api.openrouter.ai": "openrouter",
    "api.quicksilverpro.io": "quicksilverpro",
    "api.together.ai": "together",
    "api.together.xyz": "together",
    "api.x.ai": "x-ai",
    "dashscope-intl.aliyuncs.com": "dashscope",
    "generativelanguage.googleapis.com": "google",
    "inference.baseten.co": "baseten",
    "openrouter.ai": "openrouter",
}
"""Whose prices in dollars hold for a host.

Missing are those who bill in another currency (Zhipu, OVHcloud, Moonshot and MiniMax in China), by
the search (Perplexity) or by subscription, if only at some paths (Z.ai, GitHub Copilot, Cursor),
who may sell others' models at prices of their own (Azure, Vertex AI, the regions of OpenAI), and
hosts where the path tells the vendor (Hugging Face, Cloudflare) or everybody may serve his own
(Modal, Databricks).
"""


def vendor_at(base_url: str) -> str:
    """Tell who sells the models that are served at *base_url*.

    The name is "" for a server of one's own, for whoever is unknown, and for whose prices are not
    known in dollars. Only the host counts, and all of it: a proxy that has a vendor's name in its
    own, or in its path, is no vendor.
    """
    return HOSTS.get(httpx.URL(base_url).host, "")
