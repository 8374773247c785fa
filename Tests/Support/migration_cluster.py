"""A cluster to be rehearsed, as `kubectl get … -A -o yaml` prints it: as many pods, bindings and identities as are asked for.

    python3 Tests/Support/migration_cluster.py --pods 2000 --bindings 500 --identities 300 > cluster.yaml
"""

import argparse
import sys

TEAMS = 20
SUBSCRIPTION = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/crowd"
IDENTITY = """- apiVersion: aadpodidentity.k8s.io/v1
  kind: AzureIdentity
  metadata: {{name: id-{0}, namespace: team-{1}, uid: 4be4b1b0-0001-4000-8000-{0:012d}}}
  spec:
    type: 0
    resourceID: {2}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-{0}
    clientID: 00000000-0000-4000-8000-{0:012d}
"""
BINDING = """- apiVersion: aadpodidentity.k8s.io/v1
  kind: AzureIdentityBinding
  metadata: {{name: binding-{0}, namespace: team-{1}, uid: 4be4b1b0-0002-4000-8000-{0:012d}}}
  spec: {{azureIdentity: id-{2}, selector: app-{0}}}
"""
# What an API server adds is in it, for a reader has to get past it: annotations, a token's volume, conditions, a status for each container.
POD = """- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {{"apiVersion":"v1","kind":"Pod","metadata":{{"labels":{{"aadpodidbinding":"app-{1}"}},"name":"pod-{0}"}},"spec":{{"containers":[]}}}}
    creationTimestamp: "2026-03-01T09:30:00Z"
    labels: {{app: app-{1}, aadpodidbinding: app-{1}}}
    name: pod-{0}
    namespace: team-{2}
    resourceVersion: "{0}"
    uid: 4be4b1b0-0003-4000-8000-{0:012d}
  spec:
    containers:
    - image: registry.example/app-{1}:1.4.2
      imagePullPolicy: IfNotPresent
      name: main
      env:
      - {{name: LOG_LEVEL, value: info}}
      - {{name: VAULT, value: "https://vault-{1}.example"}}
      resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 256Mi}}}}
      terminationMessagePath: /dev/termination-log
      terminationMessagePolicy: File
      volumeMounts:
      - {{mountPath: /var/run/secrets/kubernetes.io/serviceaccount, name: kube-api-access-x2x7k, readOnly: true}}
    dnsPolicy: ClusterFirst
    enableServiceLinks: true
    nodeName: aks-nodepool1-0
    preemptionPolicy: PreemptLowerPriority
    priority: 0
    restartPolicy: Always
    schedulerName: default-scheduler
    securityContext: {{}}
    serviceAccount: default
    serviceAccountName: default
    terminationGracePeriodSeconds: 30
    tolerations:
    - {{effect: NoExecute, key: node.kubernetes.io/not-ready, operator: Exists, tolerationSeconds: 300}}
    - {{effect: NoExecute, key: node.kubernetes.io/unreachable, operator: Exists, tolerationSeconds: 300}}
    volumes:
    - name: kube-api-access-x2x7k
      projected:
        defaultMode: 420
        sources:
        - serviceAccountToken: {{expirationSeconds: 3607, path: token}}
        - configMap: {{items: [{{key: ca.crt, path: ca.crt}}], name: kube-root-ca.crt}}
  status:
    conditions:
    - {{lastProbeTime: null, lastTransitionTime: "2026-03-01T09:30:02Z", status: "True", type: Ready}}
    - {{lastProbeTime: null, lastTransitionTime: "2026-03-01T09:30:00Z", status: "True", type: PodScheduled}}
    containerStatuses:
    - {{containerID: "containerd://{0:064x}", image: "registry.example/app-{1}:1.4.2", name: main, ready: true, restartCount: 0, started: true}}
    phase: Running
    podIP: 10.{3}.{4}.{5}
    qosClass: Burstable
"""


def cluster(pods=2000, bindings=500, identities=300):
    """The list. Every pod is its own workload, and runs as `default`: the most that a rehearsal can have to do."""
    parts = ["apiVersion: v1\nkind: List\nitems:\n"]
    parts += [IDENTITY.format(index, index % TEAMS, SUBSCRIPTION) for index in range(identities)]
    # A binding stands beside its identity, in its team's namespace, and so does a pod beside its binding.
    pointed = [index % identities for index in range(bindings)]
    parts += [BINDING.format(index, pointed[index] % TEAMS, pointed[index]) for index in range(bindings)]
    parts += [POD.format(index, index % bindings, pointed[index % bindings] % TEAMS, index >> 16 & 255, index >> 8 & 255, index & 255)
              for index in range(pods)]
    return "".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, count in (("pods", 2000), ("bindings", 500), ("identities", 300)):
        parser.add_argument(f"--{name}", type=int, default=count)
    sys.stdout.write(cluster(**vars(parser.parse_args())))
