"""The attested document, token binding and the trust bundle, judged by openssl and by PyPI's cryptography.

    .venv/bin/python Tests/Live/attested.py [TEXT]     only the cases whose name holds TEXT

Needs the executable, openssl, and the Python environment that Tests/prepare makes.
"""

import base64
import concurrent.futures
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect, get  # noqa: E402

DOCUMENT = "/metadata/attested/document"
PLATFORM = "/metadata/identity/getplatformmetadata?cred-api-version=2.0"
CREDENTIAL = "/metadata/identity/issuecredential?cred-api-version=2.0"
METADATA = "Metadata: true"
SHA256_WITH_RSA = "1.2.840.113549.1.1.11"


def world(spec="", tenant=""):
    return f"""apiVersion: understudy.internal/v1alpha1
kind: Tenant
metadata: {{name: contoso}}
spec: {{{tenant}}}
---
apiVersion: understudy.internal/v1alpha1
kind: ManagedIdentity
metadata: {{name: reader}}
---
apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: vm1}}
spec: {{systemAssigned: true, userAssigned: [reader]{spec}}}
"""


def openssl(*arguments, data=None, check=True):
    """Runs openssl; returns (exit status, output)."""
    result = subprocess.run(["openssl", *arguments], input=data, capture_output=True, timeout=30)
    if check and result.returncode != 0:
        raise AssertionError(f"openssl {' '.join(arguments)}: {result.stderr.decode(errors='replace')}")
    return result.returncode, result.stdout


def signed(server, query="api-version=2025-04-07"):
    """The DER of a document."""
    answer = get(server.metadata, f"{DOCUMENT}?{query}", METADATA)
    expect(answer.status, 200, f"status (body {answer.body[:200]!r})")
    document = answer.json()
    expect(list(document), ["encoding", "signature"], "members")
    expect(document["encoding"], "pkcs7", "encoding")
    return base64.b64decode(document["signature"], validate=True)


def bundle(server):
    path = server.folder / "bundle.pem"
    server.run("ca", "--control", server.control, "--out", str(path), check=0)
    return path


def verified(server, der, trust, tool="cms"):
    """The content of a document, as openssl gives it after verifying."""
    _, content = openssl(tool, "-verify", "-purpose", "any", "-CAfile", str(trust), "-inform", "DER", data=der)
    return json.loads(content), content


def instant(text):
    return datetime.datetime.strptime(text, "%m/%d/%y %H:%M:%S -0000")


# --- the attested document ------------------------------------------------------------------------------------------------


def accepted(server, tool):
    verified(server, signed(server), bundle(server), tool)


def refused_with_another_ca(server):
    """Another server's root does not verify it, nor does ours once the content is changed."""
    der = signed(server, "api-version=2025-04-07&nonce=abc123")
    trust = bundle(server)
    with testkit.Server(manifest=world()) as other:
        status, _ = openssl("cms", "-verify", "-purpose", "any", "-CAfile", str(bundle(other)), "-inform", "DER", data=der, check=False)
        expect(status == 0, False, "verified with another server's bundle")
    changed = der.replace(b'"nonce":"abc123"', b'"nonce":"abc124"')
    expect(changed == der, False, "the nonce was found and changed")
    status, _ = openssl("cms", "-verify", "-purpose", "any", "-CAfile", str(trust), "-inform", "DER", data=changed, check=False)
    expect(status == 0, False, "verified with a changed nonce")


def content_is_of_the_machine(server):
    content, raw = verified(server, signed(server, "api-version=2025-04-07&nonce=abc123"), bundle(server))
    expect(list(content), ["licenseType", "nonce", "plan", "sku", "subscriptionId", "timeStamp", "vmId"], "members in order")
    expect(raw, json.dumps(content, separators=(",", ":")).encode(), "compact JSON")
    compute = get(server.metadata, "/metadata/instance/compute?api-version=2025-04-07", METADATA).json()
    for name in ("licenseType", "plan", "sku", "subscriptionId", "vmId"):
        expect(content[name], compute[name], name)
    expect(list(content["plan"]), ["name", "product", "publisher"], "members of plan")
    times = content["timeStamp"]
    expect(instant(times["expiresOn"]) - instant(times["createdOn"]), datetime.timedelta(hours=6), "life")
    age = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - instant(times["createdOn"])
    expect(abs(age) < datetime.timedelta(minutes=1), True, "made just now")


