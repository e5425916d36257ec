package main

import (
	"encoding/json"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// yamlAsJSON parses as Kubernetes does, by YAML 1.1's rules for booleans and numbers.
func yamlAsJSON(text []byte) (string, error) {
	found, err := yaml.YAMLToJSON(text)
	return string(found), err
}

// yamlV3AsJSON parses as programs with the newer parser do.
func yamlV3AsJSON(text []byte) (string, error) {
	var value any
	if err := yamlv3.Unmarshal(text, &value); err != nil {
		return "", err
	}
	found, err := json.Marshal(value)
	return string(found), err
}
