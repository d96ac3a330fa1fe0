package custom

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// The limits of a text. Cost counts hours looked at, about; see DESIGN.md for
// what one costs.
const (
	MaxText = 2000 // characters
	MaxCost = 5000
)

// program is one text that was understood.
type program struct {
	run  cel.Program
	cost uint64
	keys []string // what it measures, in the order of the text
}

// operators are the parts of CEL that the language has.
var operators = []string{"_?_:_", "_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "_*_", "-_", "@in", "@not_strictly_false"}

// environment declares the words. It is the same for all rules.
var environment = func() *cel.Env {
	subset := &env.LibrarySubset{IncludeMacros: []string{"exists", "all"}}
	for _, o := range operators {
		subset.IncludeFunctions = append(subset.IncludeFunctions, &env.Function{Name: o})
	}
	opts := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(subset)),
		cel.ParserExpressionSizeLimit(8 * MaxText), cel.ParserRecursionLimit(40),
		cel.ASTValidators(cel.ValidateComprehensionNestingLimit(1)),
		cel.Function("_/_", cel.Overload("divide_known", []*cel.Type{cel.DoubleType, cel.DoubleType}, cel.DoubleType, cel.BinaryBinding(divide))),
		cel.Variable("w", sceneType), cel.Variable("running", cel.BoolType),
	}
	for _, m := range moments {
		if m.Latin != "running" {
			opts = append(opts, cel.Variable(m.Latin, cel.DoubleType))
		}
	}
	for _, f := range functions {
		args := []*cel.Type{sceneType, cel.StringType}
		if f.hours {
			args = append(args, cel.DoubleType)
		}
		look := looks[f.word.Latin]
		opts = append(opts, cel.Function(f.word.Latin, cel.Overload(f.word.Latin+"_1", args, cel.DoubleType, cel.FunctionBinding(func(v ...ref.Val) ref.Val {
			hours := 1
			if len(v) > 2 {
				hours = int(v[2].(types.Double))
			}
			return look.of(v[0].(*sceneValue), string(v[1].(types.String)), hours)
		}))))
	}
	e, err := cel.NewCustomEnv(opts...)
	if err != nil {
		panic(err) // the words are fixed
	}
	return e
}()

// divide gives no answer for a division by nothing, where CEL says infinite.
func divide(a, b ref.Val) ref.Val {
	x, y := a.(types.Double), b.(types.Double)
	if y == 0 {
		return missing()
	}
	return x / y
}

// compile makes a program of a text whose value is of the type.
func compile(src string, want *cel.Type) (*program, *Problem) {
	runes := []rune(src)
	if len(runes) > MaxText {
		return nil, &Problem{From: MaxText, To: len(runes), Text: fmt.Sprintf("最多写 %d 个字，现在有 %d 个；请拆成几条规则", MaxText, len(runes))}
	}
	list, wrong := scan(runes)
	if wrong != nil {
		return nil, wrong
	}
	if wrong := order(list, len(runes)); wrong != nil {
		return nil, wrong
	}
	r := render(list)
	tree, issues := environment.Compile(r.text.String())
	if issues != nil && issues.Err() != nil {
		return nil, r.explain(issues)
	}
	if out := tree.OutputType(); !out.IsExactType(want) {
		return nil, &Problem{From: 0, To: len(runes), Text: wrongResult(want, out)}
	}
	if wrong := r.bounds(tree); wrong != nil {
		return nil, wrong
	}
	est, err := environment.EstimateCost(tree, costs{})
	if err != nil {
		return nil, &Problem{From: 0, To: len(runes), Text: "这条规则的计算量无法估计，请写得简单一些"}
	}
	if est.Max > MaxCost {
		return nil, &Problem{From: 0, To: len(runes), Text: tooCostly(est.Max)}
	}
	run, err := environment.Program(tree, cel.EvalOptions(cel.OptOptimize), cel.CostTracking(costs{}), cel.CostLimit(MaxCost))
	if err != nil {
		return nil, &Problem{From: 0, To: len(runes), Text: "这条规则无法运行，请写得简单一些"}
	}
	return &program{run, est.Max, r.keys}, nil
}

