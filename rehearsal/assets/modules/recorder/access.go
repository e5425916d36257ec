package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sigs.k8s.io/yaml"
)

// answerTime is the time that a client waits for an answer; listTime for a list of all ConfigMaps, of which there are thousands
// after a long drill.
const (
	answerTime = 3 * time.Second
	listTime   = 20 * time.Second
)

// credentials is the part of a kubeconfig that clients use.
type credentials struct {
	server string
	tls    *tls.Config
}

func readKubeconfig(path string) (*credentials, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// The JSON decoder decodes base64 into bytes.
	var file struct {
		Clusters []struct {
			Cluster struct {
				Server     string `json:"server"`
				Authority  []byte `json:"certificate-authority-data"`
				ServerName string `json:"tls-server-name"`
			} `json:"cluster"`
		} `json:"clusters"`
		Users []struct {
			User struct {
				Certificate []byte `json:"client-certificate-data"`
				Key         []byte `json:"client-key-data"`
			} `json:"user"`
		} `json:"users"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	if len(file.Clusters) == 0 || len(file.Users) == 0 {
		return nil, fmt.Errorf("%s has no cluster or no user", path)
	}
	cluster, user := file.Clusters[0].Cluster, file.Users[0].User
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cluster.Authority)
	certificate, err := tls.X509KeyPair(user.Certificate, user.Key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &credentials{cluster.Server, &tls.Config{
		RootCAs: roots, Certificates: []tls.Certificate{certificate}, ServerName: cluster.ServerName,
	}}, nil
}

// connection is the HTTP/2 connection of one client. A failure replaces it, and so does a new kubeconfig, which a rotation of
// authorities or the renewal of a client certificate writes.
type connection struct {
	kubeconfig string
	modified   time.Time
	server     string
	http       *http.Client
}

func (to *connection) close() {
	if to.http != nil {
		to.http.CloseIdleConnections()
		to.http = nil
	}
}

// open connects anew if the kubeconfig has changed.
func (to *connection) open() error {
	found, err := os.Stat(to.kubeconfig)
	if err != nil {
		return err
	}
	if to.http != nil && found.ModTime().Equal(to.modified) {
		return nil
	}
	current, err := readKubeconfig(to.kubeconfig)
	if err != nil {
		return err
	}
	to.close()
	to.modified, to.server = found.ModTime(), current.server
	to.http = &http.Client{Transport: &http.Transport{
		TLSClientConfig: current.tls, ForceAttemptHTTP2: true,
		// A watch on a connection that is cut off must end.
		HTTP2: &http.HTTP2Config{SendPingTimeout: answerTime, PingTimeout: answerTime},
	}}
	return nil
}

// answer of the API server. Without a status there is an error.
type answer struct {
	status int
	body   []byte
	// retryAfter is the time after which the server wants the request again; 0: none.
	retryAfter time.Duration
	err        error
	// sent: the request may have reached the server.
	sent bool
	// within is the time that the client waited for it at most.
	within time.Duration
}

func (to *connection) request(method, path string, body any, within time.Duration) answer {
	if err := to.open(); err != nil {
		return answer{err: err}
	}
	limit, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(limit, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }})
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return answer{err: err}
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(traced, method, to.server+path, content)
	if err != nil {
		return answer{err: err}
	}
	request.Header.Set("content-type", "application/json")
	response, err := to.http.Do(request)
	if err != nil {
		return answer{err: err, sent: sent.Load(), within: within}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{err: err, sent: true, within: within}
	}
	found := answer{status: response.StatusCode, body: text, sent: true}
	if seconds, err := strconv.Atoi(response.Header.Get("retry-after")); err == nil {
		found.retryAfter = time.Duration(max(seconds, 1)) * time.Second
	}
	return found
}

// watch opens a stream of events, which ends with the context.
func (to *connection) watch(until context.Context, path string) (*http.Response, error) {
	if err := to.open(); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(until, http.MethodGet, to.server+path, nil)
	if err != nil {
		return nil, err
	}
	return to.http.Do(request)
}

// refusal is the Status object of an answer.
type refusal struct {
	Message string `json:"message"`
	Reason  string `json:"reason"`
	Details struct {
		// Kind is the resource: that of the request, or of another object that it needs.
		Kind string `json:"kind"`
	} `json:"details"`
}

func (from answer) refusal() (status refusal) {
	_ = json.Unmarshal(from.body, &status)
	return status
}

// reason of a failure. Equal failures have equal texts: without URLs, ports of clients and numbers of streams.
func (from answer) reason() string {
	if from.err == nil {
		text := string(from.body)
		if message := from.refusal().Message; message != "" {
			text = message
		}
		return fmt.Sprintf("status %d: %.80s", from.status, strings.TrimSpace(text))
	}
	var failed net.Error
	if errors.Is(from.err, context.DeadlineExceeded) || errors.As(from.err, &failed) && failed.Timeout() {
		return fmt.Sprintf("no answer in %.0f s", from.within.Seconds())
	}
	var network *net.OpError
	if errors.As(from.err, &network) {
		inner := network.Err
		var system *os.SyscallError
		if errors.As(inner, &system) {
			inner = system.Err
		}
		return fmt.Sprintf("%s: %v", network.Op, inner)
	}
	text := from.err.Error()
	for _, closed := range []string{"EOF", "GOAWAY", "connection lost", "closed", "stream error"} {
		if strings.Contains(text, closed) {
			return "the connection was closed"
		}
	}
	for inner := errors.Unwrap(from.err); inner != nil; inner = errors.Unwrap(inner) {
		text = inner.Error()
	}
	return text
}
