package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http"
	"net/url"
	"time"
)

// client performs one operation at a time, with a connection of its own.
type client struct {
	*recorder
	connection
	number int
	random *rand.Rand
	// known are the revisions of the shared keys that the client saw last; 0: absent.
	known map[string]int64
	// written counts the values, which are unique.
	written int
}

// outcome of an operation.
type outcome struct {
	result   string
	revision int64
	value    string
	items    map[string]item
	// why a failed or unknown operation was not answered.
	why string
	// key of the last attempt.
	key string
}

// run performs operations until the end, most of them writes: they measure outages.
func (by *client) run() {
	defer by.close()
	for by.running.Err() == nil {
		by.step()
		select {
		case <-by.running.Done():
		case <-time.After(by.pause):
		}
	}
}

func (by *client) step() {
	key := fmt.Sprintf("shared-%d", by.random.Intn(by.keys))
	expect := by.known[key]
	switch chance := by.random.Float64(); {
	case chance < 0.40:
		by.createOnce()
	case chance < 0.50:
		by.readOnce()
	case chance < 0.53:
		by.perform(by.running, record{Client: by.number, Action: actionList}, "")
	case chance < 0.65:
		by.perform(by.running, record{Client: by.number, Action: actionRead, Key: key}, "")
	case chance < 0.70:
		by.write(actionUpdate, key, 0)
	case chance < 0.76 || expect == 0 && chance < 0.85:
		by.write(actionCreate, key, 0)
	case expect == 0:
		by.perform(by.running, record{Client: by.number, Action: actionRead, Key: key}, "")
	case chance < 0.95:
		by.write(actionSwap, key, expect)
	default:
		by.write(actionDelete, key, expect)
	}
}

func (by *client) newValue() string {
	by.written++
	return fmt.Sprintf("%d-%d", by.number, by.written)
}

func nameOnce(client int, number int64) string { return fmt.Sprintf("write-%d-%d", client, number) }

// createOnce creates a ConfigMap that no client changes.
func (by *client) createOnce() {
	by.measure(record{Client: by.number, Action: actionCreate, Key: by.newName(), Value: by.newValue()}, labelOnce)
}

func (by *client) newName() string { return nameOnce(by.number, by.newest[by.number].Add(1)) }

// readOnce reads the newest ConfigMap of a client that is created once, which may be in progress.
func (by *client) readOnce() {
	writer := by.random.Intn(by.clients)
	if number := by.newest[writer].Load(); number > 0 {
		by.perform(by.running, record{Client: by.number, Action: actionRead, Key: nameOnce(writer, number)}, "")
	}
}

func (by *client) write(action, key string, expect int64) {
	one := record{Client: by.number, Action: action, Key: key, Expect: expect}
	if action != actionDelete {
		one.Value = by.newValue()
	}
	by.measure(one, labelShared)
}

// measure performs a write and reports it, unless another client's write was in its way: that is neither success nor failure.
func (by *client) measure(one record, kind string) {
	began := time.Now()
	done := by.perform(by.running, one, kind)
	line := write{Ok: done.result == resultOK, At: began.UnixMilli(), Ms: time.Since(began).Milliseconds(), Revision: done.revision, Why: done.why}
	if kind == labelOnce {
		line.Name = done.key
	}
	if line.Ok || line.Why != "" {
		by.report(line)
	}
}

// perform records and sends an operation, and repeats it until the context ends while the server answers with Retry-After.
func (by *client) perform(limit context.Context, one record, kind string) outcome {
	for {
		id := by.journal.call(one)
		found := by.send(one, kind)
		done := interpret(one, found)
		done.key = one.Key
		by.journal.write(record{
			Type: "return", ID: id, Client: by.number, Result: done.result, Revision: done.revision, Value: done.value, Items: done.items,
		})
		by.remember(one, done)
		if done.why == "" {
			return done
		}
		by.close()
		if found.retryAfter == 0 {
			return done
		}
		select {
		case <-limit.Done():
			return outcome{result: done.result}
		case <-time.After(found.retryAfter):
		}
		// The server may have processed the request all the same, except with status 429: the next attempt is another operation.
		if one.Value != "" {
			one.Value = by.newValue()
		}
		if kind == labelOnce {
			one.Key = by.newName()
		}
	}
}