def nonce_is_bound(server):
    """Each document has the nonce of its own request, also when many are asked for at once."""
    trust = bundle(server)
    nonces = ["abc123", "1234567890", "q83vASNFZ4mrze8BI0VniavN7wEjRWc=", "A" * 32, "with a blank"]
    with concurrent.futures.ThreadPoolExecutor(len(nonces)) as pool:
        found = pool.map(lambda nonce: verified(server, signed(
            server, f"api-version=2021-05-01&format=json&nonce={urllib.parse.quote(nonce, safe='')}"), trust)[0]["nonce"], nonces)
        expect(list(found), nonces, "nonces")


def nonce_by_default(server):
    content, _ = verified(server, signed(server), bundle(server))
    expect(bool(re.fullmatch(r"\d{8}-\d{6}", content["nonce"])), True, f"shape of {content['nonce']}")
    expect(content["nonce"], instant(content["timeStamp"]["expiresOn"]).strftime("%Y%m%d-%H%M%S"), "the instant of expiry")


def nonce_too_long(server):
    answer = get(server.metadata, f"{DOCUMENT}?api-version=2025-04-07&nonce={'x' * 33}", METADATA)
    expect(answer.status, 400, "status")
    expect(b"33 characters" in answer.body, True, f"what was found is said: {answer.body!r}")


def by_version(server):
    trust = bundle(server)
    expected = {"2018-10-01": ["nonce", "plan", "timeStamp", "vmId"],
                "2019-04-30": ["nonce", "plan", "subscriptionId", "timeStamp", "vmId"],
                "2019-11-01": ["nonce", "plan", "sku", "subscriptionId", "timeStamp", "vmId"],
                "2020-09-01": ["licenseType", "nonce", "plan", "sku", "subscriptionId", "timeStamp", "vmId"]}
    for version, members in expected.items():
        expect(list(verified(server, signed(server, f"api-version={version}"), trust)[0]), members, version)


def structure(server):
    """As openssl shows it: one certificate, no signed attributes, the digest named by the signature's OID."""
    _, text = openssl("asn1parse", "-inform", "DER", data=signed(server))
    objects = re.findall(r"OBJECT +:(.+)", text.decode())
    expect(objects[:3], ["pkcs7-signedData", "sha256WithRSAEncryption", "pkcs7-data"], "the first names")
    expect(objects[-2:], ["sha256WithRSAEncryption", "rsaEncryption"], "the signer's algorithms")
    _, text = openssl("cms", "-cmsout", "-print", "-noout", "-inform", "DER", data=signed(server))
    text = text.decode()
    expect(len(re.findall(r"d\.certificate:", text)), 1, "certificates")
    expect(len(re.findall(r"d\.issuerAndSerialNumber:", text)), 1, "signers by issuer and serial number")
    expect(bool(re.search(r"signedAttrs:\s*<ABSENT>", text)), True, "signed attributes are absent")
    expect(bool(re.search(r"crls:\s*<ABSENT>", text)), True, "revocation lists are absent")
    expect(text.count(SHA256_WITH_RSA) >= 2, True, "the digest's name, twice")


