// Command render prints the objects of a chart as `helm install` creates them, in this order: a JSON array. Reads values as JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"
)

func main() {
	chart := flag.String("chart", "", "folder of the chart")
	name := flag.String("name", "", "name of the release")
	namespace := flag.String("namespace", "", "namespace of the release")
	kubernetes := flag.String("kubernetes", "", "version of Kubernetes")
	flag.Parse()
	objects, err := render(*chart, *name, *namespace, *kubernetes, os.Stdin)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(objects)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// render fails for values that the chart's schema forbids.
func render(folder, name, namespace, kubernetes string, input io.Reader) ([]map[string]any, error) {
	given := map[string]any{}
	if err := json.NewDecoder(input).Decode(&given); err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}
	chart, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependenciesWithMerge(chart, given); err != nil {
		return nil, err
	}
	version, err := chartutil.ParseKubeVersion(kubernetes)
	if err != nil {
		return nil, err
	}
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	release := chartutil.ReleaseOptions{Name: name, Namespace: namespace, Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(chart, given, release, capabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(chart, values)
	if err != nil {
		return nil, err
	}
	for file := range files {
		if strings.HasPrefix(path.Base(file), "_") || path.Base(file) == "NOTES.txt" {
			delete(files, file)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	texts := []string{}
	for _, definition := range chart.CRDObjects() {
		texts = append(texts, string(definition.File.Data))
	}
	for _, manifest := range manifests {
		texts = append(texts, manifest.Content)
	}
	for _, hook := range hooks {
		texts = append(texts, hook.Manifest)
	}
	objects := make([]map[string]any, len(texts))
	for index, text := range texts {
		if err := yaml.Unmarshal([]byte(text), &objects[index]); err != nil {
			return nil, err
		}
	}
	return objects, nil
}
