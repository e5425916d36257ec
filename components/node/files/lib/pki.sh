# shellcheck shell=bash
# Authorities and certificates on this machine. An authority's file holds every trusted certificate, the issuing one first; sa.pub holds
# the ServiceAccount public keys likewise.

pki=$KUBERNETES/pki
kubelet_pem=${HOLDFAST_KUBELET:-/var/lib/kubelet}/pki/kubelet-client-current.pem

# authority_names: those that this machine holds.
authority_names() { if [ "$(node .role)" = etcd ]; then echo etcd; else echo kubernetes etcd frontProxy serviceAccount; fi; }

# trust_file NAME / key_file NAME: below /etc/kubernetes/pki.
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

# pki_parameter FILE: SSM parameter of a file below /etc/kubernetes/pki.
pki_parameter() { case $1 in etcd/*) echo "$(cluster .parameters.pki)/$1" ;; *) echo "$(cluster .parameters.pki)/kubernetes/$1" ;; esac; }

# pki_mode FILE: private keys are for root alone.
pki_mode() { case $1 in *.key) echo 0600 ;; *) echo 0644 ;; esac; }

# install_etcd_certificates: copies for the user that runs etcd. /etc/kubernetes/pki is for root alone.
# shellcheck disable=SC2154 # lib/etcd-member.sh sets etcd_user and etcd_pki
install_etcd_certificates() {
  local file
  install -d -m 0755 "${etcd_pki%/*}"
  install -d -m 0700 -o "$etcd_user" "$etcd_pki"
  for file in ca.crt server.key server.crt peer.key peer.crt; do
    install_file "$etcd_pki/$file" "$(pki_mode "$file")" "$etcd_user" <"$pki/etcd/$file"
  done
}

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

# certificates_of NAME: files with this machine's certificates of an authority.
certificates_of() {
  local certificates=() file
  case $1 in
    kubernetes) certificates=("$pki"/apiserver.crt "$pki"/apiserver-kubelet-client.crt "$kubelet_pem" "$KUBERNETES"/{controller-manager,scheduler,admin,super-admin}.conf) ;;
    etcd) certificates=("$pki"/etcd/{server,peer,healthcheck-client}.crt "$pki"/apiserver-etcd-client.crt) ;;
    frontProxy) certificates=("$pki"/front-proxy-client.crt) ;;
  esac
  for file in "${certificates[@]}"; do [ ! -s "$file" ] || echo "$file"; done
}

# read_certificate FILE: PEM, also of a kubeconfig.
read_certificate() {
  case $1 in
    *.conf) sed -n 's/^ *client-certificate-data: *//p' "$1" | base64 -d ;;
    *) openssl x509 -in "$1" ;;
  esac
}

# issued_by TRUST_FILE FILE…: the first certificate of the trust file has issued all of these.
issued_by() {
  local issuer file
  issuer=$(openssl x509 -in "$1") || return 1
  shift
  for file in "$@"; do
    openssl verify -partial_chain -no-CApath -no-CAstore -CAfile <(echo "$issuer") <(read_certificate "$file") >/dev/null 2>&1 || return 1
  done
}

# key_matches KEY TRUST_FILE: the private key of the first certificate or public key.
key_matches() {
  local public
  public=$(openssl pkey -in "$1" -pubout 2>/dev/null) || return 1
  if grep -q 'BEGIN CERTIFICATE' "$2"; then
    [ "$public" = "$(openssl x509 -in "$2" -noout -pubkey)" ]
  else
    [ "$(fingerprints <(echo "$public"))" = "$(fingerprints "$2" | sed -n 1p)" ]
  fi
}

# update_kubeconfig_trust FILE…: copy ca.crt into kubeconfigs; sets `trust_changed`.
update_kubeconfig_trust() {
  local file authorities
  authorities=$(base64 -w 0 <"$pki/ca.crt")
  trust_changed=0
  for file in "$@"; do
    [ -s "$file" ] || continue
    install_file "$file" 0600 < <(sed "s|^\( *certificate-authority-data: *\).*|\1$authorities|" "$file")
    # shellcheck disable=SC2034,SC2154 # install_file sets changed, callers read trust_changed
    [ "$changed" = 0 ] || trust_changed=1
  done
}
