package main

import (
	"bytes"
	"encoding/json"
	"log"
	"net/http"
	"sync"
	"time"
)

// record is one request. Times are in milliseconds, `At` since the epoch.
type record struct {
	Service string `json:"service"`
	At      int64  `json:"at"`
	Ms      int64  `json:"ms"`
	Ok      bool   `json:"ok"`
	Why     string `json:"why,omitempty"`
}

// batch is what the collector receives. It can receive a batch twice, which it recognizes by client and number.
type batch struct {
	Client   string   `json:"client"`
	Number   int      `json:"number"`
	Requests []record `json:"requests"`
}

// attempts is the number of times that the last report is sent: for half of a pod's default grace period.
const attempts = 15

type reporter struct {
	url    string
	client string
	http   http.Client

	mutex   sync.Mutex
	records []record
	begun   bool

	stopped  chan struct{}
	finished chan struct{}
}

func newReporter(url, client string) *reporter {
	return &reporter{
		url: url, client: client, http: http.Client{Timeout: time.Second},
		stopped: make(chan struct{}), finished: make(chan struct{}),
	}
}

func (to *reporter) add(service string, began time.Time, err error) {
	one := record{Service: service, At: began.UnixMilli(), Ms: time.Since(began).Milliseconds(), Ok: err == nil}
	if err != nil {
		one.Why = err.Error()
	}
	to.mutex.Lock()
	defer to.mutex.Unlock()
	to.records = append(to.records, one)
}

// take returns the records since the last call.
func (to *reporter) take() []record {
	to.mutex.Lock()
	defer to.mutex.Unlock()
	taken := to.records
	to.records = nil
	return taken
}

func (to *reporter) ready() bool {
	to.mutex.Lock()
	defer to.mutex.Unlock()
	return to.begun
}

// begin starts to report.
func (to *reporter) begin() {
	to.mutex.Lock()
	defer to.mutex.Unlock()
	to.begun = true
	go to.run()
}

// end reports the rest and returns.
func (to *reporter) end() {
	close(to.stopped)
	<-to.finished
}

func (to *reporter) run() {
	defer close(to.finished)
	next := batch{Client: to.client}
	for left := attempts; left > 0; time.Sleep(time.Second) {
		ended := to.hasEnded()
		for to.fill(&next) && to.send(next) {
			next.Requests = nil
		}
		if ended && len(next.Requests) == 0 {
			return
		}
		if ended {
			left--
		}
	}
	log.Printf("the collector did not receive %d requests", len(next.Requests))
}

func (to *reporter) hasEnded() bool {
	select {
	case <-to.stopped:
		return true
	default:
		return false
	}
}

// fill returns false if there is nothing to report. A batch that was not received keeps its number and content: the collector may
// have received it without our knowledge.
func (to *reporter) fill(next *batch) bool {
	if len(next.Requests) > 0 {
		return true
	}
	next.Requests = to.take()
	if len(next.Requests) == 0 {
		return false
	}
	next.Number++
	return true
}

func (to *reporter) send(what batch) bool {
	body, err := json.Marshal(what)
	if err != nil {
		log.Fatal(err)
	}
	response, err := to.http.Post(to.url, "application/json", bytes.NewReader(body))
	if err != nil {
		log.Printf("report %d: %v", what.Number, err)
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusNoContent
}

// serveReadiness answers 200 once requests are recorded.
func serveReadiness(address string, reports *reporter) {
	handler := http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		if !reports.ready() {
			response.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	log.Fatal(http.ListenAndServe(address, handler))
}
