// Recorder is the client of drills: it reads and writes ConfigMaps through the load balancer, records each operation, and checks
// the recorded history.
//
// Usage:
//
//	recorder run -kubeconfig FILE -namespace NAME -history FILE [-clients n] [-keys n] [-watchers n] [-pause duration] [-seed n]
//	recorder check -history FILE [-html FILE]
//
// `run` prints a line of JSON per write: {name?, ok, at, ms, revision?, why?}; the name is that of a ConfigMap that is created once
// and never changed. It reads announcements of restores from standard input: {"revision": n, "resumedAt": n}. At the end of
// standard input the clients stop, and the watchers drain to a last write.
//
// `check` prints the verdict as JSON. With violations it writes a page with porcupine's visualization.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"os"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("recorder: ")
	if len(os.Args) < 2 {
		log.Fatal("specify run or check")
	}
	command, flags := os.Args[1], flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	file := flags.String("history", "", "file of the history, JSON lines")
	switch command {
	case "run":
		var to plan
		kubeconfig := flags.String("kubeconfig", "", "administrator's kubeconfig; read again when it changes")
		flags.StringVar(&to.namespace, "namespace", "", "existing namespace without recorded ConfigMaps")
		flags.IntVar(&to.clients, "clients", 4, "number of clients that read and write")
		flags.IntVar(&to.keys, "keys", 8, "number of ConfigMaps that all clients change")
		flags.IntVar(&to.watchers, "watchers", 3, "number of watches")
		flags.DurationVar(&to.pause, "pause", 100*time.Millisecond, "pause of a client between two operations")
		flags.Int64Var(&to.seed, "seed", time.Now().UnixNano(), "seed of the random choice of operations")
		_ = flags.Parse(os.Args[2:])
		if err := run(to, *kubeconfig, *file); err != nil {
			log.Fatal(err)
		}
	case "check":
		html := flags.String("html", "", "file of the page that shows violations; default: none")
		_ = flags.Parse(os.Args[2:])
		past, err := readHistory(*file)
		if err != nil {
			log.Fatal(err)
		}
		found, err := check(past, *html)
		if err != nil {
			log.Fatal(err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
			log.Fatal(err)
		}
	default:
		log.Fatalf("unknown command %s; specify run or check", command)
	}
}