def as_spire_does(server):
    """One signer; its certificate names an issuer on www.microsoft.com; what we give for that place verifies the chain."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import pkcs7
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

    leaves = pkcs7.load_der_pkcs7_certificates(signed(server))
    expect(len(leaves), 1, "certificates")
    leaf = leaves[0]
    places = [entry.access_location.value for entry in leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
              if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS]
    expect(len(places) >= 1, True, "places of the issuer")
    place = urllib.parse.urlsplit(places[0])
    expect(place.hostname, "www.microsoft.com", "host of the issuer")
    expect(leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value, "metadata.azure.com", "common name")
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    expect(names, ["metadata.azure.com", "westeurope.metadata.azure.com"], "names")
    expect(list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value),
           [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], "purposes")
    days = (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days
    expect(days, 180, "days of validity")

    answer = testkit.exchange(server.metadata, f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n")
    expect((answer.status, answer.header("Content-Type")), (200, "application/pkix-cert"), "answer for the issuer's place")
    leaf.verify_directly_issued_by(x509.load_der_x509_certificate(answer.body))
    expect(server.control_get(place.path), (200, answer.body), "the same from the control listener")
    elsewhere = get(server.metadata, place.path)
    expect((elsewhere.status, elsewhere.header("Server")), (400, "Microsoft-IIS/10.0"), "the same path on our own host")
    root = server.folder / "root.pem"
    root.write_bytes(pathlib.Path(server.ca_file()).read_bytes())
    issuing, leaf_file = server.folder / "issuing.der", server.folder / "leaf.der"
    issuing.write_bytes(answer.body)
    from cryptography.hazmat.primitives.serialization import Encoding
    leaf_file.write_bytes(leaf.public_bytes(Encoding.DER))
    openssl("verify", "-x509_strict", "-CAfile", str(root), "-untrusted", str(issuing), str(leaf_file))


def follows_cloud_and_region(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import pkcs7

    def names(server):
        leaf = pkcs7.load_der_pkcs7_certificates(signed(server))[0]
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
        return found, leaf.public_key().public_numbers().n

    state = ["--state", str(folder / "state")]
    with testkit.Server(manifest=world(), arguments=state) as server:
        first, key = names(server)
        server.manifest_file.write_text(world(", compute: {location: usgovvirginia}", "cloud: AzureUSGovernmentCloud"))
        testkit.wait_until(lambda: names(server)[0] == ["metadata.azure.us", "usgovvirginia.metadata.azure.us"])
        expect(names(server)[1], key, "the signer's key stays")
    expect(first, ["metadata.azure.com", "westeurope.metadata.azure.com"], "names at first")


def trust_outlives_a_restart(folder):
    """A bundle taken before any document, from the directory, still verifies documents of a later server."""
    state = ["--state", str(folder / "kept")]
    with testkit.Server(manifest=world(), arguments=state) as server:
        first = bundle(server).read_bytes()
        serial = signed(server)
    told = subprocess.run([str(testkit.executable()), "ca", "--state", str(folder / "kept")], capture_output=True,
                          env=testkit.clean_environment(), timeout=30)
    expect((told.returncode, told.stdout), (0, first), "understudy ca --state")
    with testkit.Server(manifest=world(), arguments=state) as server:
        expect(bundle(server).read_bytes(), first, "bundle of the second server")
        trust = folder / "first.pem"
        trust.write_bytes(first)
        verified(server, serial, trust)
        verified(server, signed(server), trust)


def asked_at_once():
    """Documents asked for before the keys are made wait for them; other answers do not."""
    with testkit.Server(manifest=world()) as server:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            documents = [pool.submit(signed, server) for _ in range(4)]
            expect(get(server.metadata, "/metadata/versions", METADATA).status, 200, "another request meanwhile")
            trust = bundle(server)
            for document in documents:
                verified(server, document.result(), trust)


# --- understudy ca --------------------------------------------------------------------------------------------------------


def ca_command(server, folder):
    printed = server.run("ca", "--control", server.control, check=0).stdout
    expect(printed.count("-----BEGIN CERTIFICATE-----"), 2, "certificates")
    expect(printed.encode(), bundle(server).read_bytes(), "the same in a file")
    expect(server.control_get("/ca-bundle.pem"), (200, printed.encode()), "the same from the control listener")
    for arguments, status in ((["--state", str(folder / "nothing")], 1), (["--control", server.control, "--state", str(folder)], 64),
                              (["--control", "127.0.0.1:9"], 1)):
        result = server.run("ca", *arguments)
        expect(result.returncode, status, f"exit status of ca {' '.join(arguments)}")
        expect(bool(result.stderr), True, "a reason")
    expect((folder / "nothing").exists(), False, "a directory was made by reading")
    twin = subprocess.run([str(testkit.executable()), "ca"], capture_output=True, text=True, timeout=30,
                          env=testkit.clean_environment(UNDERSTUDY_CONTROL=server.control))
    expect((twin.returncode, twin.stdout), (0, printed), "the environment's twin")


# --- token binding --------------------------------------------------------------------------------------------------------


class Client:
    """What MSAL.NET does: asks for the platform's metadata, makes a key and a request, and posts it."""

    def __init__(self, server, selector=""):
        from cryptography.hazmat.primitives.asymmetric import rsa

        self.server, self.selector = server, selector
        answer = get(server.metadata, PLATFORM + selector, METADATA, "x-ms-client-request-id: 8d9a1d5e-0c61-4a3a-9f0c-2f3f5f6c7a10")
        expect(answer.status, 200, f"status of getplatformmetadata (body {answer.body!r})")
        expect("IMDS" in answer.header("Server"), True, "Server names IMDS")
        self.platform = answer.json()
        self.key = rsa.generate_private_key(65537, 2048)

    def request(self, salt=32, **changed):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.x509.name import _ASN1Type
        from cryptography.x509.oid import NameOID, ObjectIdentifier

        said = {"client": self.platform["clientId"], "tenant": self.platform["tenantId"],
                "unit": json.dumps(self.platform["cuId"], separators=(",", ":")), **changed}
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([
            x509.NameAttribute(NameOID.COMMON_NAME, said["client"]), x509.NameAttribute(NameOID.DOMAIN_COMPONENT, said["tenant"])]))
        if said["unit"] is not None:
            builder = builder.add_attribute(ObjectIdentifier("1.3.6.1.4.1.311.90.2.10"), said["unit"].encode(), _tag=_ASN1Type.UTF8String)
        made = builder.sign(self.key, hashes.SHA256(), rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), salt))
        return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()

    def post(self, body, more="", headers=(METADATA,)):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"POST {CREDENTIAL}{self.selector}{more} HTTP/1.1", "Host: 169.254.169.254", *headers,
                 "Content-Type: application/json; charset=utf-8", f"Content-Length: {len(data)}", "", ""]
        return testkit.exchange(self.server.metadata, "\r\n".join(lines).encode() + data)

    def certificate(self, more=""):
        from cryptography import x509

        answer = self.post({"csr": self.request(), "attestation_token": ""}, more)
        expect(answer.status, 200, f"status of issuecredential (body {answer.body!r})")
        return answer.json(), x509.load_der_x509_certificate(base64.b64decode(answer.json()["certificate"], validate=True))


