// Load sends requests to Services at a constant rate and reports each one to a collector, in batches of a second.
//
// Usage: load -collector URL [-rate n] [-timeout duration] [-keep-alive name] name=URL…
//
// Each Service gets `rate` requests per second, whether or not earlier ones were answered. A request has a connection of its own,
// except to the Service of -keep-alive. Recording starts when every Service has answered once, because a pod can start before its
// node routes Services; until then, GET :8080/ answers 503. On SIGTERM it sends no further request, waits for those in progress,
// and reports them.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// target is a Service under load.
type target struct {
	name   string
	url    string
	client *http.Client
}

func main() {
	collector := flag.String("collector", "", "URL that receives the reports")
	rate := flag.Int("rate", 10, "requests per second and Service")
	timeout := flag.Duration("timeout", 2*time.Second, "time for an answer")
	keepAlive := flag.String("keep-alive", "", "Service whose connections are reused")
	listen := flag.String("listen", ":8080", "address and port of the readiness probe")
	flag.Parse()
	name, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	running, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	reports := newReporter(*collector, name)
	go serveReadiness(*listen, reports)
	var targets []target
	for _, argument := range flag.Args() {
		service, url, found := strings.Cut(argument, "=")
		if !found {
			log.Fatalf("%s is no name=URL", argument)
		}
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DisableKeepAlives = service != *keepAlive
		targets = append(targets, target{service, url, &http.Client{Transport: transport, Timeout: *timeout}})
	}
	waitForAnswers(running, targets)
	reports.begin()
	var senders sync.WaitGroup
	for _, each := range targets {
		senders.Go(func() { each.send(running, time.Second/time.Duration(*rate), reports) })
	}
	senders.Wait()
	reports.end()
}

// waitForAnswers returns when every target has answered once.
func waitForAnswers(running context.Context, targets []target) {
	for _, each := range targets {
		for running.Err() == nil && each.request() != nil {
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// send starts a request per interval until the context ends, and returns when all have ended.
func (to target) send(running context.Context, interval time.Duration, reports *reporter) {
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	var requests sync.WaitGroup
	defer requests.Wait()
	for {
		select {
		case <-running.Done():
			return
		case <-ticks.C:
			requests.Go(func() {
				began := time.Now()
				reports.add(to.name, began, to.request())
			})
		}
	}
}
