"""Tells what an access token says, and never the token itself."""

import base64
import json


def show(source, token):
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    print(f"{source}: a token for {claims['aud']} as {claims['appid']} of tenant {claims['tid']}", flush=True)
