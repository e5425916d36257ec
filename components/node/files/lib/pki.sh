# shellcheck shell=bash
# What this machine trusts, what its certificates were issued from, and what the settings want of both. An authority's file
# holds all that are trusted, and first of all the one that issues; the same goes for the keys of service accounts.

pki=$KUBERNETES/pki
# shellcheck disable=SC2034 # read by the scripts
order_parameter=$(node .parameterPrefix)/pki/order settled_parameter=$(node .parameterPrefix)/pki/settled
kubelet_pem=${HOLDFAST_KUBELET:-/var/lib/kubelet}/pki/kubelet-client-current.pem

# kinds: authorities that concern this machine.
kinds() { if [ "$(node .role)" = etcd ]; then echo etcd; else echo kubernetes etcd frontProxy serviceAccount; fi; }

# trust_file KIND / key_file KIND: below /etc/kubernetes/pki.
trust_file() {
  case $1 in
    kubernetes) echo ca.crt ;;
    etcd) echo etcd/ca.crt ;;
    frontProxy) echo front-proxy-ca.crt ;;
    serviceAccount) echo sa.pub ;;
  esac
}
key_file() {
  case $1 in
    serviceAccount) echo sa.key ;;
    *) trust_file "$1" | sed 's/crt$/key/' ;;
  esac
}

# parameter_of FILE: below the cluster's parameters.
parameter_of() { case $1 in etcd/*) echo "/pki/$1" ;; *) echo "/pki/kubernetes/$1" ;; esac; }

# fingerprints FILE: 16 digits of the SHA-256 of each certificate or public key, in the file's order.
fingerprints() {
  local line body=
  while read -r line || [ -n "$line" ]; do
    case $line in
      "-----BEGIN "*) body= ;;
      "-----END "*) base64 -d <<<"$body" | sha256sum | cut -c 1-16 ;;
      *) body+=$line ;;
    esac
  done <"$1"
}

# certificates_of KIND: this machine's leaves of an authority, as files.
certificates_of() {
  local leaves=()
  case $1 in
    kubernetes) leaves=("$pki"/apiserver.crt "$pki"/apiserver-kubelet-client.crt "$kubelet_pem" "$KUBERNETES"/{controller-manager,scheduler,admin,super-admin}.conf) ;;
    etcd) leaves=("$pki"/etcd/{server,peer,healthcheck-client}.crt "$pki"/apiserver-etcd-client.crt) ;;
    frontProxy) leaves=("$pki"/front-proxy-client.crt) ;;
  esac
  local leaf
  for leaf in "${leaves[@]}"; do [ ! -s "$leaf" ] || echo "$leaf"; done
}

# certificate FILE: the certificate in a file, which may be a kubeconfig. One without a certificate of its own refers to kubelet's.
certificate() {
  case $1 in
    *.conf) sed -n 's/^ *client-certificate-data: *//p' "$1" | base64 -d ;;
    *) openssl x509 -in "$1" ;;
  esac
}

# issued_by AUTHORITIES FILE…: whether the first of the authorities has issued every one of the certificates.
issued_by() {
  local first leaf
  first=$(openssl x509 -in "$1") || return 1
  shift
  for leaf in "$@"; do
    openssl verify -partial_chain -no-CApath -no-CAstore -CAfile <(echo "$first") <(certificate "$leaf") >/dev/null 2>&1 || return 1
  done
}

# belongs KEY AUTHORITIES: whether a private key is that of the first authority, or of the first public key.
belongs() {
  local public
  public=$(openssl pkey -in "$1" -pubout 2>/dev/null) || return 1
  if grep -q 'BEGIN CERTIFICATE' "$2"; then
    [ "$public" = "$(openssl x509 -in "$2" -noout -pubkey)" ]
  else
    [ "$(fingerprints <(echo "$public"))" = "$(fingerprints "$2" | sed -n 1p)" ]
  fi
}

# trust_in FILE…: kubeconfigs whose server is believed by what this machine trusts now; `changed_trust=1` if one was changed.
trust_in() {
  local file authorities
  authorities=$(base64 -w 0 <"$pki/ca.crt")
  # shellcheck disable=SC2034 # read by the callers
  changed_trust=0
  for file in "$@"; do
    [ -s "$file" ] || continue
    install_file "$file" 0600 < <(sed "s|^\( *certificate-authority-data: *\).*|\1$authorities|" "$file")
    # shellcheck disable=SC2034,SC2154
    [ "$changed" = 0 ] || changed_trust=1
  done
}
