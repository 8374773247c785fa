"""pip install azure-identity;  eval "$(understudy env)";  python3 python/managed_identity.py"""

from azure.identity import ManagedIdentityCredential

token = ManagedIdentityCredential().get_token("https://vault.azure.net/.default")
print("managed identity: a token until", token.expires_on)
