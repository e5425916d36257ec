package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// plan of a run.
type plan struct {
	namespace string
	clients   int
	keys      int
	watchers  int
	pause     time.Duration
	seed      int64
}

// drainTime is the time for the last list and the last write, and then for the watchers to see it.
const drainTime = time.Minute

// firstWatcher is the client number of the first watcher.
const firstWatcher = 100

// recorder has what all clients share.
type recorder struct {
	plan
	collection string
	kubeconfig string
	journal    *journal
	running    context.Context
	// newest is the number of the newest write of each client that is created once; others read it.
	newest []atomic.Int64
	output sync.Mutex
}

func run(to plan, kubeconfig, file string) error {
	journal, err := createJournal(file)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.Background())
	shared := &recorder{
		plan: to, kubeconfig: kubeconfig, journal: journal, running: running,
		collection: "/api/v1/namespaces/" + to.namespace + "/configmaps", newest: make([]atomic.Int64, to.clients+1),
	}
	go func() {
		shared.readAnnouncements()
		stop()
	}()
	// One more client: values are unique.
	own := newClient(shared, to.clients)
	start, found := own.listAll(running)
	if !found {
		return errors.New("the first list was not answered before the end of standard input")
	}
	journal.write(record{Type: "start", Revision: start})
	var clients, watches sync.WaitGroup
	watching, endWatches := context.WithCancel(context.Background())
	watchers := make([]*watcher, to.watchers)
	for number := range watchers {
		watchers[number] = newWatcher(shared, firstWatcher+number, start)
		watches.Go(func() { watchers[number].run(watching) })
	}
	for number := range to.clients {
		clients.Go(func() { newClient(shared, number).run() })
	}
	clients.Wait()
	shared.drain(own, watchers)
	endWatches()
	watches.Wait()
	return nil
}

// readAnnouncements returns at the end of standard input.
func (to *recorder) readAnnouncements() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var restore struct {
			Revision  int64 `json:"revision"`
			ResumedAt int64 `json:"resumedAt"`
		}
		if err := json.Unmarshal(lines.Bytes(), &restore); err != nil {
			fmt.Fprintf(os.Stderr, "recorder: %s is no announcement of a restore: %v\n", lines.Text(), err)
			continue
		}
		to.journal.write(record{Type: "restored", Revision: restore.Revision, ResumedAt: restore.ResumedAt})
	}
}

// drain lists everything, then writes once more and waits until every watcher has seen this write.
func (to *recorder) drain(by *client, watchers []*watcher) {
	limit, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	by.listAll(limit)
	final := int64(-1)
	for number := 0; final < 0 && limit.Err() == nil; number++ {
		last := record{Client: by.number, Action: actionCreate, Key: fmt.Sprintf("end-%d", number), Value: by.newValue()}
		if done := by.perform(limit, last, labelOnce); done.result == resultOK {
			final = done.revision
		} else {
			time.Sleep(to.pause)
		}
	}
	to.journal.write(record{Type: "final", Revision: final})
	seen, cancelSeen := context.WithTimeout(context.Background(), drainTime)
	defer cancelSeen()
	for _, each := range watchers {
		for final > 0 && each.recorded.Load() < final && seen.Err() == nil {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// write is a line of output.
type write struct {
	Name string `json:"name,omitempty"`
	Ok   bool   `json:"ok"`
	// At in milliseconds since the epoch.
	At       int64  `json:"at"`
	Ms       int64  `json:"ms"`
	Revision int64  `json:"revision,omitempty"`
	Why      string `json:"why,omitempty"`
}

func (to *recorder) report(one write) {
	to.output.Lock()
	defer to.output.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(one)
}

func newClient(of *recorder, number int) *client {
	return &client{
		recorder: of, number: number, known: map[string]int64{},
		connection: connection{kubeconfig: of.kubeconfig}, random: rand.New(rand.NewSource(of.seed + int64(number))),
	}
}
