"""Posts a transfer (FILE.json) or a batch, one transfer a line (FILE.ndjson), and waits for the receipts. Python 3.11, standard library only.

    GATEWAY=https://gateway.example KEY=... python client.py transfer.json

Ends with 0 when everything was taken in, with 1 when something was refused, with 2 when nothing could be sent.
"""

import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request

GATEWAY, KEY = os.environ["GATEWAY"], os.environ["KEY"]
TRIES = 8


def call(path, body=None, **headers):
    """Status and JSON of the answer. Asks again after 409, 429, 503 and a broken connection: the same request, so that nothing is posted twice."""
    headers = {"Authorization": f"Bearer {KEY}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(urllib.request.Request(GATEWAY + path, body, headers), timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (409, 429, 503):
                return error.code, json.load(error)
            wait = float(error.headers.get("Retry-After", 2**attempt))
        except (OSError, http.client.HTTPException):
            wait = 2**attempt
        time.sleep(wait)
    sys.exit(2)


def main(name):
    """Posts the file; the exit code."""
    with open(name, "rb") as file:
        body = file.read()
    kind = "application/x-ndjson" if name.endswith(".ndjson") else "application/json"
    # A key made of the body: this program, started again after a crash, asks for the same answer and posts nothing anew.
    status, said = call("/v1/transfers", body, Content_Type=kind, Idempotency_Key=hashlib.sha256(body).hexdigest())
    if status not in (202, 422) or "transfers" not in said:
        print(f"{status} {said['code']}: {said['detail']}", file=sys.stderr)
        return 2
    refused = 0
    for one in said["transfers"]:
        outcome = receipt(one["receipt"]) if one["status"] == "accepted" else one
        print(
            f"line {one['line']}: {outcome['status']} {outcome.get('code', '')} {outcome.get('detail', '')}".rstrip(), flush=True
        )
        refused += outcome["status"] != "accepted"
    return 1 if refused else 0


def receipt(receipt_id):
    """What became of one transfer: `received` until the gateway has come to it, which takes a second or less."""
    while True:
        status, said = call(f"/v1/receipts/{receipt_id}")
        if status != 202:
            return said if status == 200 else {"status": f"unknown ({status})"}
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
