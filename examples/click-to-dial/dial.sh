#!/bin/sh
# Rings the agent, then dials the number: EDGE=https://edge.example SITE=hq TOKEN=… ./dial.sh 1001 14155550100 [key]
#
# The key names the click: a repeated request with the same key rings no phone twice, so that curl may retry (CM12).
# Prints the outcome. The exit code is 0 if the phone rings, 22 if it does not or nobody knows.
set -eu
agent=$1
number=$2
key=${3:-$(date +%s)-$$}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

status=0
curl --silent --show-error --fail-with-body --max-time 30 --retry 2 --retry-connrefused --output "$answer" \
  --header "Authorization: Bearer $TOKEN" \
  --header "Idempotency-Key: $key" \
  --data-urlencode type=originate --data-urlencode "agent=$agent" --data-urlencode "to=$number" \
  "${EDGE%/}/v1/sites/$SITE/commands" || status=$?
cat "$answer"
exit "$status"
