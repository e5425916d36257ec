package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app/util/config"
	kubelet "k8s.io/kubernetes/pkg/kubelet/apis/config"
	kubeletscheme "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	kubeletvalidation "k8s.io/kubernetes/pkg/kubelet/apis/config/validation"
	kubeproxy "k8s.io/kubernetes/pkg/proxy/apis/config"
	kubeproxyscheme "k8s.io/kubernetes/pkg/proxy/apis/config/scheme"
	kubeproxyvalidation "k8s.io/kubernetes/pkg/proxy/apis/config/validation"
)

// readKubeadm is `kubeadm config validate`.
func readKubeadm(text []byte) error {
	return kubeadm.ValidateConfig(text, false, false)
}

// readKubelet decodes strictly: kubelet itself ignores unknown fields with a warning.
func readKubelet(text []byte) error {
	_, codecs, err := kubeletscheme.NewSchemeAndCodecs(serializer.EnableStrict)
	if err != nil {
		return err
	}
	decoded, err := runtime.Decode(codecs.UniversalDecoder(), text)
	if err != nil {
		return err
	}
	configuration, ok := decoded.(*kubelet.KubeletConfiguration)
	if !ok {
		return fmt.Errorf("unexpected %T", decoded)
	}
	return kubeletvalidation.ValidateKubeletConfiguration(configuration, utilfeature.DefaultFeatureGate)
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
