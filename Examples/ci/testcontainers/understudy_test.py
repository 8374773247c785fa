"""Understudy in a test, by Testcontainers for Python: `pip install testcontainers azure-identity PyJWT[crypto] pytest`.

A plain GenericContainer: the three ports mapped, waited for by the control listener, the CA fetched from it.
Which image: the environment variable UNDERSTUDY_IMAGE.
"""

import os
import ssl
import urllib.request

import jwt
import pytest
from azure.identity import ManagedIdentityCredential
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

METADATA, AUTHORITY, CONTROL = 2579, 8443, 8181
VAULT = "https://vault.azure.net"


@pytest.fixture(scope="module")
def understudy():
    image = os.environ.get("UNDERSTUDY_IMAGE", "understudy")
    container = DockerContainer(image).with_exposed_ports(METADATA, AUTHORITY, CONTROL)
    with container.waiting_for(LogMessageWaitStrategy("Understudy serves")):
        yield container


def url(container, port, scheme="http"):
    return f"{scheme}://{container.get_container_host_ip()}:{container.get_exposed_port(port)}"


def test_token_of_the_machine(understudy, tmp_path, monkeypatch):
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", url(understudy, METADATA))
    token = ManagedIdentityCredential().get_token(VAULT + "/.default").token

    ca = tmp_path / "ca.crt"
    urllib.request.urlretrieve(url(understudy, CONTROL) + "/ca.crt", ca)
    tenant = jwt.decode(token, options={"verify_signature": False})["tid"]
    keys = jwt.PyJWKClient(f"{url(understudy, AUTHORITY, 'https')}/{tenant}/discovery/v2.0/keys",
                           ssl_context=ssl.create_default_context(cafile=ca))
    claims = jwt.decode(token, keys.get_signing_key_from_jwt(token).key, algorithms=["RS256"], audience=VAULT)
    assert claims["idtyp"] == "app"
