package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// state of one key.
type state struct {
	// open: nothing is known, as after a restore to a revision that no watch has seen.
	open   bool
	exists bool
	value  string
	// revision of the object; unknownRevision after a write without an answer.
	revision int64
}

const unknownRevision = -1

// has: the revision of the object can be this one.
func (from state) has(revision int64) bool {
	return from.exists && (from.revision == revision || from.revision == unknownRevision)
}

// next returns the states that an operation can lead to; none if its result is impossible. An operation without an answer may
// have happened or not.
func next(from state, one *operation) []state {
	if one.Action == actionBegin {
		return []state{one.begin}
	}
	if from.open {
		return nextOfOpen(one)
	}
	written := state{exists: true, value: one.Value, revision: one.Revision}
	if one.Result == resultUnknown {
		written.revision = unknownRevision
		switch {
		case one.Action == actionCreate && !from.exists, one.Action == actionUpdate && from.exists, one.Action == actionSwap && from.has(one.Expect):
			return []state{from, written}
		case one.Action == actionDelete && from.has(one.Expect):
			return []state{from, {}}
		}
		return []state{from}
	}
	possible, after := false, from
	switch one.Action + " " + one.Result {
	case "read ok":
		possible, after = from.has(one.Revision) && from.value == one.Got, state{exists: true, value: one.Got, revision: one.Revision}
	case "create ok":
		possible, after = !from.exists, written
	case "create exists":
		possible = from.exists
	case "update ok":
		possible, after = from.exists, written
	case "swap ok":
		possible, after = from.has(one.Expect), written
	case "delete ok":
		possible, after = from.has(one.Expect), state{}
	case "swap conflict", "delete conflict":
		possible = from.exists && from.revision != one.Expect
	case "read absent", "update absent", "swap absent", "delete absent":
		possible = !from.exists
	}
	if !possible {
		return nil
	}
	return []state{after}
}

// nextOfOpen learns the state from the first result that tells it.
func nextOfOpen(one *operation) []state {
	switch {
	case one.Result == resultOK && one.Action == actionRead:
		return []state{{exists: true, value: one.Got, revision: one.Revision}}
	case one.Result == resultOK && one.Action == actionDelete, one.Result == resultAbsent:
		return []state{{}}
	case one.Result == resultOK:
		return []state{{exists: true, value: one.Value, revision: one.Revision}}
	}
	return []state{{open: true}}
}

// model of one key, which does not exist at first. Keys are independent of each other.
var model = (&porcupine.NondeterministicModel{
	Partition: func(past []porcupine.Operation) (parts [][]porcupine.Operation) {
		groups := map[string][]porcupine.Operation{}
		for _, each := range past {
			key := each.Input.(*operation).Key
			groups[key] = append(groups[key], each)
		}
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			parts = append(parts, groups[key])
		}
		return parts
	},
	Init: func() []any { return []any{state{}} },
	Step: func(from, input, _ any) (states []any) {
		for _, each := range next(from.(state), input.(*operation)) {
			states = append(states, each)
		}
		return states
	},
	Equal:             func(one, other any) bool { return one == other },
	DescribeOperation: func(input, _ any) string { return input.(*operation).describe() },
	DescribeState:     func(each any) string { return each.(state).describe() },
}).ToModel()

func (from state) describe() string {
	switch {
	case from.open:
		return "unknown"
	case !from.exists:
		return "absent"
	case from.revision == unknownRevision:
		return fmt.Sprintf("%s at an unknown revision", from.value)
	}
	return fmt.Sprintf("%s at %d", from.value, from.revision)
}

func (from *operation) describe() string {
	text := from.Action + " " + from.Key
	if from.Action == actionBegin {
		return text + ": " + from.begin.describe()
	}
	if from.Expect != 0 {
		text += fmt.Sprintf(" at %d", from.Expect)
	}
	if from.Value != "" {
		text += " := " + from.Value
	}
	text += ": " + from.Result
	if from.Result != resultOK {
		return text
	}
	if from.Got != "" && from.Got != from.Value {
		text += " " + from.Got
	}
	if from.Revision != 0 {
		text += fmt.Sprintf(" at %d", from.Revision)
	}
	return text
}

// porcupineHistory has the operations of a key for the checker. One without an answer can happen until the end.
func porcupineHistory(operations []*operation) []porcupine.Operation {
	past := make([]porcupine.Operation, 0, len(operations))
	for _, each := range operations {
		returned := each.Return
		if each.Result == resultUnknown {
			returned = math.MaxInt64
		}
		past = append(past, porcupine.Operation{ClientId: each.Client, Input: each, Call: each.At, Return: returned})
	}
	return past
}

// byKey groups operations that read or write one object. A list is a read of each key that it can contain.
func byKey(operations []*operation) map[string][]*operation {
	groups := map[string][]*operation{}
	for _, each := range operations {
		if each.Key != "" && each.matters() {
			groups[each.Key] = append(groups[each.Key], each)
		}
	}
	for _, each := range operations {
		if each.Result != resultOK || !each.lists() {
			continue
		}
		for key := range groups {
			if each.Action == actionListAll || strings.HasPrefix(key, sharedPrefix) {
				groups[key] = append(groups[key], each.readOf(key))
			}
		}
	}
	return groups
}

// matters: the result says something about the state, or the operation can have changed it.
func (from *operation) matters() bool {
	return from.Result != resultFailed && (from.Result != resultUnknown || from.writes())
}

func (from *operation) lists() bool { return from.Action == actionList || from.Action == actionListAll }

// readOf is the part of a list that concerns one key.
func (from *operation) readOf(key string) *operation {
	read := *from
	read.Action, read.Key, read.Items = actionRead, key, nil
	if found, exists := from.Items[key]; exists {
		read.Got, read.Revision = found.Value, found.Revision
	} else {
		read.Result, read.Revision = resultAbsent, 0
	}
	return &read
}

func (from *operation) writes() bool {
	return slices.Contains([]string{actionCreate, actionUpdate, actionSwap, actionDelete}, from.Action)
}
