package main

import (
	"encoding/json"

	"k8s.io/kubernetes/pkg/credentialprovider/plugin"
)

// imagePulls names kubelet's two flags, and images.
type imagePulls struct {
	Config    string   `json:"config"`
	Directory string   `json:"directory"`
	Images    []string `json:"images"`
}

// login is what kubelet passes to the container runtime.
type login struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Server   string `json:"server"`
}

// imageCredentials starts kubelet's credential providers, and lists the credentials with which it pulls each image. kubelet starts
// them once: a process answers one such question.
func imageCredentials(text []byte) (string, error) {
	var pulls imagePulls
	if err := json.Unmarshal(text, &pulls); err != nil {
		return "", err
	}
	if err := plugin.RegisterCredentialProviderPlugins(pulls.Config, pulls.Directory, nil, nil); err != nil {
		return "", err
	}
	keyring := plugin.NewExternalCredentialProviderDockerKeyring("default", "app", "uid", "default")
	found := map[string][]login{}
	for _, image := range pulls.Images {
		found[image] = []login{}
		credentials, _ := keyring.Lookup(image)
		for _, one := range credentials {
			found[image] = append(found[image], login{one.Username, one.Password, one.ServerAddress})
		}
	}
	encoded, err := json.Marshal(found)
	return string(encoded), err
}
