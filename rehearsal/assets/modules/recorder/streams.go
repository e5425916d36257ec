package main

import (
	"fmt"
	"maps"
	"slices"
)

// violation of a guarantee of the API.
type violation struct {
	text string
	// keys whose history the page shows.
	keys   []string
	client int
	at     int64
}

// segment is a watch with its resumptions: without a new list. The watcher claims to have seen all events in (from, to].
type segment struct {
	client   int
	from, to int64
	// began and ended are times.
	began, ended int64
	seen         map[int64]bool
}

// eventLog has the events of all watchers by revision, each as the first watcher received it.
type eventLog struct {
	events    map[int64]record
	revisions []int64
	segments  []*segment
}

// readStreams checks each watch by itself: revisions only rise, and watchers agree on the events.
func readStreams(past *history) (*eventLog, []violation) {
	log := &eventLog{events: map[int64]record{}}
	var found []violation
	for _, client := range slices.Sorted(maps.Keys(past.streams)) {
		var current *segment
		for _, each := range past.streams[client] {
			if current == nil || each.Type == "watch" && each.Revision != current.to {
				current = &segment{client: client, from: each.Revision, to: each.Revision, began: each.At, seen: map[int64]bool{}}
				log.segments = append(log.segments, current)
			}
			current.ended = each.At
			if each.Type == "watch" {
				continue
			}
			found = append(found, current.advance(each, past.restored)...)
			if each.Type == "event" {
				found = append(found, log.add(each)...)
			}
		}
	}
	log.revisions = slices.Sorted(maps.Keys(log.events))
	return log, found
}

// advance follows an event or a bookmark.
func (to *segment) advance(one record, restored *restore) (found []violation) {
	again := one.Revision < to.to || one.Revision == to.to && one.Type == "event"
	if again {
		found = append(found, violation{
			text: fmt.Sprintf("watcher %d received %s after revision %d", one.Client, describeEvent(one), to.to),
			keys: keysOf(one.Key), client: one.Client, at: one.At,
		})
	}
	if restored.discards(to.to) && one.Revision >= restored.resumedAt {
		found = append(found, violation{
			text: fmt.Sprintf("watcher %d continued across the restore, from revision %d to %d, without 410 Gone", one.Client, to.to, one.Revision),
			keys: keysOf(one.Key), client: one.Client, at: one.At,
		})
	}
	to.to = max(to.to, one.Revision)
	if one.Type == "event" {
		to.seen[one.Revision] = true
	}
	return found
}

func (to *eventLog) add(one record) []violation {
	known, found := to.events[one.Revision]
	if !found || one.At < known.At && sameEvent(one, known) {
		to.events[one.Revision] = one
		return nil
	}
	if sameEvent(one, known) {
		return nil
	}
	return []violation{{
		text: fmt.Sprintf("watcher %d received %s, watcher %d %s", known.Client, describeEvent(known), one.Client, describeEvent(one)),
		keys: keysOf(known.Key, one.Key), client: one.Client, at: one.At,
	}}
}

func sameEvent(one, other record) bool {
	return one.Key == other.Key && one.Value == other.Value && one.Event == other.Event
}

func describeEvent(one record) string {
	if one.Type == "bookmark" {
		return fmt.Sprintf("a bookmark of revision %d", one.Revision)
	}
	return fmt.Sprintf("%s %s = %s at %d", one.Event, one.Key, one.Value, one.Revision)
}

func keysOf(keys ...string) []string {
	return slices.DeleteFunc(keys, func(key string) bool { return key == "" })
}

// checkEvents compares the watchers with each other and with the acknowledged writes: each watcher has seen every event that it
// claims, with the value that was written, and none that no client wrote.
func checkEvents(past *history, log *eventLog) (found []violation) {
	expected := maps.Clone(log.events)
	for _, each := range past.operations {
		if each.Result != resultOK || each.Revision == 0 || !each.writes() {
			continue
		}
		event, known := log.events[each.Revision]
		if !known {
			expected[each.Revision] = record{Type: "event", Event: each.Action, Key: each.Key, Value: each.Value, Revision: each.Revision}
		} else if event.Key != each.Key || event.Value != each.Value {
			found = append(found, violation{
				text: fmt.Sprintf("client %d: %s, but watchers received %s", each.Client, each.describe(), describeEvent(event)),
				keys: keysOf(each.Key, event.Key), client: each.Client, at: each.Return,
			})
		}
	}
	for _, revision := range slices.Sorted(maps.Keys(expected)) {
		for _, watched := range log.segments {
			if watched.misses(revision, past.restored) {
				one := expected[revision]
				found = append(found, violation{
					text: fmt.Sprintf("watcher %d, at revision %d, did not receive %s", watched.client, watched.to, describeEvent(one)),
					keys: keysOf(one.Key), client: watched.client, at: watched.ended,
				})
			}
		}
	}
	return append(found, checkAuthors(past, log)...)
}

func (to *segment) misses(revision int64, restored *restore) bool {
	claimed := revision > to.from && revision <= to.to
	// A watcher that resumed after the restore may not have seen what the restore discarded.
	gone := restored.discards(revision) && to.to >= restored.resumedAt
	return claimed && !gone && !to.seen[revision]
}

// checkAuthors finds events of writes that were refused, or that no client wrote.
func checkAuthors(past *history, log *eventLog) (found []violation) {
	authors := map[string]*operation{}
	for _, each := range past.operations {
		if each.Value != "" {
			authors[each.Value] = each
		}
	}
	for _, revision := range log.revisions {
		event := log.events[revision]
		author, known := authors[event.Value]
		if known && (author.Result == resultOK || author.Result == resultUnknown) {
			continue
		}
		text := fmt.Sprintf("watchers received %s, which no client wrote", describeEvent(event))
		if known {
			text = fmt.Sprintf("client %d: %s, but watchers received %s", author.Client, author.describe(), describeEvent(event))
		}
		found = append(found, violation{text: text, keys: keysOf(event.Key), client: event.Client, at: event.At})
	}
	return found
}

// checkDrained: the watchers have seen the last write, unless the program was killed.
func checkDrained(past *history, log *eventLog) (found []violation) {
	if past.final < 0 {
		return []violation{{text: fmt.Sprintf("the last write was not acknowledged within %.0f s", drainTime.Seconds()), at: past.end}}
	}
	if past.final > 0 && len(log.segments) == 0 {
		return []violation{{text: "no watch was opened", at: past.end}}
	}
	reached := map[int]int64{}
	for _, each := range log.segments {
		reached[each.client] = max(reached[each.client], each.to)
	}
	for _, client := range slices.Sorted(maps.Keys(reached)) {
		if reached[client] < past.final {
			found = append(found, violation{
				text:   fmt.Sprintf("watcher %d reached only revision %d of %d, that of the last write", client, reached[client], past.final),
				client: client, at: past.end,
			})
		}
	}
	return found
}
