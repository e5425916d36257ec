package main

import (
	"maps"
	"slices"

	"github.com/anishathalye/porcupine"
)

// verdict on a history.
type verdict struct {
	// Operations with a known result.
	Operations int `json:"operations"`
	Events     int `json:"events"`
	// Violations in words.
	Violations []string `json:"violations"`
}

// shownKeys is the number of keys on the page: more than one browser tab can draw helps nobody.
const shownKeys = 5

func check(past *history, page string) (verdict, error) {
	found := verdict{Violations: []string{}}
	for _, each := range past.operations {
		if each.Result != resultUnknown && each.Result != resultFailed {
			found.Operations++
		}
	}
	log, violations := readStreams(past)
	found.Events = len(log.revisions)
	covered := intervals(past, log)
	violations = append(violations, checkEvents(past, log)...)
	violations = append(violations, checkDrained(past, log)...)
	violations = append(violations, checkOrder(past)...)
	violations = append(violations, checkLists(past, log, covered)...)
	violations = append(violations, resolve(past, log, covered)...)
	parts := split(past, log, covered)
	violations = append(violations, checkKeys(parts)...)
	for _, each := range violations {
		found.Violations = append(found.Violations, each.text)
	}
	if len(violations) == 0 || page == "" {
		return found, nil
	}
	return found, writePage(page, parts, violations)
}

// writePage shows the keys of violations, with the violations as annotations.
func writePage(page string, parts []map[string][]*operation, violations []violation) error {
	var keys []string
	for _, each := range violations {
		for _, key := range each.keys {
			if len(keys) < shownKeys && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	var shown []porcupine.Operation
	for index, groups := range parts {
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			if !slices.Contains(keys, key) {
				continue
			}
			for _, each := range porcupineHistory(groups[key]) {
				one := *each.Input.(*operation)
				if index > 0 {
					// A partition of its own.
					one.Key += " after the restore"
				}
				each.Input = &one
				shown = append(shown, each)
			}
		}
	}
	_, info := porcupine.CheckOperationsVerbose(model, shown, keyTime)
	annotations := make([]porcupine.Annotation, 0, len(violations))
	for _, each := range violations {
		annotations = append(annotations, porcupine.Annotation{
			Tag: "violations", Start: each.at, Description: each.text, BackgroundColor: "#f4b5b5",
		})
	}
	info.AddAnnotations(annotations)
	return porcupine.VisualizePath(model, info, page)
}
