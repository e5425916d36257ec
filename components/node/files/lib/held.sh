# shellcheck shell=bash
# What this machine has of the authorities: it is asked every half minute, and dozens of calls of openssl say it. Goes with pki.sh.
# shellcheck disable=SC2154 # pki is set there

# holds: by authority, what this machine trusts, and which of them has issued all of its certificates, if one has.
holds() {
  local kind file leaves listed
  for kind in $(kinds); do
    file=$pki/$(trust_file "$kind")
    mapfile -t leaves < <(certificates_of "$kind")
    mapfile -t listed < <(fingerprints "$file")
    local issuer=${listed[0]}
    [ "$kind" = serviceAccount ] || issued_by "$file" "${leaves[@]}" || issuer=
    jq -cn --arg kind "$kind" --arg leaves "$issuer" '{($kind): {trust: $ARGS.positional, leaves: $leaves}}' --args "${listed[@]}"
  done | jq -cs add
}

# looked_at: one word for all that `holds` depends on: contents of files, these scripts, and time, as certificates end.
looked_at() {
  local kind files=()
  for kind in $(kinds); do
    files+=("$pki/$(trust_file "$kind")")
    mapfile -t -O ${#files[@]} files < <(certificates_of "$kind")
  done
  { readlink -f "$HOLDFAST" && echo $((EPOCHSECONDS / 600)) && sha256sum "${files[@]}"; } | sha256sum
}

# holds_still: what `holds` says, without openssl as long as nothing that it depends on has changed since it was said. Kept only
# where every certificate is of its first authority, and where nothing changed meanwhile: all else is looked at anew each time.
holds_still() {
  local memory=$RUN/trust.holds now known='' answer=''
  now=$(looked_at) || {
    holds
    return
  }
  [ ! -s "$memory" ] || { read -r known && read -r answer; } <"$memory" || known=
  if [ "$known" != "$now" ]; then
    rm -f "$memory"
    answer=$(holds) || return
    if jq -e 'all(.[]; .leaves != "")' <<<"$answer" >/dev/null && [ "$(looked_at)" = "$now" ]; then
      printf '%s\n' "$now" "$answer" | install_file "$memory" 0600
    fi
  fi
  echo "$answer"
}
