"""An application in a pod with workload identity: the webhook's variables, and a token file that is written for it."""

from azure.identity import WorkloadIdentityCredential
from claims import show

show("workload identity", WorkloadIdentityCredential().get_token("https://vault.azure.net/.default").token)
