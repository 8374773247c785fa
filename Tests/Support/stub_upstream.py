"""A metadata service that gives prepared answers, for NMI to have behind it.

It reads whole requests as bytes and answers with bytes, one request to a connection; it knows nothing of what it is asked.
"""

import socket
import threading


def answer(status, headers, body, reason="Prepared"):
    """The bytes of an answer; `body` as bytes, header lines as pairs."""
    head = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(head).encode("latin-1") + body


class StubUpstream:
    """Listens from its making until `close`. Answers come in the order of the script, of which the last is repeated; one may be
    a function of the request."""

    def __init__(self, address, port):
        self.script, self.asked = [], []
        self.lock = threading.Lock()
        self.listener = socket.create_server((address, port))
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        # A listener that another thread waits on goes on until it is told.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def prepare(self, *answers):
        """Forgets what was asked, and answers so from now on."""
        with self.lock:
            self.script, self.asked = list(answers), []

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            connection.settimeout(10)
            request = self._read(connection)
            with self.lock:
                self.asked.append(request)
                if not self.script:
                    return
                prepared = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            connection.sendall(prepared(request) if callable(prepared) else prepared)

    @staticmethod
    def _read(connection):
        """A whole request: what its head says of the body, and as long as nothing is missing."""
        received = b""
        while True:
            head, end, body = received.partition(b"\r\n\r\n")
            if end:
                fields = head.lower().split(b"\r\n")
                length = next((int(line.split(b":")[1]) for line in fields if line.startswith(b"content-length:")), 0)
                is_chunked = any(line.startswith(b"transfer-encoding:") for line in fields)
                if body.endswith(b"0\r\n\r\n") if is_chunked else len(body) >= length:
                    return received
            piece = connection.recv(65536)
            if not piece:
                return received
            received += piece
