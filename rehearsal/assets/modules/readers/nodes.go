package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app/util/config"
	kubeproxy "k8s.io/kubernetes/pkg/proxy/apis/config"
	kubeproxyscheme "k8s.io/kubernetes/pkg/proxy/apis/config/scheme"
	kubeproxyvalidation "k8s.io/kubernetes/pkg/proxy/apis/config/validation"
)

// readKubeadm is `kubeadm config validate`.
func readKubeadm(text []byte) error {
	return kubeadm.ValidateConfig(text, false, false)
}

func readKubeProxy(text []byte) error {
	decoded, err := runtime.Decode(kubeproxyscheme.Codecs.UniversalDecoder(), text)
	if err != nil {
		return err
	}
	configuration, ok := decoded.(*kubeproxy.KubeProxyConfiguration)
	if !ok {
		return fmt.Errorf("unexpected %T", decoded)
	}
	return kubeproxyvalidation.Validate(configuration).ToAggregate()
}