func (by *client) send(one record, kind string) answer {
	path := by.collection + "/" + one.Key
	switch one.Action {
	case actionCreate:
		return by.request(http.MethodPost, by.collection, newConfigMap(one.Key, kind, one.Value, 0), answerTime)
	case actionUpdate, actionSwap:
		return by.request(http.MethodPut, path, newConfigMap(one.Key, kind, one.Value, one.Expect), answerTime)
	case actionDelete:
		return by.request(http.MethodDelete, path, deleteOptions(one.Expect), answerTime)
	case actionList:
		return by.request(http.MethodGet, by.collection+"?labelSelector="+url.QueryEscape(label+"="+labelShared), nil, answerTime)
	case actionListAll:
		return by.request(http.MethodGet, by.collection+"?labelSelector="+label, nil, listTime)
	default:
		return by.request(http.MethodGet, path, nil, answerTime)
	}
}

// interpret finds the result in an answer.
func interpret(one record, found answer) outcome {
	switch {
	case found.err != nil && !found.sent:
		return outcome{result: resultFailed, why: found.reason()}
	case found.status == http.StatusOK || found.status == http.StatusCreated:
		return parseSuccess(one, found.body)
	case found.status >= 400 && found.status < 500:
		if result := refusedBy(one, found.refusal()); result != "" {
			return outcome{result: result}
		}
		return outcome{result: resultFailed, why: found.reason()}
	default:
		return outcome{result: resultUnknown, why: found.reason()}
	}
}

// refusedBy returns the result of an operation that the state of its ConfigMap forbids. Others, such as a conflict of a quota, say
// nothing about the state.
func refusedBy(one record, status refusal) string {
	// A refused precondition of a delete names the kind, all others the resource.
	if status.Details.Kind != "configmaps" && status.Details.Kind != "ConfigMap" {
		return ""
	}
	switch {
	case status.Reason == "NotFound" && one.Action != actionCreate:
		return resultAbsent
	case status.Reason == "AlreadyExists" && one.Action == actionCreate:
		return resultExists
	case status.Reason == "Conflict" && one.Expect != 0:
		return resultConflict
	}
	return ""
}

func parseSuccess(one record, body []byte) outcome {
	switch one.Action {
	case actionDelete:
		return outcome{result: resultOK}
	case actionList, actionListAll:
		items, revision, err := parseList(body)
		if err != nil {
			return outcome{result: resultUnknown, why: err.Error()}
		}
		return outcome{result: resultOK, revision: revision, items: items}
	}
	var got configMap
	if err := json.Unmarshal(body, &got); err != nil {
		return outcome{result: resultUnknown, why: err.Error()}
	}
	stored := got.item()
	return outcome{result: resultOK, revision: stored.Revision, value: stored.Value}
}

// remember keeps the revision for the next swap or delete.
func (by *client) remember(one record, done outcome) {
	switch {
	case one.Action == actionDelete, done.result == resultAbsent, done.result == resultConflict:
		delete(by.known, one.Key)
	case done.result == resultOK && one.Key != "":
		by.known[one.Key] = done.revision
	case one.Action == actionList:
		for key, each := range done.items {
			by.known[key] = each.Revision
		}
	}
}

// listAll repeats the list of all recorded ConfigMaps until it is answered. @returns its revision, and false if the context ended
func (by *client) listAll(limit context.Context) (int64, bool) {
	for limit.Err() == nil {
		if done := by.perform(limit, record{Client: by.number, Action: actionListAll}, ""); done.result == resultOK {
			return done.revision, true
		}
		time.Sleep(by.pause)
	}
	return 0, false
}
