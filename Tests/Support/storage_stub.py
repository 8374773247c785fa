"""A storage account that is none: it takes any request over TLS, and keeps the bearer tokens it was brought."""

import datetime
import http.server
import ipaddress
import pathlib
import shutil
import ssl
import tempfile
import threading
import urllib.error
import urllib.request


def certificates(folder):
    """A CA and a certificate of 127.0.0.1 under it: (the CA's file, the file with the certificate and its key)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def issue(name, issuer=None, signer=None, extension=None):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1)).add_extension(x509.BasicConstraints(issuer is None, None), True))
        if extension:
            builder = builder.add_extension(extension, False)
        return key, subject, builder.sign(signer or key, hashes.SHA256())

    ca_key, ca_name, ca = issue("storage stub CA")
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    key, _, leaf = issue("storage stub", ca_name, ca_key, names)
    pem = serialization.Encoding.PEM
    ca_file, leaf_file = folder / "ca.pem", folder / "leaf.pem"
    ca_file.write_bytes(ca.public_bytes(pem))
    leaf_file.write_bytes(leaf.public_bytes(pem) + key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return ca_file, leaf_file


class Local:
    """An HTTP server on loopback in a thread, as a context manager."""

    def __init__(self, handler, context=None):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.owner = self
        if context:
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class StorageStub(Local):
    """The account. `bundle` is what its clients have to trust: its CA and those given."""

    def __init__(self, *trusted):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="storage-stub-"))
        ca, leaf = certificates(self.folder)
        bundle = self.folder / "bundle.pem"
        bundle.write_text("".join(pathlib.Path(file).read_text() for file in (ca, *trusted)))
        self.bundle, self.tokens = str(bundle), []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(leaf)
        super().__init__(self.Handler, context)

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    class Handler(Quiet):
        def do_GET(self):
            scheme, _, token = self.headers.get("Authorization", "").partition(" ")
            if scheme == "Bearer":
                self.server.owner.tokens.append(token)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.answer(404, headers=[("x-ms-error-code", "ContainerNotFound")])

        do_HEAD = do_PUT = do_POST = do_GET


class Relay(Local):
    """Passes GETs on to a source; `before` sees each answer before the client does."""

    def __init__(self, target, before):
        self.target, self.before = target, before
        super().__init__(self.Handler)

    class Handler(Quiet):
        def do_GET(self):
            owner = self.server.owner
            request = urllib.request.Request(owner.target + self.path, headers=dict(self.headers))
            try:
                answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
            except urllib.error.HTTPError as refusal:
                answer = refusal
            body = answer.read()
            owner.before(answer)
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in ("content-length", "transfer-encoding", "date")]
            self.answer(answer.status, body, kept)
