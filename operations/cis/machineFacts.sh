#!/bin/bash
# Facts of this machine for the CIS checks: modes and owners of files, command lines, configuration, answers to anonymous requests. Prints them
# as compressed JSON, because SSM returns the first 24,000 characters. Changes nothing, and prints no key or token.
set -euo pipefail
root=${HOLDFAST_ROOT:-}
shopt -s nullglob

# Lines "MODE USER:GROUP TYPE PATH" of all files below the folders, then of single files.
list_files() {
  find "$root"/etc/kubernetes/{manifests,pki} "$root"/etc/cni/net.d "$root"/etc/etcd -printf '%m %u:%g %y %p\n' 2>/dev/null || true
  find "$root"/etc/kubernetes/*.conf "$root"/etc/systemd/system/{etcd.service,kubelet.service,kubelet.service.d/*} "$root"/var/lib/kubelet/config.yaml \
    "$root"/var/lib/etcd{,/data} -maxdepth 0 -printf '%m %u:%g %y %p\n' 2>/dev/null || true
}

# argument PID FLAG: value of --FLAG=VALUE.
argument() { tr '\0' '\n' <"$root/proc/$1/cmdline" | sed -n "s/^--$2=//p" | tail -n 1; }

# content FILE: nothing if there is none.
content() { [ ! -f "$1" ] || cat "$1"; }

# anonymous URL: HTTP status of a request without credentials, 000 without an answer.
anonymous() { curl -qsk -m 5 -o /dev/null -w '%{http_code}' "$1" || true; }

# process PROGRAM PID: one JSON object.
process() {
  jq -n --arg program "$1" --arg user "$(stat -c %U "$root/proc/$2")" \
    --rawfile arguments <(tr '\0' '\n' <"$root/proc/$2/cmdline") \
    --rawfile environment <(tr '\0' '\n' <"$root/proc/$2/environ" | grep '^ETCD_' || true) \
    '{$program, $user, arguments: ($arguments | split("\n") | map(select(. != ""))),
      environment: ($environment | split("\n") | map(select(. != "")))}'
}

processes=()
kubelet_config='' proxy_config='' authorization='' admission='' encryption='[]'
for unit in kubelet etcd; do
  pid=$(systemctl show -p MainPID --value "$unit.service" 2>/dev/null || true)
  case $pid in '' | 0) continue ;; esac
  processes+=("$(process "$unit" "$pid")")
  [ "$unit" = etcd ] || kubelet_config=$(content "$root$(argument "$pid" config)")
done
for folder in "$root"/proc/[0-9]*; do
  program=$(readlink "$folder/exe" 2>/dev/null || true) pid=${folder##*/}
  program=${program##*/}
  case $program in kube-apiserver | kube-controller-manager | kube-scheduler | kube-proxy) ;; *) continue ;; esac
  # Only those of pods: a member tries a new configuration of the API server outside.
  grep -qs kubepods "$folder/cgroup" || continue
  processes+=("$(process "$program" "$pid")")
  case $program in
    kube-proxy) proxy_config=$(content "$folder/root$(argument "$pid" config)") ;;
    kube-apiserver)
      authorization=$(content "$root$(argument "$pid" authorization-config)")
      admission=$(content "$root$(argument "$pid" admission-control-config-file)")
      file=$root$(argument "$pid" encryption-provider-config)
      # Names of the providers that encrypt, by resource: the file has keys.
      [ ! -f "$file" ] || encryption=$(jq -c '[.resources[] | {resources, provider: (.providers[0] | keys[0])}]' "$file")
      ;;
  esac
done

jq -n --rawfile files <(list_files) --arg root "$root" --slurpfile processes <(printf '%s\n' "${processes[@]}") \
  --arg kubelet "$kubelet_config" --arg kubeProxy "$proxy_config" --arg authorization "$authorization" --arg admission "$admission" \
  --argjson encryption "$encryption" \
  --arg apiServer "$(anonymous https://127.0.0.1:6443/api)" --arg kubeletPods "$(anonymous https://127.0.0.1:10250/pods)" \
  --arg readOnly "$(anonymous http://127.0.0.1:10255/pods)" '{
    files: ($files | split("\n") | map(select(. != "") | capture("^(?<mode>[0-7]+) (?<owner>\\S+) (?<type>\\S) (?<path>.*)$") | .path |= ltrimstr($root))),
    $processes,
    documents: {$kubelet, $kubeProxy, $authorization, $admission},
    $encryption,
    anonymous: {$apiServer, kubelet: $kubeletPods, kubeletReadOnly: $readOnly}
  }' | gzip -9 | base64 -w 0
echo
