"""Readers of the instance document, unmodified, at 169.254.169.254: what each understood is held against the manifest.

    .venv/bin/python Tests/Conformance/readers.py [TEXT]     only the cases whose name holds TEXT

cloud-init, the Azure Linux agent and Ignition are Debian's own packages, unpacked by `Tests/prepare --tests` and not installed; the others
come from PyPI. Runs in a network namespace of its own, with network cards that have the manifest's addresses; needs root or user
namespaces, otherwise its cases count as skipped.
"""

import base64
import importlib.metadata
import json
import logging
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Support"))
import testkit  # noqa: E402
from testkit import expect  # noqa: E402

REFUSAL = testkit.enter_namespace()
testkit.forget_steering()

UNPACKED = testkit.ROOT / ".readers"
KEYS = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3bV1hH3v5bS5J0l7q0m2Y8Qm1n4d8xkq0w2p9Zr6Ct ops@example",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7 generated-by-azure\n"]
USER_DATA = "#cloud-config\npackages: [jq]\n# größer als ASCII\n"
SUBSCRIPTION, GROUP = "11111111-2222-4333-8444-555555555555", "rg-Web"
CARDS = {"eth0": "60:45:bd:fe:2d:67", "eth1": "00:0d:3a:f8:06:ec"}

MACHINE = f"""apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: web-1}}
spec:
  userData: {json.dumps(USER_DATA)}
  tags: {{env: prod, "started:at": "2026-02-10T09:21:33Z"}}
  compute:
    location: westeurope
    vmSize: Standard_D4ds_v5
    vmId: 1f943876-80c5-4fc2-9a77-9011b0096c78
    subscriptionId: {SUBSCRIPTION}
    resourceGroupName: {GROUP}
    zone: "2"
    platformFaultDomain: "1"
    publisher: canonical
    offer: ubuntuserver
    sku: 22.04-LTS
    version: 22.04.202510020
    osProfile: {{adminUsername: azureuser, computerName: web-1-host, disablePasswordAuthentication: "true"}}
    publicKeys:
      - {{path: /home/azureuser/.ssh/authorized_keys, keyData: {json.dumps(KEYS[0])}}}
      - {{path: /home/azureuser/.ssh/authorized_keys, keyData: {json.dumps(KEYS[1])}}}
  network:
    interface:
      - macAddress: 6045BDFE2D67
        ipv4:
          ipAddress: [{{privateIpAddress: 10.1.2.4, publicIpAddress: 20.1.2.3}}, {{privateIpAddress: 10.1.2.5}}]
          subnet: [{{address: 10.1.2.0, prefix: "25"}}]
        ipv6: {{ipAddress: [{{privateIpAddress: "ace:cab:deca::deed"}}]}}
      - macAddress: 000D3AF806EC
        ipv4: {{ipAddress: [{{privateIpAddress: 10.1.3.4}}], subnet: [{{address: 10.1.3.0, prefix: "24"}}]}}
"""
RESOURCE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Compute/virtualMachines/web-1"

AKS = """apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {name: aks-nodepool1-22790412-vmss000003}
spec: {shape: aks, scaleSet: {name: aks-nodepool1-22790412-vmss, instance: 3}, compute: {location: SwedenCentral}}
"""

IGNITION = f"""apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: flatcar-1}}
spec:
  userData: '{json.dumps({"ignition": {"version": "3.3.0"}, "storage": {"files": [
      {"path": "/etc/greeting", "contents": {"source": "data:,hello"}}]}})}'
"""


def expect_members(got, wanted, what):
    """Compares only the members that `wanted` names, all of them at once."""
    expect({name: got.get(name, "(absent)") for name in wanted}, wanted, what)


# --- cloud-init -------------------------------------------------------------------------------------------------------------


