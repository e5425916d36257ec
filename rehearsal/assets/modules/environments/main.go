// Environments reads stack files as `pulumi up` does, Pulumi ESC environments included, and reports the configuration that
// the program gets. A request is a line of JSON on standard input, its answer a line on standard output.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/pulumi/esc"
	"github.com/pulumi/esc/eval"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/encoding"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// request is a stack file, and the definitions of the environments that it may import.
type request struct {
	Text         string            `json:"text"`
	Environments map[string]string `json:"environments"`
}

// answer has an empty Error for a stack file that the CLI accepts.
type answer struct {
	Error string `json:"error"`
	// Config is the configuration by key, as the program gets it.
	Config map[string]string `json:"config"`
	// Listed is what `pulumi config --open --json` prints.
	Listed map[string]listed `json:"listed"`
	// Opened is what `pulumi env open` prints for the environment of the stack file.
	Opened any `json:"opened"`
}

// listed is configValueJSON of pkg/cmd/pulumi/config.
type listed struct {
	Value       *string `json:"value,omitempty"`
	ObjectValue any     `json:"objectValue,omitempty"`
	Secret      bool    `json:"secret"`
}

const project = "holdfast"

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 64<<20)
	output := json.NewEncoder(os.Stdout)
	for input.Scan() {
		var asked request
		if err := json.Unmarshal(input.Bytes(), &asked); err != nil {
			fail(err)
		}
		found, err := read(asked)
		if err != nil {
			found.Error = err.Error()
		}
		if err := output.Encode(found); err != nil {
			fail(err)
		}
	}
	if err := input.Err(); err != nil {
		fail(err)
	}
}

// read follows getStackConfigurationFromProjectStack and listConfig of pkg/cmd/pulumi/config.
func read(asked request) (found answer, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	ctx := context.Background()
	stack, err := loadStackFile(asked.Text)
	if err != nil {
		return found, err
	}
	environment, err := open(ctx, stack.EnvironmentBytes(), asked.Environments)
	if err != nil {
		return found, err
	}
	var values esc.Value
	if environment != nil {
		values = environment.Properties["pulumiConfig"]
		found.Opened = esc.NewValue(environment.Properties).ToJSON(false)
	}
	declared := &workspace.Project{Name: tokens.PackageName(project)}
	if err := workspace.ApplyProjectConfig(ctx, "test", declared, values, stack.Config, config.Base64Crypter); err != nil {
		return found, err
	}
	decrypted, err := stack.Config.Decrypt(config.Base64Crypter)
	if err != nil {
		return found, err
	}
	found.Config, found.Listed = map[string]string{}, map[string]listed{}
	for key, value := range decrypted {
		found.Config[key.String()] = value
		entry := listed{Secret: stack.Config[key].Secure()}
		if !entry.Secret {
			entry.Value = &value
			if stack.Config[key].Object() {
				if err := json.Unmarshal([]byte(value), &entry.ObjectValue); err != nil {
					return found, err
				}
			}
		}
		found.Listed[key.String()] = entry
	}
	return found, nil
}

func loadStackFile(text string) (*workspace.ProjectStack, error) {
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	declared := &workspace.Project{Name: tokens.PackageName(project)}
	return workspace.LoadProjectStackBytes(sink, declared, []byte(text), "Pulumi.test.yaml", encoding.YAML)
}

func open(ctx context.Context, definition []byte, others environments) (*esc.Environment, error) {
	if len(definition) == 0 {
		return nil, nil
	}
	declared, problems, err := eval.LoadYAMLBytes("yaml", definition)
	if err != nil || len(problems) != 0 {
		return nil, errors.Join(err, problems)
	}
	scope, err := esc.NewExecContext(map[string]esc.Value{})
	if err != nil {
		return nil, err
	}
	opened, problems := eval.EvalEnvironment(ctx, "yaml", declared, rot{}, none{}, others, scope)
	if len(problems) != 0 {
		return nil, problems
	}
	return opened, nil
}

type environments map[string]string

func (known environments) LoadEnvironment(_ context.Context, name string) ([]byte, eval.Decrypter, error) {
	definition, ok := known[name]
	if !ok {
		return nil, nil, fmt.Errorf("unknown environment %s", name)
	}
	return []byte(definition), rot{}, nil
}

type none struct{}

func (none) LoadProvider(_ context.Context, name string) (esc.Provider, error) {
	return nil, fmt.Errorf("unknown provider %s", name)
}

func (none) LoadRotator(_ context.Context, name string) (esc.Rotator, error) {
	return nil, fmt.Errorf("unknown rotator %s", name)
}

// rot decrypts nothing.
type rot struct{}

func (rot) Decrypt(_ context.Context, text []byte) ([]byte, error) { return text, nil }

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
