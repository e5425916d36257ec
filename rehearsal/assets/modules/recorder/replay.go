package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const sharedPrefix = "shared-"

// interval of revisions in which the watchers together have seen every event, with the state at its start.
type interval struct {
	from, to int64
	// began is the time of the first watch.
	began int64
	base  map[string]item
}

// intervals of the history, in their order. Gaps are between them: watchers of an API server that has just started, or after a
// restore, list again.
func intervals(past *history, log *eventLog) []interval {
	bases := map[int64]map[string]item{past.start: {}}
	for _, each := range past.operations {
		if each.Action == actionListAll && each.Result == resultOK {
			bases[each.Revision] = each.Items
		}
	}
	sorted := slices.SortedFunc(slices.Values(log.segments), func(one, other *segment) int { return int(one.from - other.from) })
	var found []interval
	for _, each := range sorted {
		last := len(found) - 1
		if last >= 0 && each.from <= found[last].to {
			found[last].to = max(found[last].to, each.to)
			continue
		}
		found = append(found, interval{each.from, each.to, each.began, bases[each.from]})
	}
	return found
}

// replay applies the events of an interval in their order.
type replay struct {
	log      *eventLog
	restored *restore
	within   interval
	// next is the index of the next event.
	next int
	// known is false if the state is not: without a list at the start, or after a restore to an earlier time.
	known        bool
	shared, once map[string]item
	// saved is the state at the revision of the backup.
	saved   *replay
	crossed bool
	found   []violation
}

func newReplay(within interval, log *eventLog, restored *restore) *replay {
	created := &replay{log: log, restored: restored, within: within, known: within.base != nil, shared: map[string]item{}, once: map[string]item{}}
	created.next, _ = slices.BinarySearch(log.revisions, within.from+1)
	created.crossed = restored == nil || within.from >= restored.resumedAt
	for key, each := range within.base {
		created.itemsOf(key)[key] = each
	}
	return created
}

func (to *replay) itemsOf(key string) map[string]item {
	if strings.HasPrefix(key, sharedPrefix) {
		return to.shared
	}
	return to.once
}

// advance moves to a revision.
func (to *replay) advance(revision int64) {
	for ; to.next < len(to.log.revisions) && to.log.revisions[to.next] <= revision; to.next++ {
		event := to.log.events[to.log.revisions[to.next]]
		to.cross(event.Revision)
		to.apply(event)
	}
	to.cross(revision)
}

// cross returns to the state of the backup before the first revision after the restore.
func (to *replay) cross(revision int64) {
	if to.crossed {
		return
	}
	if to.saved == nil && revision > to.restored.revision {
		known := to.known && to.within.from <= to.restored.revision
		to.saved = &replay{known: known, shared: maps.Clone(to.shared), once: maps.Clone(to.once)}
	}
	if revision >= to.restored.resumedAt {
		to.crossed, to.known, to.shared, to.once = true, to.saved.known, to.saved.shared, to.saved.once
	}
}

func (to *replay) apply(event record) {
	items := to.itemsOf(event.Key)
	if _, exists := items[event.Key]; to.known && exists == (event.Event == "ADDED") {
		to.found = append(to.found, violation{
			text: fmt.Sprintf("watchers received %s, but the object existed before: %t", describeEvent(event), exists),
			keys: keysOf(event.Key), client: event.Client, at: event.At,
		})
	}
	if event.Event == "DELETED" {
		delete(items, event.Key)
	} else {
		items[event.Key] = item{event.Value, event.Revision}
	}
}

// checkLists compares each list with the state that follows from the events up to its revision.
func checkLists(past *history, log *eventLog, covered []interval) (found []violation) {
	lists := slices.DeleteFunc(slices.Clone(past.operations), func(one *operation) bool {
		return !one.lists() || one.Result != resultOK
	})
	slices.SortStableFunc(lists, func(one, other *operation) int { return int(one.Revision - other.Revision) })
	for _, within := range covered {
		state := newReplay(within, log, past.restored)
		for _, each := range lists {
			if each.Revision < within.from || each.Revision > within.to {
				continue
			}
			state.advance(each.Revision)
			if state.known {
				found = append(found, state.compare(each)...)
			}
		}
		state.advance(within.to)
		found = append(found, state.found...)
	}
	return found
}

func (to *replay) compare(list *operation) (found []violation) {
	expected := maps.Clone(to.shared)
	if list.Action == actionListAll {
		maps.Copy(expected, to.once)
	}
	keys := maps.Clone(expected)
	maps.Copy(keys, list.Items)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		wanted, exists := expected[key]
		got, listed := list.Items[key]
		if exists == listed && wanted == got {
			continue
		}
		found = append(found, violation{
			text: fmt.Sprintf("client %d: list at revision %d has %s %s, watchers saw %s",
				list.Client, list.Revision, key, describeItem(got, listed), describeItem(wanted, exists)),
			keys: keysOf(key), client: list.Client, at: list.Return,
		})
	}
	return found
}

func describeItem(one item, exists bool) string {
	return state{exists: exists, value: one.Value, revision: one.Revision}.describe()
}

// stateAt returns the objects at a revision, and false if no watcher has seen all events up to it.
func stateAt(revision int64, past *history, log *eventLog, covered []interval) (map[string]item, bool) {
	for _, within := range covered {
		if revision < within.from || revision > within.to {
			continue
		}
		state := newReplay(within, log, nil)
		state.advance(revision)
		maps.Copy(state.shared, state.once)
		return state.shared, state.known
	}
	return nil, false
}
