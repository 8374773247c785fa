"""What a transcript of the metadata service cannot say in text: signed documents, certificate requests, certificates.

A line `! WORDS` of a transcript is one of CHECKS. `cryptography`, which is not ours, does the judging; the form of a signed
document is read by the few lines of DER below, because no library tells what the real verifiers look at.
"""

import base64
import datetime
import json
import re

from testkit import expect

SHA256_WITH_RSA = "2a864886f70d01010b"  # 1.2.840.113549.1.1.11
RSA_ENCRYPTION = "2a864886f70d010101"  # 1.2.840.113549.1.1.1
SIGNED_DATA = "2a864886f70d010702"
DATA = "2a864886f70d010701"
COMPUTE_UNIT = "1.3.6.1.4.1.311.90.2.10"


def check(words, run):
    for pattern, body in CHECKS:
        found = re.fullmatch(pattern, words)
        if found:
            return body(run, *found.groups())
    raise AssertionError(f"the transcript asks for a check that nobody knows: {words!r}")


# --- DER -------------------------------------------------------------------------------------------------------------------


def der(data):
    """One value: (tag, content, all its bytes, what follows)."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[2:2 + count], "big"), 2 + count
    if start + length > len(data):
        raise AssertionError("a value of DER is longer than what holds it")
    return tag, data[start:start + length], data[:start + length], data[start + length:]


def parts(data):
    """The values that follow one another: (tag, content, all bytes)."""
    found = []
    while data:
        tag, content, whole, data = der(data)
        found.append((tag, content, whole))
    return found


def algorithm(content):
    return parts(content)[0][1].hex()


# --- attested documents -------------------------------------------------------------------------------------------------


def attested(run):
    """The answer is a document as real ones are made, and its signature is the certificate's; remembers both."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    document = run.answers[-1].json()
    tag, content, whole, rest = der(base64.b64decode(document["signature"], validate=True))
    expect(rest, b"", "bytes after the document")
    kind, explicit = parts(content)
    expect(kind[1].hex(), SIGNED_DATA, "content type of the document")
    version, digests, inner, certificates, signers = parts(der(explicit[1])[1])
    expect(version[1], b"\1", "version of the signed data")
    expect([algorithm(digest[1]) for digest in parts(digests[1])], [SHA256_WITH_RSA], "digest algorithms")
    kind, wrapped = parts(inner[1])
    expect(kind[1].hex(), DATA, "type of the content")
    signed = der(wrapped[1])[1]
    expect(certificates[0], 0xA0, "tag of the certificates: no revocation list, nothing else")
    expect(len(parts(certificates[1])), 1, "certificates")
    expect(len(parts(signers[1])), 1, "signers")
    fields = parts(parts(signers[1])[0][1])
    # Version, issuer and serial number, digest algorithm, signature algorithm, signature; signed attributes would stand third.
    expect([field[0] for field in fields], [0x02, 0x30, 0x30, 0x30, 0x04], "fields of the signer: no signed attributes")
    expect(fields[0][1], b"\1", "version of the signer")
    expect(algorithm(fields[2][1]), SHA256_WITH_RSA, "digest algorithm of the signer")
    expect(algorithm(fields[3][1]), RSA_ENCRYPTION, "signature algorithm")
    run.certificate = x509.load_der_x509_certificate(parts(certificates[1])[0][2])
    issuer, serial = parts(fields[1][1])
    expect(int.from_bytes(serial[1], "big"), run.certificate.serial_number, "serial number")
    expect(issuer[2], run.certificate.issuer.public_bytes(), "issuer")
    expect(run.certificate.public_key().key_size, 2048, "bits of the key")
    run.certificate.public_key().verify(fields[4][1], signed, padding.PKCS1v15(), hashes.SHA256())
    run.content = json.loads(signed)
    expect(json.dumps(run.content, separators=(",", ":"), ensure_ascii=False).encode(), signed, "the content, written compactly")


def content_has(run, names):
    expect(list(run.content), names.split(", "), "members of the content")


def content_says(run, path, value):
    found = run.content
    for name in path.split("."):
        found = found[name]
    expect(found, json.loads(value), path)


