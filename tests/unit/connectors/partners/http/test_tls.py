"""With an authority for clients only those who show its certificate get through; without one, TLS alone is asked for."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from connectors.partners.http.server import Tls, listening, run


def certificate(folder: Path, name: str) -> Tls:
    """A certificate that is its own authority, and its key."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begun = datetime.now(UTC) - timedelta(minutes=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = Tls(folder / f"{name}.pem", folder / f"{name}.key")
    found.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    found.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return found


@contextmanager
def served(tls: Tls) -> Iterator[str]:
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse(request.url.scheme))])
    stopping = threading.Event()
    with listening("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=run, args=(app, bound, tls, stopping.is_set))
        thread.start()
        yield f"https://127.0.0.1:{bound.getsockname()[1]}/"
        stopping.set()
        thread.join(20)
    assert not thread.is_alive()


def get(url: str, server: Tls, shown: Tls | None = None) -> str:
    context = ssl.create_default_context(cafile=str(server.certificate))
    if shown is not None:
        context.load_cert_chain(shown.certificate, shown.key)
    with httpx.Client(verify=context, trust_env=False) as client:
        return client.get(url).text


def test_only_clients_of_the_authority_get_through_where_one_is_named(tmp_path: Path) -> None:
    server, partner, stranger = (certificate(tmp_path, name) for name in ("server", "partner", "stranger"))
    with served(Tls(server.certificate, server.key, partner.certificate)) as url:
        assert get(url, server, partner) == "https"
        for shown in (None, stranger):
            with pytest.raises(httpx.TransportError):
                get(url, server, shown)


def test_without_an_authority_tls_alone_is_asked_for(tmp_path: Path) -> None:
    server = certificate(tmp_path, "server")
    with served(server) as url:
        assert get(url, server) == "https"
