package main

import (
	"fmt"
	"os"

	cadvisor "github.com/google/cadvisor/info/v1"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
	kubeletv1beta1 "k8s.io/kubelet/config/v1beta1"
	kubelet "k8s.io/kubernetes/pkg/kubelet/apis/config"
	kubeletscheme "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	kubeletvalidation "k8s.io/kubernetes/pkg/kubelet/apis/config/validation"
	"k8s.io/kubernetes/pkg/kubelet/cm/cpumanager"
	"k8s.io/kubernetes/pkg/kubelet/cm/memorymanager"
	"k8s.io/kubernetes/pkg/kubelet/cm/topologymanager"
	"k8s.io/kubernetes/pkg/kubelet/eviction"
	evictionapi "k8s.io/kubernetes/pkg/kubelet/eviction/api"
	"k8s.io/kubernetes/pkg/kubelet/logs"
	"k8s.io/kubernetes/pkg/kubelet/sysctl"
	"k8s.io/utils/cpuset"
)

// readKubelet decodes strictly: kubelet itself ignores unknown fields with a warning. It validates as kubelet does when it
// reads its configuration, and when it creates its managers at start.
func readKubelet(text []byte) error {
	configuration, err := decodeKubelet(text)
	if err != nil {
		return err
	}
	if err := kubeletvalidation.ValidateKubeletConfiguration(configuration, utilfeature.DefaultFeatureGate); err != nil {
		return err
	}
	return startManagers(configuration)
}

func decodeKubelet(text []byte) (*kubelet.KubeletConfiguration, error) {
	_, codecs, err := kubeletscheme.NewSchemeAndCodecs(serializer.EnableStrict)
	if err != nil {
		return nil, err
	}
	decoded, err := runtime.Decode(codecs.UniversalDecoder(), text)
	if err != nil {
		return nil, err
	}
	configuration, ok := decoded.(*kubelet.KubeletConfiguration)
	if !ok {
		return nil, fmt.Errorf("unexpected %T", decoded)
	}
	return configuration, nil
}

// kubeletWithDefaults adds kubelet's defaults to a configuration.
func kubeletWithDefaults(text []byte) (string, error) {
	configuration, err := decodeKubelet(text)
	if err != nil {
		return "", err
	}
	_, codecs, err := kubeletscheme.NewSchemeAndCodecs()
	if err != nil {
		return "", err
	}
	encoded, err := runtime.Encode(codecs.LegacyCodec(kubeletv1beta1.SchemeGroupVersion), configuration)
	return string(encoded), err
}

// machine has two NUMA nodes of 32 cores and 1 TiB.
func machine() *cadvisor.MachineInfo {
	const nodes, cores, memory = 2, 32, 1 << 40
	info := &cadvisor.MachineInfo{NumCores: nodes * cores, NumSockets: nodes, MemoryCapacity: nodes * memory}
	for id := range nodes {
		node := cadvisor.Node{Id: id, Memory: memory}
		for core := range cores {
			node.Cores = append(node.Cores, cadvisor.Core{Id: id*cores + core, SocketID: id, Threads: []int{id*cores + core}})
		}
		info.Topology = append(info.Topology, node)
	}
	return info
}

func startManagers(configuration *kubelet.KubeletConfiguration) error {
	thresholds, err := eviction.ParseThresholdConfig(
		configuration.EnforceNodeAllocatable, configuration.EvictionHard, configuration.EvictionSoft,
		configuration.EvictionSoftGracePeriod, configuration.EvictionMinimumReclaim)
	if err != nil {
		return err
	}
	if _, err := sysctl.NewAllowlist(configuration.AllowedUnsafeSysctls); err != nil {
		return err
	}
	if _, err := logs.NewContainerLogManager(nil, nil, configuration.ContainerLogMaxSize, int(configuration.ContainerLogMaxFiles),
		int(configuration.ContainerLogMaxWorkers), configuration.ContainerLogMonitorInterval); err != nil {
		return err
	}
	reserved, err := reservation(configuration, thresholds)
	if err != nil {
		return err
	}
	info, store, logger := machine(), topologymanager.NewFakeManager(), klog.Background()
	if _, err := topologymanager.NewManager(info.Topology, configuration.TopologyManagerPolicy, configuration.TopologyManagerScope,
		configuration.TopologyManagerPolicyOptions); err != nil {
		return err
	}
	if _, err := cpumanager.NewManager(logger, configuration.CPUManagerPolicy, configuration.CPUManagerPolicyOptions,
		configuration.CPUManagerReconcilePeriod.Duration, info, cpuset.New(), reserved, os.TempDir(), store); err != nil {
		return err
	}
	_, err = memorymanager.NewManager(logger, configuration.MemoryManagerPolicy, info, reserved, configuration.ReservedMemory,
		os.TempDir(), store)
	return err
}

// reservation is what kubelet keeps from pods: both reservations, and the hard threshold of memory.
func reservation(configuration *kubelet.KubeletConfiguration, thresholds []evictionapi.Threshold) (v1.ResourceList, error) {
	total := v1.ResourceList{}
	add := func(name v1.ResourceName, amount resource.Quantity) {
		sum := total[name]
		sum.Add(amount)
		if !sum.IsZero() {
			total[name] = sum
		}
	}
	for _, part := range []map[string]string{configuration.SystemReserved, configuration.KubeReserved} {
		for name, text := range part {
			amount, err := resource.ParseQuantity(text)
			if err != nil {
				return nil, err
			}
			add(v1.ResourceName(name), amount)
		}
	}
	for _, threshold := range thresholds {
		if threshold.Signal == evictionapi.SignalMemoryAvailable && threshold.GracePeriod == 0 {
			capacity := resource.NewQuantity(int64(machine().MemoryCapacity), resource.BinarySI)
			add(v1.ResourceMemory, *evictionapi.GetThresholdQuantity(threshold.Value, capacity))
		}
	}
	return total, nil
}
