#!/bin/bash
# Follows the kubeadm guide: the first machine runs `kubeadm init`, the others `kubeadm join`.
set -euo pipefail
config=/etc/plain/config.json
get() { jq -r "$1" "$config"; }
# A rehearsal reads this log: a machine is ready when all steps are done and its node is Ready.
mkdir -p /var/log/holdfast
step() { echo "{\"step\":\"kubeadm\",\"event\":\"$1\",\"attempt\":1,\"seconds\":$SECONDS,\"at\":$(date +%s)}"; }
step start >>/var/log/holdfast/steps.jsonl
trap 'if [ $? = 0 ]; then step "done"; else step failed; fi >>/var/log/holdfast/steps.jsonl' EXIT

token=$(curl -sfX PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 300" http://169.254.169.254/latest/api/token)
metadata() { curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }
name=$(metadata instance-id)
address=$(metadata local-ipv4)

fetch() { curl -sSf --retry 5 --retry-all-errors "$(get .baseUrl)/$1"; }
program() { fetch "$1" >"/usr/local/bin/${1##*/}" && chmod 0755 "/usr/local/bin/${1##*/}"; }
archive() { mkdir -p "$2" && fetch "$1" | tar -xz -C "$2"; }
for name_of in kubeadm kubelet kubectl; do program "$(get ".assets[\"$name_of\"]")" & done
archive "$(get '.assets.containerd')" /usr/local &
archive "$(get '.assets["cni-plugins"]')" /opt/cni/bin &
fetch "$(get .assets.runc)" >/usr/local/bin/runc && chmod 0755 /usr/local/bin/runc
wait

modprobe overlay
modprobe br_netfilter
echo 1 >/proc/sys/net/ipv4/ip_forward
systemctl daemon-reload
systemctl enable --now containerd kubelet

registration() {
  cat <<YAML
nodeRegistration:
  name: $name
  criSocket: unix:///run/containerd/containerd.sock
  ignorePreflightErrors: [SystemVerification]
  kubeletExtraArgs: [{name: node-ip, value: $address}]
$([ ! -d /etc/kubernetes/patches ] || echo 'patches: {directory: /etc/kubernetes/patches}')
YAML
}

if [ "$(get .command)" = init ]; then
  install -d -m 0700 /etc/kubernetes/pki
  get '.authority.certificate' >/etc/kubernetes/pki/ca.crt
  (umask 077 && get '.authority.key' >/etc/kubernetes/pki/ca.key)
  cat >/etc/plain/kubeadm.yaml <<YAML
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
bootstrapTokens: [{token: $(get .token), ttl: 2h0m0s}]
certificateKey: $(get .certificateKey)
localAPIEndpoint: {advertiseAddress: $address}
$(registration)
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v$(get .kubernetesVersion)
clusterName: plain
controlPlaneEndpoint: $(get .endpoint)
networking: {podSubnet: $(get .podCidr), serviceSubnet: $(get .serviceCidr)}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
conntrack: {maxPerCore: 0, min: 0}
YAML
  kubeadm init --config /etc/plain/kubeadm.yaml --upload-certs
  exit
fi

cat >/etc/plain/kubeadm.yaml <<YAML
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  bootstrapToken: {apiServerEndpoint: "$(get .endpoint)", token: $(get .token), caCertHashes: ["$(get .authority.hash)"]}
$(registration)
$([ "$(get .command)" = join ] || echo "controlPlane: {localAPIEndpoint: {advertiseAddress: $address}, certificateKey: $(get .certificateKey)}")
YAML
until curl -sfk -m 3 -o /dev/null "https://$(get .endpoint)/readyz"; do sleep 1; done
# The token and the certificates appear after the API is ready, and etcd accepts one new member at a time.
for _ in {1..30}; do
  if kubeadm join --config /etc/plain/kubeadm.yaml; then exit; fi
  kubeadm reset --force
  sleep 2
done
exit 1