def platform_metadata(server):
    platform = Client(server).platform
    expect(list(platform), ["attestationEndpoint", "clientId", "cuId", "tenantId"], "members")
    expect(list(platform["cuId"]), ["vmId"], "members of cuId on a stand-alone VM")
    vm = get(server.metadata, "/metadata/instance/compute/vmId?api-version=2025-04-07&format=text", METADATA).body.decode()
    expect(platform["cuId"]["vmId"], vm, "vmId")
    expect(platform["attestationEndpoint"].startswith("https://"), True, "attestation endpoint")


def scale_set():
    with testkit.Server(manifest=world(", tokenBinding: true, shape: aks")) as server:
        client = Client(server)
        expect(list(client.platform["cuId"]), ["vmId", "vmssId"], "members of cuId in a scale set")
        expect(bool(testkit.GUID.match(client.platform["cuId"]["vmssId"])), True, "vmssId is a GUID")
        client.certificate()


def probes(server):
    """MSAL's availability probe has no Metadata header: 400 means that token binding is here."""
    answer = get(server.metadata, PLATFORM)
    expect(answer.status, 400, "status without the header")
    expect(answer.json()["error_description"], "Required metadata header not specified", "body")
    expect(get(server.metadata, PLATFORM.replace("=2.0", "=1.0"), METADATA).status, 400, "status at another version")
    expect(get(server.metadata, CREDENTIAL, METADATA).status, 405, "GET of issuecredential")


def off():
    with testkit.Server(manifest=world()) as server:
        for headers in ((), (METADATA,)):
            for target in (PLATFORM, CREDENTIAL):
                answer = get(server.metadata, target, *headers)
                expect((answer.status, answer.body), (404, b'{"error":"Not Found"}'), f"answer for {target} with {headers}")


def credential(server, selector, kind):
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    client = Client(server, selector)
    document, certificate = client.certificate()
    expect(list(document), ["certificate", "client_id", "identity_type", "mtls_authentication_endpoint", "tenant_id"], "members")
    expect(document["identity_type"], kind, "identity_type")
    expect(document["client_id"], client.platform["clientId"], "client_id")
    expect(document["tenant_id"], client.platform["tenantId"], "tenant_id")
    expect(document["mtls_authentication_endpoint"], server.authority, "mtls_authentication_endpoint")
    expect(certificate.public_key().public_numbers(), client.key.public_key().public_numbers(), "the certificate's key")
    expect(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value, client.platform["clientId"], "CN")
    expect(certificate.subject.get_attributes_for_oid(NameOID.DOMAIN_COMPONENT)[0].value, client.platform["tenantId"], "DC")
    expect((certificate.not_valid_after_utc - certificate.not_valid_before_utc).days, 7, "days of validity")
    issuing = x509.load_pem_x509_certificates(bundle(server).read_bytes())[1]
    certificate.verify_directly_issued_by(issuing)


