# shellcheck shell=bash
# Requests of kubelets for serving certificates: their names and addresses, compared with those of the EC2 instance.

# alternative_names FILE: of a request (PEM), as DER in hex, one a line. Compared as bytes, because OpenSSL's text has ambiguous separators.
# Fails unless there is one list, of DNS names and addresses shorter than 128 bytes.
alternative_names() {
  local der length
  # The extension's object comes before its content.
  der=$(openssl asn1parse -in "$1" | awk '
    /:X509v3 Subject Alternative Name$/ { found++; wanted = 1; next }
    wanted && /OCTET STRING/ { sub(/.*\[HEX DUMP\]:/, ""); print tolower($0); wanted = 0 }
    END { exit found != 1 }') || return 1
  case $der in
    3081*) length=$((16#${der:4:2})) der=${der:6} ;;
    3082*) length=$((16#${der:4:4})) der=${der:8} ;;
    30*) length=$((16#${der:2:2})) der=${der:4} ;;
    *) return 1 ;;
  esac
  [ ${#der} = $((length * 2)) ] || return 1
  while [ -n "$der" ]; do
    length=$((16#${der:2:2}))
    # 82 is a DNS name, 87 an address.
    [[ $der =~ ^8[27] ]] && [ "$length" -lt 128 ] && [ ${#der} -ge $((4 + length * 2)) ] || return 1
    echo "${der:0:4+length*2}"
    der=${der:4+length*2}
  done
}

# der_of NAME|IPV4: a name or address in the same form.
der_of() {
  if [[ $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
    # shellcheck disable=SC2086 # one argument per number
    printf '8704%02x%02x%02x%02x\n' ${1//./ }
  else
    printf '82%02x%s\n' ${#1} "$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')"
  fi
}

# readable HEX: for messages.
readable() {
  case $1 in
    8704*) printf '%d.%d.%d.%d' "0x${1:4:2}" "0x${1:6:2}" "0x${1:8:2}" "0x${1:10:2}" ;;
    *) printf '%b' "$(printf %s "${1:4}" | sed 's/../\\x&/g')" | tr -c '[:alnum:].-' '?' ;;
  esac
}

# instance_names ID: DNS names and IPv4 addresses of a running instance of this cluster, one a line; none if there is no such instance.
instance_names() {
  local page
  if ! aws_login || ! ec2_call DescribeInstances Filter.1.Name=instance-id "Filter.1.Value.1=$1" \
    "Filter.2.Name=tag:$(cluster .tags.cluster)" "Filter.2.Value.1=$(node .cluster)" \
    Filter.3.Name=instance-state-name Filter.3.Value.1=pending Filter.3.Value.2=running; then
    log_failure "DescribeInstances $1"
    return 1
  fi
  page=$(tr -d '\n' <<<"$AWS_BODY")
  [[ $page == *"<instanceId>$1</instanceId>"* ]] || return 0
  echo "$1"
  { grep -oE '<(privateDnsName|dnsName|privateIpAddress|publicIp|ipAddress)>[^<]+' <<<"$page" || true; } | sed 's/.*>//' | sort -u
}

# serving_certificate_problem REQUEST FILE: why a CertificateSigningRequest (JSON) must be denied, or nothing; writes the PEM to FILE. Fails if EC2
# does not answer.
serving_certificate_problem() {
  local node facts names allowed name
  node=$(jq -r '.spec.username | ltrimstr("system:node:")' <<<"$1")
  facts=$(jq -r '.spec | (.groups // [] | index("system:nodes") != null)
    and (.username | startswith("system:node:"))
    and ((.usages | index("server auth") != null) and (.usages - ["server auth", "digital signature", "key encipherment"] == []))' <<<"$1")
  if [ "$facts" != true ] || ! [[ $node =~ ^i-[0-9a-f]{8,17}$ ]]; then
    echo "it is not a node's request for a serving certificate"
    return
  fi
  jq -r .spec.request <<<"$1" | base64 -d >"$2"
  if [ "$(openssl req -in "$2" -noout -subject -nameopt RFC2253)" != "subject=CN=system:node:$node,O=system:nodes" ]; then
    echo "its subject is not that of $node"
  elif [[ $(openssl req -in "$2" -noout -verify 2>&1) != *"verify OK"* ]]; then
    echo "its signature is wrong"
  elif ! names=$(alternative_names "$2") || [ -z "$names" ]; then
    echo "it must name DNS names and addresses, and nothing else"
  elif ! allowed=$(instance_names "$node"); then
    return 1
  elif [ -z "$allowed" ]; then
    echo "$node is not a running instance of this cluster"
  else
    allowed=$(while read -r name; do der_of "$name"; done <<<"$allowed")
    while read -r name; do
      grep -qxF "$name" <<<"$allowed" || { echo "$(readable "$name") does not belong to $node"; return; }
    done <<<"$names"
  fi
}
