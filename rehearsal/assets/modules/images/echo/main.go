// Echo answers every request with its host name, so that a test sees which pod a Service chose.
//
// Usage: echo [-listen address] [-linger duration]. On SIGTERM it answers for another `linger` while Services forget the pod, asks
// clients to close their connections, and then ends after the requests in progress. `-linger 0` is a program without that: its
// pod needs a preStop hook instead.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	address := flag.String("listen", ":8080", "address and port")
	linger := flag.Duration("linger", 5*time.Second, "time for which requests are answered after SIGTERM")
	flag.Parse()
	name, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	server := &http.Server{
		Addr:              *address,
		ReadHeaderTimeout: 5 * time.Second,
		Handler: http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
			// Closing idle connections instead would lose requests that are on their way.
			if stopped.Err() != nil {
				response.Header().Set("Connection", "close")
			}
			fmt.Fprintln(response, name)
		}),
	}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		<-stopped.Done()
		time.Sleep(*linger)
		_ = server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	// ListenAndServe returns at the start of the shutdown, before the requests in progress end.
	<-finished
}