class CloudInit:
    """cloud-init's Azure data source, asked for each thing as its boot stages do. DHCP and the wire server have no part in it."""

    def __init__(self):
        from cloudinit import distros, helpers, version
        from cloudinit.sources import DataSourceAzure
        self.module, self.version = DataSourceAzure, version.version_string()
        folder = tempfile.mkdtemp(prefix="understudy-cloud-init-")
        paths = helpers.Paths({"cloud_dir": folder, "run_dir": folder})
        self.distro = distros.fetch("debian")("debian", {}, paths)
        self.source = DataSourceAzure.DataSourceAzure({}, self.distro, paths)
        self.read = self.source.get_imds_data_with_api_fallback(retries=0)
        self.source.metadata = {"imds": self.read}
        self.source._metadata_imds = self.read

    def who(self):
        read = self.module
        expect((read._username_from_imds(self.read), read._hostname_from_imds(self.read), read._disable_password_from_imds(self.read)),
               ("azureuser", "web-1-host", True), "administrator, host name, passwords off")

    def where(self):
        expect((self.source.region, self.source.availability_zone), ("westeurope", "1"), "region and fault domain")

    def not_preprovisioned(self):
        expect(self.source._determine_pps_type({}, self.read), self.module.PPSType.NONE, "provisioning type")
        expect(self.read["extended"]["compute"]["hasCustomData"], False, "hasCustomData, a boolean")

    def keys(self):
        expect(self.source.get_public_ssh_keys(), KEYS, "keys")

    def user_data(self):
        expect(base64.b64decode(self.module._userdata_from_imds(self.read)).decode(), USER_DATA, "user data")

    def network(self):
        config = self.source.network_config
        first = {"dhcp4": True, "dhcp4-overrides": {"route-metric": 100}, "dhcp6": True, "dhcp6-overrides": {"route-metric": 100},
                 "addresses": ["10.1.2.5/25"], "match": {"macaddress": CARDS["eth0"]}, "set-name": "eth0"}
        second = {"dhcp4": True, "dhcp4-overrides": {"route-metric": 200}, "dhcp6": False, "match": {"macaddress": CARDS["eth1"]},
                  "set-name": "eth1"}
        expect(config, {"version": 2, "ethernets": {"eth0": first, "eth1": second}}, "network configuration")
        # Raises when a card that the document names is not on this machine.
        self.distro.networking.wait_for_physdevs(config, strict=True)

    def hot_plug(self):
        read = self.module.get_metadata_from_imds(0, md_type=self.module.MetadataType.NETWORK, api_version=self.module.IMDS_VER_WANT)
        expect(read, self.read["network"], "the network alone")

    def old_version(self):
        read = self.module.get_metadata_from_imds(0, api_version=self.module.IMDS_VER_MIN)
        expect_members(read["compute"], {"name": "web-1", "location": "westeurope", "resourceId": RESOURCE}, self.module.IMDS_VER_MIN)
        expect([name for name in ("osProfile", "userData", "securityProfile") if name in read["compute"]], [], "newer properties")
        expect("extended" in read, False, "whether extended is there")


def cloud_init(tally):
    return {
        "finds administrator, host name and that passwords are off": CloudInit.who,
        "finds region and fault domain": CloudInit.where,
        "finds a machine that is not pre-provisioned": CloudInit.not_preprovisioned,
        "takes both ssh keys": CloudInit.keys,
        "decodes the user data": CloudInit.user_data,
        "makes a network configuration whose cards are on the machine": CloudInit.network,
        "reads the network alone, as for a card that is plugged in": CloudInit.hot_plug,
        "reads the version it falls back to": CloudInit.old_version,
    }


# --- cloud-init on a bad day ----------------------------------------------------------------------------------------------------


def asks_for_the_instance(server, *flags):
    """What cloud-init makes of the instance document while a fault is on its path; how often it asked is told by the fault."""
    from cloudinit.sources import DataSourceAzure as module
    server.run("fault", "add", "--path", "/metadata/instance*", *flags, "--control", server.control, check=0)
    try:
        try:
            read = module.get_metadata_from_imds(3, api_version=module.IMDS_VER_WANT)
        except module.UrlError as problem:
            read = problem
        return read, json.loads(server.control_get("/faults")[1])["faults"][0]["met"]
    finally:
        server.run("fault", "clear", "--control", server.control, check=0)


def goes_on_after_404(server):
    read, asked = asks_for_the_instance(server, "--status", "404", "--times", "1")
    expect((read["compute"]["name"], asked), ("web-1", 2), "what it read at last, and how often it asked")


def fails_at_once_on_502(server):
    read, asked = asks_for_the_instance(server, "--status", "502")
    expect((isinstance(read, Exception) or read == {}, asked), (True, 1), "whether it failed, and how often it asked")


