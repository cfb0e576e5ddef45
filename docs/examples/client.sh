#!/bin/sh
# Posts a transfer (FILE.json) or a batch, one transfer a line (FILE.ndjson), with curl 7.71 or later, and prints the answer and each receipt.
#
#     GATEWAY=https://gateway.example KEY=... sh client.sh transfer.json
#
# curl repeats the same request after 429, 503 and a broken connection, and waits as long as Retry-After says. The Idempotency-Key is made of
# the body, so that nothing is posted twice, also when this script is started again. Ends with 0 when everything was taken in, with 1 when
# something was refused, with 2 when nothing could be sent.
set -eu
case "$1" in *.ndjson) kind=application/x-ndjson ;; *) kind=application/json ;; esac
key=$( (sha256sum "$1" 2>/dev/null || shasum -a 256 "$1") | cut -d ' ' -f 1)
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# Writes the body of the answer to $answer and prints its status. 409: the first of two equal requests is still in work.
ask() {
  while :; do
    status=$(curl --silent --show-error --retry 8 --retry-all-errors --max-time 60 --output "$answer" --write-out '%{http_code}' \
      --header "Authorization: Bearer $KEY" "$@") || exit 2
    [ "$status" = 409 ] || break
    sleep 1
  done
  echo "$status"
}

status=$(ask --header "Content-Type: $kind" --header "Idempotency-Key: $key" --data-binary "@$1" "$GATEWAY/v1/transfers")
cat "$answer"; echo
case "$status" in 202) ;; 422) exit 1 ;; *) exit 2 ;; esac
result=0
! grep -q '"status":"refused"' "$answer" || result=1
for receipt in $(grep -o '"receipt":"[^"]*"' "$answer" | cut -d '"' -f 4); do
  # 202: received; the gateway comes to it within a second or so.
  while status=$(ask "$GATEWAY/v1/receipts/$receipt") && [ "$status" = 202 ]; do sleep 0.5; done
  cat "$answer"; echo
  grep -q '"status":"accepted"' "$answer" || result=1
done
exit $result
