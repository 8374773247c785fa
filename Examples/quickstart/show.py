"""Shows what ask.py got, verifying the token first as the resource it is for would.

    show.py AUTHORITY CA_FILE RESOURCE < answer.json

The tenant's discovery document and key set come from AUTHORITY over TLS, trusting CA_FILE alone; PyJWT checks the signature,
the audience, the issuer and the times. The token itself is never printed. Needs PyJWT and requests.
"""

import json
import sys
import textwrap
import time

import jwt
import requests

authority, ca_file, resource = sys.argv[1:]
answer = json.load(sys.stdin)

if "refused" in answer:
    print(f"  refused, as the SDK raised it ({answer['class']}):")
    print(textwrap.indent(textwrap.fill(answer["refused"], 110), "    "))
    print("  That is all a program gets to see; understudy tells the rest.")
    sys.exit()

token = answer["token"]
tenant = jwt.decode(token, options={"verify_signature": False})["tid"]


def fetch(url):
    reply = requests.get(url, verify=ca_file, timeout=10)
    reply.raise_for_status()
    return reply.json()


document = fetch(f"{authority}/{tenant}/.well-known/openid-configuration")
kid = jwt.get_unverified_header(token)["kid"]
key = next(key for key in fetch(document["jwks_uri"])["keys"] if key["kid"] == kid)
claims = jwt.decode(token, jwt.PyJWK(key, algorithm="RS256").key, algorithms=["RS256"], audience=resource, issuer=document["issuer"])

print(f"  a token; its signature, issuer, audience and times hold against the keys of\n  {document['jwks_uri']}")
for name in ("appid", "oid", "aud", "iss", "xms_mirid"):
    print(f"    {name:<10} {claims.get(name)}")
print(f"    {'exp':<10} {claims['exp']}  ({(claims['exp'] - time.time()) / 3600:.1f} h from now)")
