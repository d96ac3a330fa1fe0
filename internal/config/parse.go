package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"github.com/qingshao/qingshao/internal/fault"
)

// Prefix begins every environment variable: --login-idle is
// QINGSHAO_LOGIN_IDLE.
const Prefix = "QINGSHAO"

// File is embedded in the root of the command line.
type File struct {
	Config string `help:"YAML 配置文件；其中的键与参数同名，如 listen、log: {format: json}" type:"path" placeholder:"FILE"`
}

// Parser makes the parser of a command line with environment and file. The file
// is looked for in the arguments and in the environment before they are parsed.
func Parser(cli any, args []string, options ...kong.Option) (*kong.Kong, error) {
	options = append([]kong.Option{kong.PostBuild(func(k *kong.Kong) error { environment(k.Model.Node); return nil })}, options...)
	if name := fileIn(args); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fault.Invalidf("读不到配置文件 %s，请检查路径和权限", name).Because(err)
		}
		f, err := readFile(name, text)
		if err != nil {
			return nil, err
		}
		options = append(options, kong.Resolvers(f))
	}
	return kong.New(cli, options...)
}

// environment names each flag's variable: --hj212 is QINGSHAO_HJ212. The
// parser's own rule would part letters from digits.
func environment(n *kong.Node) {
	for _, f := range n.Flags {
		if f.Name == "help" {
			continue
		}
		f.Envs = []string{Prefix + "_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))}
		f.Value.Tag.Envs = f.Envs
	}
	for _, c := range n.Children {
		environment(c)
	}
}

func fileIn(args []string) string {
	for i, a := range args {
		if a == "--" {
			break
		}
		if v, ok := strings.CutPrefix(a, "--config="); ok {
			return v
		}
		if a == "--config" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return os.Getenv(Prefix + "_CONFIG")
}

// setting is one value of the file and the line that it stands on.
type setting struct {
	value any // string or []any of string
	line  int
}

// file answers for flags that neither the command line nor the environment set.
type file struct {
	name     string
	settings map[string]setting
}

// readFile flattens the file: log: {format: json} is log-format.
func readFile(name string, text []byte) (*file, error) {
	f := &file{name: name, settings: map[string]setting{}}
	var doc yaml.Node
	switch err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); {
	case errors.Is(err, io.EOF):
		return f, nil // an empty file sets nothing
	case err != nil:
		return nil, fault.Invalidf("配置文件 %s 不是有效的 YAML：%s", name, yamlLine(err)).Because(err)
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		return nil, f.fail(doc.Content[0].Line, "应由“键: 值”组成")
	}
	return f, f.flatten("", doc.Content[0])
}

var yamlLineNumber = regexp.MustCompile(`line (\d+)`)

func yamlLine(err error) string {
	if m := yamlLineNumber.FindStringSubmatch(err.Error()); m != nil {
		return "第 " + m[1] + " 行附近格式有误"
	}
	return "格式有误"
}

func (f *file) fail(line int, format string, args ...any) error {
	return fault.Invalidf("配置文件 %s 第 %d 行：%s", f.name, line, fmt.Sprintf(format, args...))
}

func (f *file) flatten(prefix string, m *yaml.Node) error {
	for i := 0; i+1 < len(m.Content); i += 2 {
		k, v := m.Content[i], m.Content[i+1]
		key := prefix + strings.ReplaceAll(k.Value, "_", "-")
		if _, twice := f.settings[key]; twice {
			return f.fail(k.Line, "%s 出现了两次", key)
		}
		switch v.Kind {
		case yaml.MappingNode:
			if err := f.flatten(key+"-", v); err != nil {
				return err
			}
			continue
		case yaml.SequenceNode:
			list := []any{}
			for _, e := range v.Content {
				if e.Kind != yaml.ScalarNode {
					return f.fail(e.Line, "%s 的每一项应是一个值", key)
				}
				list = append(list, e.Value)
			}
			f.settings[key] = setting{list, k.Line}
		case yaml.ScalarNode:
			if v.Tag != "!!null" {
				f.settings[key] = setting{v.Value, k.Line}
			}
		default:
			return f.fail(v.Line, "不支持引用（*、&）")
		}
	}
	return nil
}

// Validate refuses keys that no command knows.
func (f *file) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, fl := range n.Flags {
			known[fl.Name] = true
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(app.Node)
	delete(known, "help")
	delete(known, "config")
	keys := make([]string, 0, len(f.settings))
	for k := range f.settings {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return f.settings[a].line - f.settings[b].line })
	for _, k := range keys {
		if !known[k] {
			return f.fail(f.settings[k].line, "没有名为 %s 的设置；可用的设置见 qingshao serve --help", k)
		}
	}
	return nil
}

// Resolve gives a flag's value, unless the environment sets it.
func (f *file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, ok := os.LookupEnv(env); ok {
			return nil, nil
		}
	}
	if s, ok := f.settings[flag.Name]; ok {
		return s.value, nil
	}
	return nil, nil
}

// phrases turns what the parser says into Chinese, longest matter first.
var phrases = []struct {
	re *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`^unknown flag (\S+?)(?:, did you mean (?:one of )?(.*)\?)?$`), "没有参数 $1|，是否要用 $2"},
	{regexp.MustCompile(`^unexpected argument (\S+?)(?:, did you mean (?:one of )?(.*)\?)?$`), "不认识 $1|，是否要用 $2"},
	{regexp.MustCompile(`^missing flags: (.*)$`), "缺少参数 $1"},
	{regexp.MustCompile(`^missing positional arguments (.*)$`), "缺少 $1"},
	{regexp.MustCompile(`^expected one of (.*)$`), "请给出一个命令：$1"},
	{regexp.MustCompile(`^expected "?(.*?)"?$`), "缺少 $1"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)? must be one of (\S+) but got .*$`), "$1 应为 $2 之一"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)?: expected (?:a valid \d+ bit )?u?int .*$`), "$1 应为整数"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)?: expected an int .*$`), "$1 应为整数"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)?: expected a float .*$`), "$1 应为数字"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)?: expected duration .*$`), "$1 应为时长，例如 30m、12h"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)?: bool value must be .*$`), "$1 应为 true 或 false"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)?: missing value.*$`), "$1 缺少值"},
	{regexp.MustCompile(`^(--\S+?)(?:=\S*)?: expected string value but got .*$`), "$1 缺少值"},
	{regexp.MustCompile(`^(--\S+) and (--\S+) can't be used together$`), "$1 与 $2 不能同时使用"},
}

// Explain says in one Chinese line what is wrong with a command line. Values
// are not repeated, since one may be a secret.
func Explain(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	text := err.Error()
	for _, p := range phrases {
		if m := p.re.FindStringSubmatchIndex(text); m != nil {
			said, hint, _ := strings.Cut(p.to, "|")
			if hint != "" && len(m) >= 6 && m[4] >= 0 {
				said += hint
			}
			return fault.Invalidf("命令行有误：%s；用 qingshao --help 查看用法", p.re.ExpandString(nil, said, text, m))
		}
	}
	return fault.Invalidf("命令行有误；用 qingshao --help 查看用法").Because(err)
}
