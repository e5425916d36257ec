package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// proxyQuestion has the proxy's variables of a machine, and destinations.
type proxyQuestion struct {
	Environment map[string]string `json:"environment"`
	URLs        []string          `json:"urls"`
}

// proxiesOf returns the proxy of each destination as a list in JSON, an empty text for a direct connection: by Go's own rules,
// which containerd, AWS SDKs and most clients follow, and by those of Kubernetes' clients, which must agree.
func proxiesOf(text []byte) (string, error) {
	var asked proxyQuestion
	if err := json.Unmarshal(text, &asked); err != nil {
		return "", err
	}
	for name, value := range asked.Environment {
		if err := os.Setenv(name, value); err != nil {
			return "", err
		}
		defer os.Unsetenv(name)
	}
	byGo := httpproxy.FromEnvironment().ProxyFunc()
	// Reads the ranges of NO_PROXY from the environment, too.
	byKubernetes := utilnet.NewProxierWithNoProxyCIDR(func(request *http.Request) (*url.URL, error) {
		return byGo(request.URL)
	})
	proxies := []string{}
	for _, each := range asked.URLs {
		request, err := http.NewRequest(http.MethodGet, each, nil)
		if err != nil {
			return "", err
		}
		first, err := byGo(request.URL)
		if err != nil {
			return "", err
		}
		second, err := byKubernetes(request)
		if err != nil {
			return "", err
		}
		if asText(first) != asText(second) {
			return "", fmt.Errorf("%s: Go connects through %q, Kubernetes through %q", each, asText(first), asText(second))
		}
		proxies = append(proxies, asText(first))
	}
	found, err := json.Marshal(proxies)
	return string(found), err
}

func asText(proxy *url.URL) string {
	if proxy == nil {
		return ""
	}
	return proxy.String()
}
