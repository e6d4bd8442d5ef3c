#!/bin/sh
# Certificates for the nodes of the cluster, made once. To make them anew (they hold for five years):
# `docker compose --profile cluster down`, remove the volumes `trust` and `esdb…-keys`, and start again.
set -eu

days=1825
nodes='esdb1 esdb2 esdb3'
# The user of the nodes' image.
owner=1000

# Written last: where it is, all are.
if [ -f /trust/ca.crt ]; then
  echo 'the certificates are there'
  exit 0
fi

# Memory: the authority's key ends with this container, and nothing can be signed with it later.
cd "$(mktemp -d)"
es-gencert-cli create-ca -days "$days" -out ca
for node in $nodes; do
  # 127.0.0.1 for clients on the host, the node's name for the other nodes, localhost for its health check.
  es-gencert-cli create-node -days "$days" -out "$node" -ca-certificate ca/ca.crt -ca-key ca/ca.key \
    -ip-addresses 127.0.0.1 -dns-names "localhost,$node"
  # What a run that was cut short may have left belongs to the nodes' user.
  rm -f "/keys/$node/node.crt" "/keys/$node/node.key"
  install -m 0444 "$node/node.crt" "/keys/$node/node.crt"
  install -m 0400 "$node/node.key" "/keys/$node/node.key"
  # Last: the mode of another user's file can't be set any more.
  chown "$owner:$owner" "/keys/$node/node.key"
done
install -m 0444 ca/ca.crt /trust/ca.crt
