// Renders a chart's templates as Helm does: text/template, Sprig's functions, and the few that Helm adds.
//
// In (standard input, JSON): {"root": {"Values": …, "Chart": …, "Release": …}, "templates": {"name": "text", …}}.
// Out (JSON): {"name": "text", …} without the helpers; exit code 1 with the reason when a template fails.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
)

type request struct {
	Root      map[string]interface{} `json:"root"`
	Templates map[string]string      `json:"templates"`
}

func toJSON(value interface{}) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// A line for each member, as templates expect it; what is in it is JSON, which is YAML, too.
func toYAML(value interface{}) (string, error) {
	lines := []string{}
	switch of := value.(type) {
	case map[string]interface{}:
		for name, member := range of {
			text, err := toJSON(member)
			if err != nil {
				return "", err
			}
			lines = append(lines, name+": "+text)
		}
	case []interface{}:
		for _, element := range of {
			text, err := toJSON(element)
			if err != nil {
				return "", err
			}
			lines = append(lines, "- "+text)
		}
	}
	if len(lines) == 0 {
		return toJSON(value)
	}
	return strings.Join(lines, "\n"), nil
}

func functions(all *template.Template) template.FuncMap {
	made := sprig.TxtFuncMap()
	for _, hidden := range []string{"env", "expandenv"} {
		delete(made, hidden)
	}
	made["toYaml"] = toYAML
	made["toJson"] = toJSON
	made["fail"] = func(why string) (string, error) { return "", errors.New(why) }
	made["include"] = func(name string, with interface{}) (string, error) {
		var text strings.Builder
		err := all.ExecuteTemplate(&text, name, with)
		return text.String(), err
	}
	return made
}

func render(what request) (map[string]string, error) {
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	for name, text := range what.Templates {
		if _, err := all.New(name).Parse(text); err != nil {
			return nil, err
		}
	}
	made := map[string]string{}
	for name := range what.Templates {
		var text strings.Builder
		if err := all.ExecuteTemplate(&text, name, what.Root); err != nil {
			return nil, err
		}
		if !strings.HasSuffix(name, ".tpl") {
			made[name] = strings.ReplaceAll(text.String(), "<no value>", "")
		}
	}
	return made, nil
}

func run() error {
	var what request
	// Numbers become float64, as in Helm.
	if err := json.NewDecoder(os.Stdin).Decode(&what); err != nil {
		return err
	}
	made, err := render(what)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(made)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
