package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// record is one line of a history file. Times are in nanoseconds since the start of the program.
type record struct {
	// Type: start, call, return, watch, event, bookmark, restored, final.
	Type   string `json:"type"`
	At     int64  `json:"at"`
	Client int    `json:"client,omitempty"`
	// ID connects a return with its call.
	ID     int64  `json:"id,omitempty"`
	Action string `json:"action,omitempty"`
	Key    string `json:"key,omitempty"`
	// Value that a call writes, or that a read or an event has.
	Value string `json:"value,omitempty"`
	// Expect is the resourceVersion of a swap or delete.
	Expect int64  `json:"expect,omitempty"`
	Result string `json:"result,omitempty"`
	// Revision of the object, of the list, or from which a watch starts.
	Revision int64 `json:"revision,omitempty"`
	// Items of a list by key.
	Items map[string]item `json:"items,omitempty"`
	// Event: ADDED, MODIFIED, DELETED.
	Event     string `json:"event,omitempty"`
	ResumedAt int64  `json:"resumedAt,omitempty"`
}

// item is the state of an existing ConfigMap.
type item struct {
	Value    string `json:"value"`
	Revision int64  `json:"revision"`
}

// Actions of clients.
const (
	actionRead   = "read"
	actionCreate = "create"
	// actionUpdate is an unconditional PUT.
	actionUpdate = "update"
	// actionSwap is a PUT with a resourceVersion.
	actionSwap   = "swap"
	actionDelete = "delete"
	// actionList lists the shared keys, actionListAll all recorded ConfigMaps.
	actionList    = "list"
	actionListAll = "list-all"
	// actionBegin is no operation of a client: it sets the state of a key after a restore.
	actionBegin = "restore"
)

// Results of operations.
const (
	resultOK = "ok"
	// The object does not exist.
	resultAbsent = "absent"
	// A create found the object.
	resultExists = "exists"
	// The resourceVersion differs.
	resultConflict = "conflict"
	// The server did not process the request.
	resultFailed = "failed"
	// The server may have processed the request, now or later.
	resultUnknown = "unknown"
)

// journal appends records to a file. Each record is one write, so that a killed program loses none.
type journal struct {
	began time.Time
	mutex sync.Mutex
	file  *os.File
	last  int64
}

func createJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o600)
	return &journal{began: time.Now(), file: file}, err
}

// now is a time of the monotonic clock, which a wrong wall clock does not change.
func (to *journal) now() int64 { return int64(time.Since(to.began)) }

func (to *journal) write(one record) {
	to.mutex.Lock()
	defer to.mutex.Unlock()
	to.append(one)
}

// call records the start of an operation. @returns its id
func (to *journal) call(one record) int64 {
	to.mutex.Lock()
	defer to.mutex.Unlock()
	to.last++
	one.Type, one.ID, one.At = "call", to.last, to.now()
	to.append(one)
	return one.ID
}

func (to *journal) append(one record) {
	if one.At == 0 {
		one.At = to.now()
	}
	text, err := json.Marshal(one)
	if err == nil {
		_, err = to.file.Write(append(text, '\n'))
	}
	if err != nil {
		// A history with holes would accuse the cluster.
		fmt.Fprintln(os.Stderr, "recorder: cannot record:", err)
		os.Exit(1)
	}
}

// operation is a call with its return. Without a return its result is unknown.
type operation struct {
	record
	Return int64
	// Got is the value that a read returned.
	Got string
	// begin is the state that actionBegin sets.
	begin state
}

// restore returned the cluster to a revision; writes after it have revisions from resumedAt.
type restore struct{ at, revision, resumedAt int64 }

// discards: the restore removes the effect of this revision.
func (to *restore) discards(revision int64) bool {
	return to != nil && revision > to.revision && revision < to.resumedAt
}

type history struct {
	// start is the revision at which no recorded ConfigMap exists.
	start int64
	// final is the revision of the last write, which all watchers must see; -1: the last write failed; 0: the program was killed.
	final      int64
	end        int64
	operations []*operation
	// streams are the watch, event and bookmark records by watcher, in their order.
	streams  map[int][]record
	restored *restore
}

func readHistory(path string) (*history, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	past := &history{streams: map[int][]record{}}
	calls := map[int64]*operation{}
	lines := bufio.NewReader(file)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			// A killed program can leave half a line.
			return past, nil
		}
		var one record
		if err == nil {
			err = json.Unmarshal(line, &one)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
		past.add(one, calls)
	}
}

func (to *history) add(one record, calls map[int64]*operation) {
	to.end = max(to.end, one.At)
	switch one.Type {
	case "start":
		to.start = one.Revision
	case "call":
		called := &operation{record: one}
		called.Result = resultUnknown
		calls[one.ID] = called
		to.operations = append(to.operations, called)
	case "return":
		if called, found := calls[one.ID]; found {
			called.Return, called.Result, called.Revision = one.At, one.Result, one.Revision
			called.Got, called.Items = one.Value, one.Items
		}
	case "watch", "event", "bookmark":
		to.streams[one.Client] = append(to.streams[one.Client], one)
	case "restored":
		to.restored = &restore{one.At, one.Revision, one.ResumedAt}
	case "final":
		to.final = one.Revision
	}
}
