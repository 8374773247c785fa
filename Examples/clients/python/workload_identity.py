"""pip install azure-identity;  eval "$(understudy env --plane workload-identity)";  python3 python/workload_identity.py"""

from azure.identity import WorkloadIdentityCredential

token = WorkloadIdentityCredential().get_token("https://vault.azure.net/.default")
print("workload identity: a token until", token.expires_on)
