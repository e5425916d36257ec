package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// keyTime is the time for the check of one key.
const keyTime = 30 * time.Second

// checkKeys lets porcupine check each key, before and after a restore.
func checkKeys(parts []map[string][]*operation) (found []violation) {
	for index, groups := range parts {
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			var text string
			switch porcupine.CheckOperationsTimeout(model, porcupineHistory(groups[key]), keyTime) {
			case porcupine.Ok:
				continue
			case porcupine.Illegal:
				text = fmt.Sprintf("%s is not linearizable", key)
			default:
				text = fmt.Sprintf("%s: no verdict within %.0f s", key, keyTime.Seconds())
			}
			if len(parts) > 1 {
				text += []string{" before the restore", " after the restore"}[index]
			}
			first := groups[key][0]
			found = append(found, violation{text: text, keys: []string{key}, client: first.Client, at: first.At})
		}
	}
	return found
}

// split separates the operations before a restore from those after it, whose keys begin with the state of the backup: at most one
// of the two clusters has a quorum at a time. Operations during the restore that nothing assigns are part of both if they can have
// written, else of none.
func split(past *history, log *eventLog, covered []interval) []map[string][]*operation {
	if past.restored == nil {
		return []map[string][]*operation{byKey(past.operations)}
	}
	resumed := past.end + 1
	for _, each := range past.operations {
		if each.Result == resultOK && each.Revision >= past.restored.resumedAt && each.Return < resumed {
			resumed = each.Return
		}
	}
	var before, after []*operation
	for _, each := range past.operations {
		switch past.restored.side(each, resumed) {
		case sideBefore:
			before = append(before, each)
		case sideAfter:
			after = append(after, each)
		default:
			if each.writes() && (each.Result == resultUnknown || each.Result == resultOK) {
				undecided := *each
				undecided.Result = resultUnknown
				before, after = append(before, &undecided), append(after, &undecided)
			}
		}
	}
	second := byKey(after)
	items, known := stateAt(past.restored.revision, past, log, covered)
	for key, each := range second {
		found, exists := items[key]
		first := &operation{record: record{Client: each[0].Client, Action: actionBegin, Key: key, At: -2, Result: resultOK}, Return: -1}
		first.begin = state{open: !known, exists: exists, value: found.Value, revision: found.Revision}
		second[key] = append([]*operation{first}, each...)
	}
	return []map[string][]*operation{byKey(before), second}
}

type side int

const (
	sideUnclear side = iota
	sideBefore
	sideAfter
)

// side of the restore on which an operation happened. @param resumed time of the first answer after the restore
func (to *restore) side(one *operation, resumed int64) side {
	hasRevision := one.Result == resultOK && one.Revision != 0
	switch {
	case hasRevision && one.Revision >= to.resumedAt, one.At >= resumed:
		return sideAfter
	// An object that is older than the backup can be read on both sides.
	case hasRevision && (to.discards(one.Revision) || one.writes() || one.lists()):
		return sideBefore
	case one.Result != resultUnknown && one.Return <= to.at:
		return sideBefore
	}
	return sideUnclear
}

// checkOrder compares revisions of all clients: a write has a higher one than every answer before it, a list none that is lower.
func checkOrder(past *history) (found []violation) {
	type mark struct {
		at, revision int64
		by           *operation
	}
	var marks []mark
	ordered := func(one *operation) bool {
		return one.Result == resultOK && one.Revision != 0 && (one.writes() || one.lists())
	}
	for _, each := range past.operations {
		if ordered(each) {
			marks = append(marks, mark{each.Return, each.Revision, each})
		}
	}
	slices.SortFunc(marks, func(one, other mark) int { return int(one.at - other.at) })
	for index := 1; index < len(marks); index++ {
		if before := marks[index-1]; before.revision > marks[index].revision {
			marks[index].revision, marks[index].by = before.revision, before.by
		}
	}
	for _, each := range past.operations {
		if !ordered(each) {
			continue
		}
		index, _ := slices.BinarySearchFunc(marks, each.At, func(one mark, at int64) int { return int(one.at - at) })
		if index == 0 {
			continue
		}
		before := marks[index-1]
		if each.Revision < before.revision || each.writes() && each.Revision == before.revision {
			found = append(found, violation{
				text: fmt.Sprintf("client %d: %s revision %d, after client %d had received revision %d",
					each.Client, each.describe(), each.Revision, before.by.Client, before.revision),
				keys: keysOf(each.Key, before.by.Key), client: each.Client, at: each.Return,
			})
		}
	}
	return found
}