ON_A_BAD_DAY = {
    "cloud-init goes on after 404": goes_on_after_404,
    "cloud-init fails at once on 502": fails_at_once_on_502,
}


# --- the Azure Linux agent --------------------------------------------------------------------------------------------------


def agent_client():
    import azurelinuxagent.common.version as version
    from azurelinuxagent.common.protocol import imds
    # Nobody answers in the place of the wire server, which the agent asks when it cannot connect.
    return imds, imds.ImdsClient("127.0.0.1:1"), version.AGENT_VERSION


def agent_compute():
    imds, client, version = agent_client()
    compute = client.get_compute()
    expect_members(vars(compute), {
        "location": "westeurope", "name": "web-1", "offer": "ubuntuserver", "osType": "Linux", "placementGroupId": "",
        "platformFaultDomain": "1", "platformUpdateDomain": "0", "publisher": "canonical", "resourceGroupName": GROUP, "sku": "22.04-LTS",
        "subscriptionId": SUBSCRIPTION, "tags": "env:prod;started:at:2026-02-10T09:21:33Z", "version": "22.04.202510020",
        "vmId": "1f943876-80c5-4fc2-9a77-9011b0096c78", "vmSize": "Standard_D4ds_v5", "vmScaleSetName": "", "zone": "2"}, "compute")
    expect((compute.image_info, compute.image_origin), ("canonical:ubuntuserver:22.04-LTS:22.04.202510020", imds.IMDS_IMAGE_ORIGIN_ENDORSED),
           "image and its origin")
    return f"WALinuxAgent {version}"


def agent_heartbeat():
    _, client, version = agent_client()
    expect(client.validate(), (True, ""), "health of the metadata service")
    return f"WALinuxAgent {version}"


def agent_on_aks():
    imds, client, version = agent_client()
    compute = client.get_compute()
    expect(compute.image_origin, imds.IMDS_IMAGE_ORIGIN_CUSTOM, "origin of an image without a publisher")
    expect((compute.name, compute.vmScaleSetName, compute.location),
           ("aks-nodepool1-22790412-vmss_3", "aks-nodepool1-22790412-vmss", "SwedenCentral"), "name, set and location")
    return f"WALinuxAgent {version}"


# --- Ignition ---------------------------------------------------------------------------------------------------------------


def ignition():
    """Its fetch stage, which asks for the user data as text and keeps the configuration that it read in a file."""
    program = UNPACKED / "ignition/usr/lib/dracut/modules.d/30ignition/ignition"
    with tempfile.TemporaryDirectory() as folder:
        kept = pathlib.Path(folder) / "config.json"
        ended = subprocess.run([program, "-platform", "azure", "-stage", "fetch", "-log-to-stdout", "-config-cache", kept, "-neednet",
                                kept.with_name("neednet"), "-state-file", kept.with_name("state"), "-root", folder],
                               capture_output=True, text=True, timeout=20)
        expect(ended.returncode, 0, f"exit status; {ended.stdout[-1000:]}")
        files = json.loads(kept.read_text())["storage"]["files"]
    expect([(file["path"], file["contents"]["source"]) for file in files], [("/etc/greeting", "data:,hello")], "files to write")
    return ended.stdout.splitlines()[0].partition(":")[2].strip()


# --- from PyPI --------------------------------------------------------------------------------------------------------------


def named(package):
    return f"{package} {importlib.metadata.version(package)}"


def opentelemetry():
    from opentelemetry.resource.detector.azure.vm import AzureVMResourceDetector
    return dict(AzureVMResourceDetector().detect().attributes), named("opentelemetry-resource-detector-azure")


def opentelemetry_machine():
    attributes, version = opentelemetry()
    expect(attributes, {
        "azure.vm.scaleset.name": "", "azure.vm.sku": "22.04-LTS", "cloud.platform": "azure_vm", "cloud.provider": "azure",
        "cloud.region": "westeurope", "cloud.resource_id": RESOURCE, "host.id": "1f943876-80c5-4fc2-9a77-9011b0096c78",
        "host.name": "web-1", "host.type": "Standard_D4ds_v5", "os.type": "Linux", "os.version": "22.04.202510020",
        "service.instance.id": "1f943876-80c5-4fc2-9a77-9011b0096c78"}, "attributes")
    return version


