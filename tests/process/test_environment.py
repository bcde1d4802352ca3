import pytest

from sagent.process import clean_environment, secret_values


@pytest.mark.parametrize(
    "name",
    [
        "ANTHROPIC_API_KEY",
        "OPENAI_APIKEY",
        "GITHUB_TOKEN",
        "HF_TOKEN",
        "NPM_TOKEN_2",
        "DB_PASSWORD",
        "PGPASSWORD",
        "MYSQL_PWD",
        "CLIENT_SECRET",
        "SECRET_KEY_BASE",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "SENTRY_DSN",
        "slack_bot_token",
        "OPENAI_API_KEY2",
        "GEMINI_KEY_2",
        "DOCKER_AUTH_CONFIG",
        "AZURE_STORAGE_CONNECTION_STRING",
        "DISCORD_WEBHOOK_URL",
        "SESSION_JWT",
    ],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert clean_environment({name: "x"}) == {}


@pytest.mark.parametrize(
    "value",
    [
        "sk-ant-0123456789abcdef0123",
        "ghp_0123456789abcdef0123",
        "gsk_0123456789abcdef0123",
        "xai-0123456789abcdef0123",
        "sk_live_0123456789abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x-Y_z",
        "https://hooks.slack.com/services/T0/B0/x",
        "xoxb-1-2",
        "AKIA0123456789ABCDEF",
        "postgres://user:pass@host/db",
        "-----BEGIN RSA PRIVATE KEY-----\nMII",
    ],
)
def test_a_secret_is_known_by_its_form(value: str) -> None:
    assert clean_environment({"SETTING": value}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATH", "/usr/bin"),
        ("PWD", "/"),
        ("OLDPWD", "/"),
        ("HOME", "/home/me"),
        ("LANG", "C.UTF-8"),
        ("KEYBOARD", "us"),
        ("JWT_ISSUER", "https://example.org"),
        ("WEBHOOK_PORT", "8080"),
        ("MONKEY_2", "a monkey"),
        ("MAX_TOKENS", "100"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("SSH_AUTH_SOCK", "/run/agent"),
        ("XAUTHORITY", "/home/me/.Xauthority"),
        ("SSL_CERT_FILE", "/etc/cert.pem"),
        ("HTTPS_PROXY", "http://user:pass@proxy:3128"),
        ("DOCS_URL", "https://example.org/a:b@c"),
    ],
)
def test_what_is_ordinary_passes(name: str, value: str) -> None:
    assert clean_environment({name: value}) == {name: value}


def test_the_values_of_credentials_are_collected_by_the_same_rule() -> None:
    values = secret_values(
        {
            "OPENAI_API_KEY": "0123456789",
            "AWS_SECRET_ACCESS_KEY": "abcdefghij",
            "NOTE": "sk-0123456789abcdef0123",
            "PATH": "/usr/bin:/bin",
            "AWS_REGION": "eu-central-1",
            "PIN_TOKEN": "1234",
        }
    )

    assert values == {"0123456789", "abcdefghij", "sk-0123456789abcdef0123"}
