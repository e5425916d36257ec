package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// What a request waits for, in this order.
const (
	address int32 = iota
	connection
	answer
)

var waits = map[int32]string{address: "address", connection: "connection", answer: "answer"}

// request sends one request. Any answer but a complete one with status 200 is an error.
func (to target) request() error {
	var waitsFor atomic.Int32
	traced := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		ConnectStart: func(string, string) { waitsFor.Store(connection) },
		GotConn:      func(httptrace.GotConnInfo) { waitsFor.Store(answer) },
	})
	failure := func(err error) error { return reason(err, waits[waitsFor.Load()]) }
	sent, err := http.NewRequestWithContext(traced, http.MethodGet, to.url, nil)
	if err != nil {
		return err
	}
	response, err := to.client.Do(sent)
	if err != nil {
		return failure(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return failure(err)
	}
	return nil
}

// reason has a text without the URL. That of a timeout has what the request waited for.
func reason(err error, waitedFor string) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("no %s in time", waitedFor)
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
