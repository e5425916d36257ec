package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// watcher follows all recorded ConfigMaps. The server ends each watch after a while, and the watcher resumes from the last revision.
type watcher struct {
	*client
	// revision is that of the last event, bookmark or list: the next watch starts there.
	revision int64
	// recorded is the revision that the recorded stream has reached. A list does not move it, only the watch that follows.
	recorded atomic.Int64
}

// errGone: the server no longer has the events since the revision.
var errGone = errors.New("410 Gone")

func newWatcher(of *recorder, number int, start int64) *watcher {
	return &watcher{client: newClient(of, number), revision: start}
}

func (by *watcher) run(until context.Context) {
	defer by.close()
	for until.Err() == nil {
		err := by.watch(until)
		if err == nil {
			continue
		}
		if !errors.Is(err, errGone) {
			by.close()
		} else if revision, found := by.listAll(until); found {
			by.revision = revision
		}
		select {
		case <-until.Done():
		case <-time.After(2 * by.pause):
		}
	}
}

// watch records events until the stream ends.
func (by *watcher) watch(until context.Context) error {
	from := by.revision
	length := time.Duration(10+by.random.Intn(10)) * time.Second
	limit, cancel := context.WithTimeout(until, length+answerTime)
	defer cancel()
	path := fmt.Sprintf("%s?watch=true&allowWatchBookmarks=true&labelSelector=%s&resourceVersion=%d&timeoutSeconds=%.0f",
		by.collection, label, from, length.Seconds())
	response, err := by.connection.watch(limit, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusGone {
		return errGone
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	by.journal.write(record{Type: "watch", Client: by.number, Revision: from})
	by.recorded.Store(from)
	for events := json.NewDecoder(response.Body); ; {
		if err := by.next(events); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// next records one event.
func (by *watcher) next(events *json.Decoder) error {
	var event struct {
		Type   string          `json:"type"`
		Object json.RawMessage `json:"object"`
	}
	if err := events.Decode(&event); err != nil {
		return err
	}
	if event.Type == "ERROR" {
		var status struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(event.Object, &status); err != nil {
			return err
		}
		if status.Code == http.StatusGone {
			return errGone
		}
		return errors.New(status.Message)
	}
	var object configMap
	if err := json.Unmarshal(event.Object, &object); err != nil {
		return err
	}
	stored := object.item()
	one := record{Type: "event", Client: by.number, Event: event.Type, Key: object.Metadata.Name, Value: stored.Value, Revision: stored.Revision}
	if event.Type == "BOOKMARK" {
		one = record{Type: "bookmark", Client: by.number, Revision: stored.Revision}
	}
	by.journal.write(one)
	by.revision = stored.Revision
	by.recorded.Store(stored.Revision)
	return nil
}
