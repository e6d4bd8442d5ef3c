#!/bin/sh
# Whether a node of EventStoreDB takes part: `sh node-ready.sh https://localhost:2113/gossip [options of curl]`. It does when, by its own
# gossip, it is alive as Leader or Follower, and some member is alive as Leader. Ends with 1 where it does not, and says why. A node
# whose leader is gone goes on to answer `/health/live` with 204, so that is no sign of readiness.
set -eu

# How the node names itself in gossip: as it does to clients.
port=${EVENTSTORE_ADVERTISE_NODE_PORT_TO_CLIENT_AS:-2113}
host=${EVENTSTORE_ADVERTISE_HOST_TO_CLIENT_AS:-}

url=$1
shift
gossip=$(curl --fail --silent --show-error --max-time 4 --max-filesize 65536 --header 'Accept: application/json' "$@" "$url") || {
  echo "no gossip from $url"
  exit 1
}

# A member a line: members are flat objects, and neither names nor states hold spaces or braces.
members=$(printf '%s' "$gossip" | tr -d ' \t\r\n' | tr '{}' '\n\n' | grep '"instanceId"' || true)
alive=$(printf '%s\n' "$members" | grep '"isAlive":true' || true)

if ! printf '%s\n' "$alive" | grep -q '"state":"Leader"'; then
  echo 'no member leads'
  exit 1
fi
self=$(printf '%s\n' "$alive" | grep -E "\"httpEndPointPort\":$port(,|\$)" || true)
if [ -n "$host" ]; then
  self=$(printf '%s\n' "$self" | grep -F "\"httpEndPointIp\":\"$host\"" || true)
fi
if ! printf '%s\n' "$self" | grep -Eq '"state":"(Leader|Follower)"'; then
  echo "node $host:$port neither leads nor follows: $(printf '%s\n' "$members" | grep -o '"state":"[A-Za-z]*"' | tr '\n' ' ')"
  exit 1
fi
