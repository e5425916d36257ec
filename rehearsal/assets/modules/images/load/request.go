package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// request sends one request. Any answer but a complete one with status 200 is an error.
func (to target) request() error {
	response, err := to.client.Get(to.url)
	if err != nil {
		return reason(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return reason(err)
	}
	return nil
}

// reason has a text without the URL, and the same one for all timeouts.
func reason(err error) error {
	var failed *url.Error
	if !errors.As(err, &failed) {
		return err
	}
	if failed.Timeout() {
		return errors.New("no answer in time")
	}
	return failed.Err
}
