package main

import (
	"encoding/json"

	"k8s.io/kubernetes/cmd/kubeadm/app/constants"
)

// kubeadmVersions lists the versions that kubeadm pairs with its Kubernetes, as JSON.
func kubeadmVersions() (string, error) {
	text, err := json.Marshal(map[string]string{
		"coredns":         constants.CoreDNSVersion,
		"pause":           constants.PauseVersion,
		"minExternalEtcd": constants.MinExternalEtcdVersion,
	})
	return string(text), err
}