def opentelemetry_on_aks():
    attributes, version = opentelemetry()
    name = attributes["host.name"]
    expect((attributes["azure.vm.scaleset.name"], name), ("aks-nodepool1-22790412-vmss", "aks-nodepool1-22790412-vmss_3"), "set and name")
    expect(attributes["cloud.resource_id"].split("/")[-3:], ["aks-nodepool1-22790412-vmss", "virtualMachines", "3"], "end of the resource id")
    return version


def elastic():
    from elasticapm.utils.cloud import azure_metadata
    expect(azure_metadata(), {
        "account": {"id": SUBSCRIPTION}, "instance": {"id": "1f943876-80c5-4fc2-9a77-9011b0096c78", "name": "web-1"},
        "project": {"name": GROUP}, "availability_zone": "2", "machine": {"type": "Standard_D4ds_v5"}, "provider": "azure",
        "region": "westeurope"}, "cloud metadata")
    return named("elastic-apm")


def new_relic():
    """Asks with 2017-03-01, the preview's version."""
    from newrelic.common.utilization import AzureUtilization
    expect(AzureUtilization.detect(), {
        "location": "westeurope", "name": "web-1", "vmId": "1f943876-80c5-4fc2-9a77-9011b0096c78", "vmSize": "Standard_D4ds_v5"}, "utilization")
    return named("newrelic")


def msal_region():
    import msal.region
    import requests
    expect(msal.region._detect_region_of_azure_vm(requests.Session()), "westeurope", "region")
    return named("msal")


ON_MACHINE = {
    "the Azure Linux agent reads the machine and knows its image": agent_compute,
    "the Azure Linux agent's heartbeat finds the service healthy": agent_heartbeat,
    "OpenTelemetry's detector of Azure machines fills every attribute": opentelemetry_machine,
    "Elastic's agent reads account, machine, group and zone": elastic,
    "New Relic's agent reads the machine at the preview's version": new_relic,
    "msal finds its region": msal_region,
}
WITH_IGNITION_CONFIG = {"Ignition reads its configuration from the text of the user data": ignition}
ON_AKS = {
    "on AKS: the Azure Linux agent takes the image for a custom one": agent_on_aks,
    "on AKS: OpenTelemetry's detector finds set and instance": opentelemetry_on_aks,
}


def make_cards():
    """Network cards with the manifest's addresses, and a /sys that shows this namespace's cards and no others."""
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)
    (first, address), (second, other) = CARDS.items()
    subprocess.run(["ip", "link", "add", first, "address", address, "type", "veth", "peer", "name", second, "address", other], check=True)


def on_machine(tally):
    read = []

    def starts():
        read.append(CloudInit())
        return f"cloud-init {read[0].version}"

    def asks(case):
        if not read:
            raise AssertionError("cloud-init did not start")
        case(read[0])
        return f"cloud-init {read[0].version}"

    tally.case("cloud-init reads the instance document", starts)
    for name, case in cloud_init(tally).items():
        tally.case(f"cloud-init {name}", asks, case)
    for name, case in ON_MACHINE.items():
        tally.case(name, case)


def main():
    tally = testkit.Tally("readers at 169.254.169.254", sys.argv[1] if len(sys.argv) > 1 else None)
    if REFUSAL is not None:
        for name in ["cloud-init reads the instance document", *(f"cloud-init {name}" for name in cloud_init(tally)), *ON_A_BAD_DAY,
                     *ON_MACHINE, *ON_AKS, *WITH_IGNITION_CONFIG]:
            tally.skip(name, REFUSAL)
        return tally.finish()
    logging.disable(logging.CRITICAL)
    for package in ("cloud-init", "waagent"):
        sys.path.insert(0, str(UNPACKED / package / "usr/lib/python3/dist-packages"))
    make_cards()
    testkit.add_loopback_addresses(["169.254.169.254"])
    with testkit.Server(manifest=MACHINE, metadata="169.254.169.254:80") as server:
        on_machine(tally)
        for name, case in ON_A_BAD_DAY.items():
            tally.case(name, case, server)
    for manifest, cases in ((AKS, ON_AKS), (IGNITION, WITH_IGNITION_CONFIG)):
        with testkit.Server(manifest=manifest, metadata="169.254.169.254:80"):
            for name, case in cases.items():
                tally.case(name, case)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
