package main

import (
	"encoding/json"
	"strconv"
)

// label of the recorded ConfigMaps. Other programs create ConfigMaps in each namespace, too.
const (
	label       = "recorded"
	labelOnce   = "once"
	labelShared = "shared"
)

// configMap has the fields that the recorder writes and reads.
type configMap struct {
	APIVersion string            `json:"apiVersion,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	Metadata   metadata          `json:"metadata"`
	Data       map[string]string `json:"data,omitempty"`
}

type metadata struct {
	Name            string            `json:"name,omitempty"`
	ResourceVersion string            `json:"resourceVersion,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
}

const valueKey = "value"

func newConfigMap(name, kind, value string, expect int64) configMap {
	meta := metadata{Name: name, Labels: map[string]string{label: kind}}
	if expect != 0 {
		meta.ResourceVersion = formatRevision(expect)
	}
	return configMap{"v1", "ConfigMap", meta, map[string]string{valueKey: value}}
}

func (from configMap) item() item {
	return item{from.Data[valueKey], parseRevision(from.Metadata.ResourceVersion)}
}

type configMapList struct {
	Metadata metadata    `json:"metadata"`
	Items    []configMap `json:"items"`
}

// parseList returns the items of a list by name, and its revision.
func parseList(text []byte) (map[string]item, int64, error) {
	var list configMapList
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, 0, err
	}
	items := map[string]item{}
	for _, each := range list.Items {
		items[each.Metadata.Name] = each.item()
	}
	return items, parseRevision(list.Metadata.ResourceVersion), nil
}

// deleteOptions of a delete that another write prevents.
func deleteOptions(expect int64) any {
	return map[string]any{
		"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": map[string]string{"resourceVersion": formatRevision(expect)},
	}
}

func formatRevision(revision int64) string { return strconv.FormatInt(revision, 10) }

// parseRevision returns 0 for what is no revision.
func parseRevision(text string) int64 {
	revision, _ := strconv.ParseInt(text, 10, 64)
	return revision
}
