# shellcheck shell=bash disable=SC2154 # pki.sh sets pki
# Status of this machine's authorities. It takes dozens of openssl calls and is read every half minute, so it is cached.

# authority_status: for each authority the fingerprints it trusts, and the one that issued all of its certificates (empty: mixed).
authority_status() {
  local name file certificates trusted issuer
  for name in $(authority_names); do
    file=$pki/$(trust_file "$name")
    mapfile -t certificates < <(certificates_of "$name")
    mapfile -t trusted < <(fingerprints "$file")
    issuer=${trusted[0]}
    [ "$name" = serviceAccount ] || issued_by "$file" "${certificates[@]}" || issuer=
    jq -cn --arg name "$name" --arg leaves "$issuer" '{($name): {trust: $ARGS.positional, leaves: $leaves}}' --args "${trusted[@]}"
  done | jq -cs add
}

# authority_status_key: hash of the status's inputs: files, scripts, and ten-minute intervals, because certificates expire.
authority_status_key() {
  local name files=()
  for name in $(authority_names); do
    files+=("$pki/$(trust_file "$name")")
    mapfile -t -O ${#files[@]} files < <(certificates_of "$name")
  done
  { readlink -f "$HOLDFAST" && echo $((EPOCHSECONDS / 600)) && sha256sum "${files[@]}"; } | sha256sum
}

# cached_authority_status: only a status without mixed issuers, whose inputs did not change meanwhile, is cached.
cached_authority_status() {
  local cache=$RUN/authority-status now key='' status=''
  now=$(authority_status_key) || {
    authority_status
    return
  }
  [ ! -s "$cache" ] || { read -r key && read -r status; } <"$cache" || key=
  if [ "$key" != "$now" ]; then
    rm -f "$cache"
    status=$(authority_status) || return
    if jq -e 'all(.[]; .leaves != "")' <<<"$status" >/dev/null && [ "$(authority_status_key)" = "$now" ]; then
      printf '%s\n' "$now" "$status" | install_file "$cache" 0600
    fi
  fi
  echo "$status"
}
