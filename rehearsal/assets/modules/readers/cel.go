package main

import (
	"sort"
	"strings"

	"github.com/google/cel-go/cel"

	"k8s.io/apiserver/pkg/cel/environment"
)

// celLibrary lists the functions and names of Kubernetes' CEL environment, one overload a line in the form
// `name(type, type): type`; methods begin with `type->`. components/access/cel/library.txt holds this text.
func celLibrary() (string, error) {
	env, err := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()).Env(environment.StoredExpressions)
	if err != nil {
		return "", err
	}
	var lines []string
	for name, function := range env.Functions() {
		for _, overload := range function.OverloadDecls() {
			args := make([]string, 0, len(overload.ArgTypes()))
			for _, arg := range overload.ArgTypes() {
				args = append(args, cel.FormatCELType(arg))
			}
			call := name
			if overload.IsMemberFunction() {
				call = args[0] + "->" + name
				args = args[1:]
			}
			lines = append(lines, call+"("+strings.Join(args, ", ")+"): "+cel.FormatCELType(overload.ResultType()))
		}
	}
	for _, variable := range env.Variables() {
		lines = append(lines, variable.Name()+": "+cel.FormatCELType(variable.Type()))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n") + "\n", nil
}
