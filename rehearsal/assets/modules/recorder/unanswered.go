package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// sighting of a written value: its revision, and the earliest time at which a client or watcher received it.
type sighting struct{ revision, at int64 }

// resolve decides from the events whether writes without an answer happened. The rest stays undecided: deletes whose effect another
// delete explains, and writes that a gap between the watches can hide. It also finds the revisions of acknowledged deletes.
func resolve(past *history, log *eventLog, covered []interval) []violation {
	seen := sightings(past, log)
	hiddenUntil := gapsEnd(past, covered)
	for _, each := range past.operations {
		if each.Result != resultUnknown || each.Value == "" {
			continue
		}
		if found, happened := seen[each.Value]; happened {
			each.Result, each.Revision, each.Return = resultOK, found.revision, max(each.At+1, found.at)
		} else if each.At > hiddenUntil {
			each.Result = resultFailed
		}
	}
	return resolveDeletes(past, log, hiddenUntil)
}

func sightings(past *history, log *eventLog) map[string]sighting {
	seen := map[string]sighting{}
	add := func(value string, revision, at int64) {
		if known, found := seen[value]; !found || at < known.at {
			seen[value] = sighting{revision, at}
		}
	}
	for _, each := range log.events {
		if each.Event != "DELETED" {
			add(each.Value, each.Revision, each.At)
		}
	}
	for _, each := range past.operations {
		if each.Action == actionRead && each.Result == resultOK {
			add(each.Got, each.Revision, each.Return)
		}
		for _, listed := range each.Items {
			add(listed.Value, listed.Revision, each.Return)
		}
	}
	return seen
}

// gapsEnd is the time after which the watchers together saw every event up to the last write.
func gapsEnd(past *history, covered []interval) int64 {
	if last := len(covered) - 1; last < 0 || past.final <= 0 || covered[last].to < past.final {
		return past.end
	} else if last > 0 || covered[0].from > past.start {
		return covered[last].began
	}
	return -1
}

// target of deletes: an object at a revision, which only one of them can delete.
type target struct {
	key    string
	expect int64
}

// resolveDeletes finds the events of deletes. An acknowledged delete without an event is a violation.
func resolveDeletes(past *history, log *eventLog, hiddenUntil int64) (found []violation) {
	events := map[string][]record{}
	for _, revision := range log.revisions {
		event := log.events[revision]
		events[event.Key] = append(events[event.Key], event)
	}
	rivals := map[target][]*operation{}
	for _, each := range past.operations {
		if each.Action == actionDelete && (each.Result == resultOK || each.Result == resultUnknown) {
			at := target{each.Key, each.Expect}
			rivals[at] = append(rivals[at], each)
		}
	}
	for _, at := range slices.SortedFunc(maps.Keys(rivals), compareTargets) {
		// After a restore, another delete of the same object can succeed.
		single := past.restored == nil || at.expect > past.restored.revision
		acknowledged := slices.ContainsFunc(rivals[at], func(one *operation) bool { return one.Result == resultOK })
		for _, one := range rivals[at] {
			event, happened := deletionOf(one, events[at.key], past.restored)
			hidden := happened || one.At <= hiddenUntil
			switch {
			case one.Result == resultOK && happened:
				one.Revision = event.Revision
			case one.Result == resultOK && !hidden && past.restored == nil:
				found = append(found, violation{
					text: fmt.Sprintf("client %d: %s, but watchers received no event of it", one.Client, one.describe()),
					keys: keysOf(one.Key), client: one.Client, at: one.Return,
				})
			case one.Result == resultUnknown && happened && len(rivals[at]) == 1:
				one.Result, one.Revision, one.Return = resultOK, event.Revision, max(one.At+1, event.At)
			case one.Result == resultUnknown && single && (acknowledged || !hidden):
				one.Result = resultFailed
			}
		}
	}
	return found
}

func compareTargets(one, other target) int {
	return cmp.Or(cmp.Compare(one.key, other.key), cmp.Compare(one.expect, other.expect))
}

// deletionOf returns the event that a delete caused: the next one of the key. Of an object that is older than the restored backup it
// can be one before or after the restore.
func deletionOf(one *operation, events []record, restored *restore) (record, bool) {
	next := func(revision int64) (record, bool) {
		index, _ := slices.BinarySearchFunc(events, revision+1, func(event record, wanted int64) int { return cmp.Compare(event.Revision, wanted) })
		if index == len(events) || events[index].Event != "DELETED" {
			return record{}, false
		}
		return events[index], true
	}
	event, happened := next(one.Expect)
	if restored == nil || one.Expect > restored.revision {
		return event, happened
	}
	happened = happened && event.Revision < restored.resumedAt
	if one.Result == resultOK && one.Return <= restored.at {
		return event, happened
	}
	if happened {
		return record{}, false
	}
	return next(restored.resumedAt - 1)
}