func tooCostly(cost uint64) string {
	n := fmt.Sprint(cost)
	if cost > 1_000_000_000 {
		n = "十亿以上"
	}
	return fmt.Sprintf("计算量过大：每小时每个监控点要看约 %s 个数，上限 %d。请缩短小时数（例如 720 改为 168），或减少因子", n, MaxCost)
}

func wrongResult(want, got *cel.Type) string {
	if want.IsExactType(cel.BoolType) {
		return fmt.Sprintf("规则要写成一个判断，结果为是或否；现在的结果是%s。例如 小时值(氨氮) > 1.2 × 限值(氨氮)", typeName(got.String()))
	}
	return fmt.Sprintf("这里要写一个数值，现在的结果是%s", typeName(got.String()))
}

// rendered is a text as CEL, with the token that each part came from.
type rendered struct {
	list   []token
	text   strings.Builder
	starts []int // where the token begins in the CEL text, in characters
	keys   []string
}

func render(list []token) *rendered {
	r := &rendered{list: list}
	var brackets []string
	n := 0
	write := func(s string) {
		r.text.WriteString(s)
		n += len([]rune(s))
	}
	for i, t := range list {
		r.starts = append(r.starts, n)
		switch t.class {
		case thing:
			r.measure(t.cel)
			inList := len(brackets) > 0 && brackets[len(brackets)-1] == "["
			if first := i >= 2 && list[i-1].class == open && list[i-2].class == call; first || inList {
				write(fmt.Sprintf("%q", t.cel))
			} else {
				write(fmt.Sprintf("value(w,%q)", t.cel))
			}
			continue
		case text:
			if i >= 2 && list[i-1].class == open && list[i-2].class == call {
				r.measure(strings.Trim(t.cel, `"`))
			}
		case open:
			brackets = append(brackets, t.cel)
			if i > 0 && list[i-1].class == call && list[i-1].cel != "exists" && list[i-1].cel != "all" {
				write("(w,")
				continue
			}
		case shut:
			brackets = brackets[:len(brackets)-1]
		}
		write(t.cel)
	}
	return r
}

func (r *rendered) measure(k string) {
	if !slices.Contains(r.keys, k) {
		r.keys = append(r.keys, k)
	}
}

// token finds what stood at a character of the CEL text.
func (r *rendered) token(at int) int {
	i, found := slices.BinarySearch(r.starts, at)
	if !found {
		i--
	}
	return min(max(0, i), len(r.list)-1)
}

// explain tells the first thing that CEL found wrong.
func (r *rendered) explain(issues *cel.Issues) *Problem {
	errs := issues.Errors()
	first := errs[0]
	for _, e := range errs[1:] {
		if e.Location.Column() < first.Location.Column() && first.Location.Column() >= 0 {
			first = e
		}
	}
	i := r.token(first.Location.Column())
	if i > 0 && r.list[i].class == open && r.list[i-1].class == call {
		i-- // calls are placed at their bracket
	}
	t := r.list[i]
	return &Problem{From: t.from, To: t.to, Text: r.sentence(first.Message, i)}
}

// bounds checks what types cannot say: hours are written as numbers, within
// reason.
func (r *rendered) bounds(tree *cel.Ast) (wrong *Problem) {
	root := ast.NavigateAST(tree.NativeRep())
	info := tree.NativeRep().SourceInfo()
	for _, e := range ast.MatchDescendants(root, ast.KindMatcher(ast.CallKind)) {
		f, ok := functionOf(e.AsCall().FunctionName())
		if !ok || !f.hours {
			continue
		}
		arg := e.AsCall().Args()[2]
		t := r.list[r.token(info.GetStartLocation(arg.ID()).Column())]
		n, literal := types.Double(0), false
		if arg.Kind() == ast.LiteralKind {
			n, literal = arg.AsLiteral().(types.Double)
		}
		least := types.Double(1)
		switch {
		case !literal:
			wrong = &Problem{From: t.from, To: t.to, Text: "小时数请直接写一个整数，例如 24"}
		case n != types.Double(int(n)) || n < least || n > Longest:
			wrong = &Problem{From: t.from, To: t.to, Text: fmt.Sprintf("小时数应为 1 至 %d 的整数", Longest)}
		}
		if wrong != nil {
			return wrong
		}
	}
	return nil
}