def nonce_is_expiry(run):
    """A nonce of the service's own has the shape of an instant; in every decoded document it is the instant of expiry."""
    if not re.fullmatch(r"\d{8}-\d{6}", run.content["nonce"]):
        raise AssertionError(f"the nonce has no such shape: {run.content['nonce']}")
    nonce = datetime.datetime.strptime(run.content["nonce"], "%Y%m%d-%H%M%S")
    expect(nonce, instant(run.content["timeStamp"]["expiresOn"]), "the nonce as an instant")


def instant(text):
    if not re.fullmatch(r"\d\d/\d\d/\d\d \d\d:\d\d:\d\d -0000", text):
        raise AssertionError(f"no instant in the form of the service: {text!r}")
    return datetime.datetime.strptime(text, "%m/%d/%y %H:%M:%S -0000")


def lasts_six_hours(run):
    stamps = run.content["timeStamp"]
    expect(list(stamps), ["createdOn", "expiresOn"], "members of timeStamp")
    expect(instant(stamps["expiresOn"]) - instant(stamps["createdOn"]), datetime.timedelta(hours=6), "life")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    if abs(now - instant(stamps["createdOn"])) > datetime.timedelta(minutes=2):
        raise AssertionError(f"createdOn is {stamps['createdOn']}, now is {now}")


def leaf(run, domain, region):
    """What verifiers look at in the signer's certificate."""
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

    def extension(kind):
        return run.certificate.extensions.get_extension_for_class(kind).value

    expect(run.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value, domain, "common name")
    expect(extension(x509.SubjectAlternativeName).get_values_for_type(x509.DNSName), [domain, f"{region}.{domain}"], "names")
    usage = list(extension(x509.ExtendedKeyUsage))
    for purpose in (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH):
        if purpose not in usage:
            raise AssertionError(f"extended key usage: {purpose} is missing from {usage}")
    places = [place.access_location.value for place in extension(x509.AuthorityInformationAccess)
              if place.access_method == AuthorityInformationAccessOID.CA_ISSUERS]
    if not places or any(not re.match(r"https?://www\.microsoft\.com/", place) for place in places):
        raise AssertionError(f"the issuer is at {places}; verifiers look at www.microsoft.com alone")


# --- token binding ---------------------------------------------------------------------------------------------------------


def certificate_request(run):
    """Makes a key and a request as MSAL does, from the answer of getplatformmetadata; it is called <=csr> from here on."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.x509.name import _ASN1Type
    from cryptography.x509.oid import NameOID

    platform = run.answers[-1].json()
    run.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, platform["clientId"]),
        x509.NameAttribute(NameOID.DOMAIN_COMPONENT, platform["tenantId"])]))
    unit = json.dumps(platform["cuId"], separators=(",", ":")).encode()
    builder = builder.add_attribute(x509.ObjectIdentifier(COMPUTE_UNIT), unit, _tag=_ASN1Type.UTF8String)
    request = builder.sign(run.key, hashes.SHA256(), rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32))
    run.known["csr"] = base64.b64encode(request.public_bytes(serialization.Encoding.DER)).decode()


def certificate_is_for_the_key(run):
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    answer = run.answers[-1].json()
    certificate = x509.load_der_x509_certificate(base64.b64decode(answer["certificate"], validate=True))
    expect(certificate.public_key().public_numbers(), run.key.public_key().public_numbers(), "key of the certificate")
    expect(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value, answer["client_id"], "common name")
    expect(certificate.not_valid_after_utc - certificate.not_valid_before_utc >= datetime.timedelta(days=7), True, "seven days of life")


def differ(run, first, second):
    if run.known[first] == run.known[second]:
        raise AssertionError(f"{first} and {second} are the same")


CHECKS = [
    (r"an attested document, well formed and signed", attested),
    (r"the content has exactly (.+)", content_has),
    (r"the content's (\S+) is (.+)", content_says),
    (r"the nonce is the instant of expiry", nonce_is_expiry),
    (r"the document lasts six hours from now", lasts_six_hours),
    (r"the certificate is for (\S+) and for the region (\S+) below it", leaf),
    (r"make a certificate request for the last answer", certificate_request),
    (r"the certificate is for the key of the request", certificate_is_for_the_key),
    (r"(\w+) differs from (\w+)", differ),
]
