"""Manifests that several suites share."""

ONE_POD = {
    "identity": """apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {name: reader, namespace: default}
spec:
  type: 0
  resourceID: /subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/apps/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader
  clientID: 1a2b3c4d-0001-4000-8000-00000000d001
""",
    "binding": """apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {name: reader, namespace: default}
spec: {azureIdentity: reader, selector: app}
""",
    "pod": """apiVersion: v1
kind: Pod
metadata: {name: app, namespace: default, labels: {aadpodidbinding: app}}
spec: {nodeName: node1, containers: [{name: c, image: none}]}
status: {phase: Running, podIP: 127.0.0.1}
""",
    "node": """apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {name: node1}
spec: {plane: pod-identity, podIdentityMode: managed, systemAssigned: true}
""",
}


def one_pod(*without, **changed):
    """A pod-identity node with one bound pod, at 127.0.0.1, so that any local caller is that pod."""
    parts = {**ONE_POD, **changed}
    return "---\n".join(text for name, text in parts.items() if name not in without)


ASK = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"

TENANT, WEB, SECRET = "7d0b9c1e-0001-4000-8000-00000000c001", "5e6f0000-0001-4000-8000-00000000a001", "a-secret-of-the-test"
APPLICATION_AND_VM = f"""apiVersion: understudy.internal/v1alpha1
kind: Tenant
metadata: {{name: contoso}}
spec: {{tenantID: {TENANT}}}
---
apiVersion: understudy.internal/v1alpha1
kind: Application
metadata: {{name: web}}
spec: {{tenant: contoso, clientID: {WEB}, secrets: [{{value: {SECRET}}}]}}
---
apiVersion: understudy.internal/v1alpha1
kind: Node
metadata: {{name: vm-1}}
spec: {{tenant: contoso, systemAssigned: true}}
"""
