package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
	kubeletv1beta1 "k8s.io/kubelet/config/v1beta1"
	"k8s.io/kubernetes/cmd/kubeadm/app/util/patches"
)

// patchedRequest is a file that kubeadm patches before its program reads it.
type patchedRequest struct {
	// Document is the KubeletConfiguration, or all documents of kubeadm init.
	Document string `json:"document"`
	// Patches has the text of each patch by its file name.
	Patches map[string]string `json:"patches"`
}

func parsePatched(text []byte) (patchedRequest, error) {
	var asked patchedRequest
	return asked, json.Unmarshal(text, &asked)
}

// applyPatches patches a document as kubeadm does with the files of /etc/kubernetes/patches.
func applyPatches(target string, document []byte, files map[string]string) ([]byte, error) {
	// kubeadm remembers patches by the path of their folder, so each request has a folder of its own.
	folder, err := os.MkdirTemp("", "holdfast-patches-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	manager, err := patches.GetPatchManagerForPath(folder, patches.KnownTargets(), nil)
	if err != nil {
		return nil, err
	}
	patched := &patches.PatchTarget{Name: target, StrategicMergePatchObject: patchedObject(target), Data: document}
	if err := manager.ApplyPatchesToTarget(patched); err != nil {
		return nil, err
	}
	return patched.Data, nil
}

func patchedObject(target string) any {
	if target == patches.KubeletConfiguration {
		return kubeletv1beta1.KubeletConfiguration{}
	}
	return v1.Pod{}
}

func readPatchedKubelet(text []byte) error {
	asked, err := parsePatched(text)
	if err != nil {
		return err
	}
	patched, err := applyPatches(patches.KubeletConfiguration, []byte(asked.Document), asked.Patches)
	if err != nil {
		return err
	}
	return readKubelet(patched)
}
