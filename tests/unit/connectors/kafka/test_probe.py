"""The probe takes a stranger at the port for what it is: no broker."""

import socket
import threading

import pytest

from connectors.kafka.probe import cluster_id_at, listens


@pytest.mark.parametrize("answer", [b"", b"\0", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\x04\0\0\0\x01", b"\xff" * 64])
def test_whatever_a_stranger_answers_is_no_cluster(answer: bytes) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert cluster_id_at("127.0.0.1", server.getsockname()[1], 5) is None
        thread.join()


def test_silent_stranger_is_given_up_on() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        assert cluster_id_at("127.0.0.1", server.getsockname()[1], 0.1) is None
        assert listens(f"127.0.0.1:{server.getsockname()[1]}", 5)


def test_nobody_at_the_port_is_said_at_once() -> None:
    assert cluster_id_at("127.0.0.1", 9, 5) is None
    assert not listens("127.0.0.1:9", 5)
    assert not listens("[::1]:9", 5)
