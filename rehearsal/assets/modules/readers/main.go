// Readers reads configuration files with the code that Kubernetes' programs read them with, and reports what each program
// would refuse. A request is a line of JSON on standard input, its answer a line on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"k8s.io/klog/v2"
)

// request is one file. Text is its content, in which paths are those of this host.
type request struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// answer has an empty Error for a file that the program accepts. Text is what a listing reader found.
type answer struct {
	Error string `json:"error"`
	Text  string `json:"text"`
}

// reader returns the error with which a program refuses a file.
type reader func(text []byte) error

var readers = map[string]reader{
	"authentication": readAuthentication,
	"authorization":  readAuthorization,
	"kubeconfig":     fromFile(readKubeconfig),
	"abac":           fromFile(readAbac),
	"admission":      fromFile(readAdmission),
	"audit":          readAuditPolicy,
	"encryption":     fromFile(readEncryption),
	"kubeadm":        readKubeadm,
	"kubelet":        readKubelet,
	"kubeproxy":      readKubeProxy,
	"object":         readObject,
	// kubeadm patches what these three read.
	"kubelet-patched":    readPatchedKubelet,
	"api-server":         readAPIServer,
	"controller-manager": readControllerManager,
}

// listers return a text instead of an opinion.
var listers = map[string]func(text []byte) (string, error){
	"cel-library":       func([]byte) (string, error) { return celLibrary() },
	"kubelet-defaults":  kubeletWithDefaults,
	"flag-defaults":     func([]byte) (string, error) { return componentDefaults() },
	"image-credentials": imageCredentials,
	"kubeadm-versions":  func([]byte) (string, error) { return kubeadmVersions() },
	"proxy":             proxiesOf,
	// The two parsers of Go programs, as JSON.
	"yaml":    yamlAsJSON,
	"yaml-v3": yamlV3AsJSON,
}

func main() {
	silenceLogs()
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 64<<20)
	output := json.NewEncoder(os.Stdout)
	for input.Scan() {
		if err := output.Encode(read(input.Bytes())); err != nil {
			fail(err)
		}
	}
	if err := input.Err(); err != nil {
		fail(err)
	}
}

func read(line []byte) answer {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		fail(err)
	}
	var found answer
	var err error
	if list, known := listers[asked.Kind]; known {
		found.Text, err = list([]byte(asked.Text))
	} else if use, known := readers[asked.Kind]; known {
		err = surviving(use)([]byte(asked.Text))
	} else {
		fail(fmt.Errorf("no reader of %q", asked.Kind))
	}
	if err != nil {
		found.Error = err.Error()
	}
	return found
}

// surviving turns a panic, with which the program itself would end, into an error.
func surviving(use reader) reader {
	return func(text []byte) (err error) {
		defer func() {
			if reason := recover(); reason != nil {
				err = fmt.Errorf("panic: %v", reason)
			}
		}()
		return use(text)
	}
}

// fromFile adapts a function that reads a file by its path.
func fromFile(use func(path string) error) reader {
	return func(text []byte) error {
		file, err := os.CreateTemp("", "holdfast-reader-")
		if err != nil {
			fail(err)
		}
		defer os.Remove(file.Name())
		if _, err := file.Write(text); err != nil {
			fail(err)
		}
		if err := file.Close(); err != nil {
			fail(err)
		}
		return use(file.Name())
	}
}

// silenceLogs keeps the programs' warnings, such as kubeadm's, out of the tests' output.
func silenceLogs() {
	flags := flag.NewFlagSet("klog", flag.ExitOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{"logtostderr": "false", "alsologtostderr": "false", "stderrthreshold": "FATAL"} {
		if err := flags.Set(name, value); err != nil {
			fail(err)
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		fail(err)
	}
	klog.SetOutput(null)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
