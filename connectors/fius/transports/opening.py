"""From a row of transports.yaml to the open channel; secrets are read here and nowhere else."""

from collections.abc import Callable
from pathlib import Path

from connectors.files.sftp import Server
from connectors.fius.transports import b2b
from connectors.fius.transports.b2b import B2bChannel
from connectors.fius.transports.channel import Channel
from connectors.fius.transports.folder import FolderChannel
from connectors.fius.transports.registry import Transport
from connectors.fius.transports.sftp import SftpChannel
from connectors.secret import secret_at


def open_channel(row: Transport, monotonic: Callable[[], float]) -> Channel:
    """The channel of an FIU; nothing is connected yet. Raises SecretMissing."""
    if row.kind == "folder":
        return FolderChannel(Path(row.outbox), Path(row.inbox) if row.inbox else None)
    if row.kind == "sftp":
        phrase = secret_of(row) if row.secret else None
        server = Server(row.host, row.port, row.user, Path(row.key_file), row.host_keys, phrase, row.timeout_s)
        return SftpChannel(server, row.outbox, row.inbox)
    return B2bChannel(
        b2b.Server(
            url=row.url,
            user=row.user,
            password=secret_of(row),
            auth=row.auth,
            upload_field=row.upload_field,
            lookup_field=row.lookup_field,
            ca_file=Path(row.ca_file) if row.ca_file else None,
            timeout_s=row.timeout_s,
            settle_s=row.settle_s,
        ),
        monotonic,
    )


def secret_of(row: Transport) -> str:
    """The secret that `secret` refers to, without the line's end. Raises SecretMissing."""
    return secret_at(row.secret, row.fiu, "transports.yaml")
