#!/bin/bash
# Creates throwaway authorities, and a copy of stacks/Pulumi.own-ca.yaml with their certificates, in a folder:
#
#   examples/own-ca.sh out/own-ca
#   HOLDFAST_AUTHORITY_KEYS=out/own-ca/keys.yaml npx holdfast plan own-ca --stacks out/own-ca
#
# For plans only: in production, your organization's PKI creates the authorities and guards their keys. Requires openssl.
set -euo pipefail

folder=${1:?write the folder of the new files: examples/own-ca.sh out/own-ca}
stack_file=$(cd "$(dirname "$0")" && pwd)/stacks/Pulumi.own-ca.yaml

# Keys are readable by their owner only.
umask 077
mkdir -p "$folder"
cd "$folder"

cat >ca.cnf <<'END'
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
END

# new_key FILE: creates a key on P-256.
new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

new_key root.key
openssl req -x509 -new -key root.key -subj "/O=Example/CN=Example root" -days 3650 -config ca.cnf -extensions root -out root.crt

: >keys.yaml
for name in kubernetes etcd frontProxy; do
  new_key "$name.key"
  openssl req -new -key "$name.key" -subj "/O=Example/CN=Example $name" -config ca.cnf -out "$name.csr"
  openssl x509 -req -in "$name.csr" -CA root.crt -CAkey root.key -CAcreateserial -days 1825 \
    -extfile ca.cnf -extensions intermediate -out "$name.crt"
  # The chain of an intermediate ends with the root.
  cat root.crt >>"$name.crt"
  { echo "$name-1: |"; sed 's/^/  /' "$name.key"; } >>keys.yaml
done

# Replaces each line <name.crt: ...> by the file, with the indentation of the line.
awk '
  /^ *<[A-Za-z]+\.crt:/ {
    indentation = $0
    sub(/<.*/, "", indentation)
    file = $0
    sub(/^ *</, "", file)
    sub(/:.*/, "", file)
    while ((getline line < file) > 0) print indentation line
    next
  }
  { print }
' "$stack_file" >Pulumi.own-ca.yaml
