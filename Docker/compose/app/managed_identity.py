"""An application that knows nothing of Understudy: no variable, no address, no client id."""

from azure.identity import ManagedIdentityCredential
from claims import show

show("managed identity", ManagedIdentityCredential().get_token("https://vault.azure.net/.default").token)
