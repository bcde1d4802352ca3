import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(
    r"""
    ^AWS_
    | (?:^|_) (?: SECRETS? | TOKEN | PASSWORD | PASSWD | PASSPHRASE | CREDENTIALS?
                | API_?KEYS? | ACCESS_?KEYS? | PRIVATE_?KEYS? | COOKIE ) \d* (?:_|$)
    | (?:^|_) (?: JWT | AUTH_CONFIG | CONNECTION_STRING | WEBHOOK (?:_URL)? ) _?\d* $
    | (?: SECRET | TOKEN | PASSWORD | PASSWD | APIKEY ) _?\d* $
    | _ (?: KEYS? | PASS | PWD | AUTH | PAT | DSN ) _?\d* $
    """,
    re.VERBOSE | re.IGNORECASE,
)

_SECRET_VALUE = re.compile(
    r"""
    ^(?: (?: sk | glpat | xai | pplx | nvapi | csk | tvly )-[\w-]{16}
       | (?: gh[opsur] | github_pat | hf | gsk | r8 | [sr]k_live )_\w{16}
       | xox[abeoprs]-\w | xapp-\w | AKIA[0-9A-Z]{16} | AIza[\w-]{16} | ya29\.
       | eyJ[\w-]{10,}\.[\w-]{10,}\.  # a JSON Web Token (RFC 7519)
       | https://hooks\.slack\.com/ )
    | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----
    | ^[a-z][a-z0-9+.-]*://[^/@\s:]*:[^/@\s]+@
    """,
    re.VERBOSE,
)

_MIN_SECRET_CHARS = 8

# Without its password a proxy refuses every connection, so these pass as they are.
_PROXY_NAME = re.compile(r"^(?:https?|ftp|all|no)_proxy$", re.IGNORECASE)


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Copy *environ* without what looks like a credential, by its name or by its value.

    Drops names such as ``OPENAI_API_KEY``, ``GITHUB_TOKEN``, ``DB_PASSWORD`` and all of
    ``AWS_*``, values of well-known token forms, and URLs that carry a password; proxies are
    kept whole, since nothing would connect without them.
    """
    return {
        name: value
        for name, value in environ.items()
        if _PROXY_NAME.match(name) or not (_SECRET_NAME.search(name) or _SECRET_VALUE.search(value))
    }


def secret_values(environ: Mapping[str, str]) -> frozenset[str]:
    """Collect the values in *environ* that look like credentials, to keep them out of what is kept.

    It is the rule of `clean_environment`, but for plain settings of ``AWS_*`` such as the region,
    and for values of less than eight characters, which ordinary text would hold by chance.
    """
    return frozenset(
        value
        for name, value in environ.items()
        if len(value) >= _MIN_SECRET_CHARS
        and (_SECRET_NAME.search(name.removeprefix("AWS_")) or _SECRET_VALUE.search(value))
    )
