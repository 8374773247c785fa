"""What the container of a pod does: asks for a token with an unmodified Azure SDK and nothing configured.

    ask.py RESOURCE      prints {"token": …} or {"refused": …, "class": …} for whoever started it

No environment variable, no client id, no address: the SDK goes to 169.254.169.254 as it does in Azure. Needs azure-identity.
"""

import json
import logging
import sys

from azure.identity import ManagedIdentityCredential

logging.disable(logging.CRITICAL)  # the SDK also logs its error; here the exception itself is shown
try:
    token = ManagedIdentityCredential().get_token(sys.argv[1] + "/.default")
except Exception as refusal:  # whatever the SDK raises is what the pod's program would see
    print(json.dumps({"refused": str(refusal), "class": type(refusal).__name__}))
else:
    print(json.dumps({"token": token.token, "expires_on": token.expires_on}))
