package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/pflag"

	v1 "k8s.io/api/core/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	cliflag "k8s.io/component-base/cli/flag"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	kubeadmapi "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm"
	kubeadmconstants "k8s.io/kubernetes/cmd/kubeadm/app/constants"
	"k8s.io/kubernetes/cmd/kubeadm/app/phases/controlplane"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app/util/config"
)

// commandOf returns the arguments of a component in the static Pod that kubeadm writes, patches included.
func commandOf(component string, text []byte) ([]string, error) {
	asked, err := parsePatched(text)
	if err != nil {
		return nil, err
	}
	configuration, err := kubeadm.BytesToInitConfiguration([]byte(asked.Document), true)
	if err != nil {
		return nil, err
	}
	specs := controlplane.GetStaticPodSpecs(&configuration.ClusterConfiguration, &configuration.LocalAPIEndpoint, []kubeadmapi.EnvVar{})
	document, err := json.Marshal(specs[component])
	if err != nil {
		return nil, err
	}
	patched, err := applyPatches(component, document, asked.Patches)
	if err != nil {
		return nil, err
	}
	var pod v1.Pod
	if err := json.Unmarshal(patched, &pod); err != nil {
		return nil, err
	}
	return pod.Spec.Containers[0].Command[1:], nil
}

// flagsOf collects the flags of a component, which its options declare in groups.
func flagsOf(component string, groups cliflag.NamedFlagSets) *pflag.FlagSet {
	flags := pflag.NewFlagSet(component, pflag.ContinueOnError)
	for _, group := range groups.FlagSets {
		flags.AddFlagSet(group)
	}
	return flags
}

// readAPIServer parses, completes and validates the options as kube-apiserver does before it connects to etcd.
func readAPIServer(text []byte) error {
	arguments, err := commandOf(kubeadmconstants.KubeAPIServer, text)
	if err != nil {
		return err
	}
	options := apiserver.NewServerRunOptions()
	if err := flagsOf(kubeadmconstants.KubeAPIServer, options.Flags()).Parse(arguments); err != nil {
		return err
	}
	completed, err := options.Complete(context.Background())
	if err != nil {
		return err
	}
	return utilerrors.NewAggregate(completed.Validate())
}

func controllerManagerFlags() (*controllermanager.KubeControllerManagerOptions, *pflag.FlagSet, error) {
	options, err := controllermanager.NewKubeControllerManagerOptions()
	if err != nil {
		return nil, nil, err
	}
	return options, flagsOf(kubeadmconstants.KubeControllerManager, options.Flags(nil, nil, nil)), nil
}

// readControllerManager parses all flags, and validates those that are settings.
func readControllerManager(text []byte) error {
	arguments, err := commandOf(kubeadmconstants.KubeControllerManager, text)
	if err != nil {
		return err
	}
	options, flags, err := controllerManagerFlags()
	if err != nil {
		return err
	}
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	return utilerrors.NewAggregate(append(options.HPAController.Validate(), options.PodGCController.Validate()...))
}

// componentDefaults lists the default of every flag by component, as JSON.
func componentDefaults() (string, error) {
	_, controllerManager, err := controllerManagerFlags()
	if err != nil {
		return "", err
	}
	defaults := map[string]map[string]string{}
	for component, flags := range map[string]*pflag.FlagSet{
		kubeadmconstants.KubeAPIServer:         flagsOf(kubeadmconstants.KubeAPIServer, apiserver.NewServerRunOptions().Flags()),
		kubeadmconstants.KubeControllerManager: controllerManager,
	} {
		values := map[string]string{}
		flags.VisitAll(func(flag *pflag.Flag) { values[flag.Name] = flag.DefValue })
		if len(values) == 0 {
			return "", fmt.Errorf("%s has no flags", component)
		}
		defaults[component] = values
	}
	text, err := json.Marshal(defaults)
	return string(text), err
}