def bypass(server):
    client = Client(server)
    first = client.certificate()[1]
    expect(client.certificate()[1], first, "certificate of the second request with the same key")
    others = [client.certificate("&bypass_cache=true")[1] for _ in range(3)]
    expect(len({certificate.serial_number for certificate in [first, *others]}), 4, "different certificates")
    expect(Client(server).certificate()[1] in [first, *others], False, "another key's certificate is another")


def refused(server):
    client = Client(server)
    good = client.request()
    unit = json.dumps({"vmId": "99999999-9999-4999-8999-999999999999"})
    for body, found in (
        (b"{", "not JSON"), (b"", "empty"), ({}, "csr is missing"), ({"csr": "%"}, "not base64"), ({"csr": "AAAA"}, "PKCS#10"),
        ({"csr": good, "attestation_token": 1}, "attestation_token is not text"),
        ({"csr": client.request(salt=20)}, "salt of 20 bytes"),
        ({"csr": client.request(client="99999999-9999-4999-8999-999999999999")}, "subject is CN=99999999"),
        ({"csr": client.request(tenant="elsewhere")}, "DC=elsewhere"),
        ({"csr": client.request(unit=None)}, "is missing"), ({"csr": client.request(unit=unit)}, "99999999"),
    ):
        answer = client.post(body)
        expect(answer.status, 400, f"status for {found!r} (body {answer.body!r})")
        document = answer.json()
        expect((list(document), document["error"]), (["error", "error_description"], "invalid_request"), "envelope")
        expect(found in document["error_description"], True, f"{found!r} is in {document['error_description']!r}")
    expect(client.post({"csr": good}, headers=()).status, 400, "status without the header")
    expect(client.post({"csr": good}).status, 200, "the good one, without an attestation token")


def decisions(server):
    """A certificate is in the journal, and neither it nor the request is."""
    client = Client(server)
    client.post({"csr": "AAAA"})
    expect(server.decisions("?limit=1")[0]["outcome"], "rejected", "outcome of a wrong request")
    document, _ = client.certificate()
    journal = server.control_get("/decisions?limit=1")[1].decode()
    expect(json.loads(journal)["decisions"][0]["outcome"], "issued", "outcome of a right request")
    expect(document["certificate"][:60] in journal, False, "the certificate is in the journal")


def main():
    tally = testkit.Tally("attested document and token binding", sys.argv[1] if len(sys.argv) > 1 else None)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with testkit.Server(manifest=world(", tokenBinding: true, compute: {plan: {name: n, product: p, publisher: u}}")) as server:
            tally.case("openssl cms verifies a document with the bundle", accepted, server, "cms")
            tally.case("openssl smime verifies a document with the bundle", accepted, server, "smime")
            tally.case("openssl refuses it with another CA, and changed", refused_with_another_ca, server)
            tally.case("the content is the machine's, compact and in order, good for six hours", content_is_of_the_machine, server)
            tally.case("the nonce is this request's own", nonce_is_bound, server)
            tally.case("a nonce of its own is the instant of expiry", nonce_by_default, server)
            tally.case("a nonce of 33 characters is refused", nonce_too_long, server)
            tally.case("each version has its members", by_version, server)
            tally.case("the structure is the real one", structure, server)
            tally.case("a verifier like SPIRE's finds and verifies the chain", as_spire_does, server)
            tally.case("understudy ca gives the bundle", ca_command, server, folder)
            tally.case("getplatformmetadata is camelCase and complete", platform_metadata, server)
            tally.case("token binding on: probes get 400", probes, server)
            tally.case("issuecredential for the system-assigned identity", credential, server, "", "SAMI")
            identity = json.loads(server.control_get("/status")[1])["node"]["userAssigned"][0]["clientID"]
            tally.case("issuecredential for a user-assigned identity", credential, server, f"&client_id={identity}", "UAMI")
            tally.case("the same certificate again, another with bypass_cache", bypass, server)
            tally.case("wrong requests are refused, and why is said", refused, server)
            tally.case("the journal tells of certificates without showing them", decisions, server)
        tally.case("a machine in a scale set has a vmssId", scale_set)
        tally.case("token binding off: 404, with and without the header", off)
        tally.case("the signer follows cloud and region, its key stays", follows_cloud_and_region, folder)
        tally.case("trust and keys outlive a restart with --state", trust_outlives_a_restart, folder)
        tally.case("a document asked for at once waits for the keys", asked_at_once)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
