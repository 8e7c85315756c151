"""Mutual TLS for gRPC beyond this machine: one folder with `ca.pem`, `cert.pem` and `key.pem` at either end.

Both sides show a certificate of the same authority: a controller takes orders from nobody else.
"""

from dataclasses import dataclass, field
from pathlib import Path

import grpc


@dataclass(frozen=True, slots=True)
class Keys:
    """PEM bytes: the authority, one's own certificate chain and its private key."""

    ca: bytes
    certificate: bytes
    key: bytes = field(repr=False)

    def of_server(self) -> grpc.ServerCredentials:
        """Credentials of a server that asks its clients for theirs."""
        return grpc.ssl_server_credentials([(self.key, self.certificate)], self.ca, require_client_auth=True)

    def of_client(self) -> grpc.ChannelCredentials:
        """Credentials of a client."""
        return grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)


def read_keys(folder: Path) -> Keys:
    """The keys in a folder; OSError names the file that is missing."""
    return Keys(*((folder / name).read_bytes() for name in ("ca.pem", "cert.pem", "key.pem")))
