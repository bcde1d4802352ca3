"""A certificate for 127.0.0.1 that nobody has signed but itself, with its key; it guards nothing."""

import ssl
from pathlib import Path

PEM = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgozuH37HssFl1ngmk
n+XL/6GVaHGXaa4aqa7JY7w7fvyhRANCAAQq5R3uQ0pb93bQkyjDAILNbWv91voo
yJJLy+0g0iKQ6TmhJ3fjteF4xzNeCQFevmp6SwNljgFQah/NiWVowH4g
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUK4vmYTOU7JaEyOz0h3ME2I+nN2swCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyODE3MTIzMFoYDzIxMjYxMTA0
MTcxMjMwWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQq5R3uQ0pb93bQkyjDAILNbWv91vooyJJLy+0g0iKQ6TmhJ3fjteF4
xzNeCQFevmp6SwNljgFQah/NiWVowH4go2QwYjAdBgNVHQ4EFgQUCdUd/wE4NyU4
KhU96iN/ssXlHgEwHwYDVR0jBBgwFoAUCdUd/wE4NyU4KhU96iN/ssXlHgEwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IEJcFXayRM3azXWRkfuzJJTpvYT2+pBPrbdtwmS90xqGAiAOqmKDOru6idUWC3mD
PhjHM5DdIB6PmIxskmGZxmc6Fg==
-----END CERTIFICATE-----
"""


def server_context(folder: Path) -> ssl.SSLContext:
    """Make the context of a server, by way of a file in *folder*."""
    file = folder / "certificate.pem"
    file.write_text(PEM, encoding="ascii")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


def trusting_context() -> ssl.SSLContext:
    """Make the context of a client that trusts the certificate."""
    return ssl.create_default_context(cadata=PEM[PEM.index("-----BEGIN CERT") :])
