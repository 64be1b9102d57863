"""TLS for servers of tests, by a CA that nobody knows unless told."""

from __future__ import annotations

import ssl

import trustme


def server_context(ca: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    """The settings of a server that has a certificate for a name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context
