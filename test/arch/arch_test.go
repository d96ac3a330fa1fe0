// Package arch holds the tests that keep the shape of the house: which way
// imports point, where SQL may stand, that everything exported says what it is.
// Each failure names the rule it breaks.
package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/qingshao/qingshao"

// room is one package of the module, tests left out.
type room struct {
	path    string // relative to the module, e.g. internal/clue
	files   map[string]*ast.File
	imports map[string]string // import path → file
}

func walk(t *testing.T) (map[string]*room, *token.FileSet) {
	t.Helper()
	root := filepath.Join("..", "..")
	fset := token.NewFileSet()
	rooms := map[string]*room{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(p))
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		r := rooms[rel]
		if r == nil {
			r = &room{path: rel, files: map[string]*ast.File{}, imports: map[string]string{}}
			rooms[rel] = r
		}
		r.files[p] = f
		for _, im := range f.Imports {
			v, err := strconv.Unquote(im.Path.Value)
			if err != nil {
				return err
			}
			r.imports[v] = p
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(rooms) < 10 {
		t.Fatalf("found only %d packages", len(rooms))
	}
	return rooms, fset
}

// groups give each package its place in the loop; a package not named here is a
// base noun or a mechanism, which features may use and which uses no feature.
var groups = []struct{ prefix, group string }{
	{"internal/discover/", "source"}, {"internal/rule/catalog", "catalog"}, {"internal/rule/custom", "custom"}, {"internal/rule/setting", "setting"}, {"internal/rule", "rule"},
	{"internal/clue", "clue"}, {"internal/issue", "issue"}, {"internal/handle/", "handle"}, {"internal/closing", "closing"},
	{"internal/emergency", "handle"}, {"internal/evaluate/", "evaluate"}, {"internal/means/", "means"},
	{"internal/roster", "roster"},
	{"internal/api", "outer"}, {"internal/app", "outer"}, {"internal/profile", "outer"}, {"internal/config", "outer"}, {"cmd/", "outer"},
	{"internal/world", "world"}, {"internal/gateway", "gateway"}, {"internal/hj212cli", "outer"}, {"test/", "outer"}, {"internal/looptest", "outer"},
	{"internal/demo", "outer"}, {"internal/bench", "outer"}, {"internal/backtest", "outer"}, {"internal/station", "outer"},
}

func groupOf(path string) string {
	for _, g := range groups {
		if path == strings.TrimSuffix(g.prefix, "/") || strings.HasPrefix(path, strings.TrimSuffix(g.prefix, "/")+"/") {
			return g.group
		}
	}
	if strings.HasPrefix(path, "internal/") {
		return "base"
	}
	return "root"
}

// may says which groups a group imports, besides base and root packages.
var may = map[string]string{
	"source":   "rule clue",
	"catalog":  "rule setting",
	"rule":     "clue custom setting",
	"setting":  "",     // what may be set: pure
	"custom":   "rule", // it judges the hours that rule/sign makes
	"clue":     "",
	"issue":    "clue",
	"handle":   "issue clue",
	"closing":  "issue clue",
	"evaluate": "source rule catalog clue issue handle closing means",
	"means":    "clue issue",
	"gateway":  "source", // it hands frames to discover/telemetry
	"roster":   "source", // it registers devices beside enterprises
	"base":     "",
	"root":     "",
	"world":    "",
}

func TestArrows(t *testing.T) {
	t.Parallel()
	rooms, _ := walk(t)
	for path, r := range rooms {
		g := groupOf(path)
		for im, file := range r.imports {
			to, ours := strings.CutPrefix(im, module+"/")
			if (path == "hj212" || path == "mqtt" || path == "internal/fault") && (ours || strings.Contains(strings.Split(im, "/")[0], ".")) {
				t.Errorf("%s imports %s: codecs and fault use the standard library only", file, im)
			}
			if g != "outer" && g != "base" && g != "root" && im == "net/http" {
				t.Errorf("%s imports net/http: features speak no HTTP", file)
			}
			if !ours || g == "outer" {
				continue
			}
			tg := groupOf(to)
			switch {
			case tg == "outer":
				t.Errorf("%s imports %s: nothing below api, app, profile, config knows them", file, to)
			case tg == "base" || tg == "root":
			case tg == g && to != path && !strings.HasPrefix(to, path+"/"):
				t.Errorf("%s imports its sibling %s: what two need moves down or travels as an event", file, to)
			case tg != g && !contains(strings.Fields(may[g]), tg):
				t.Errorf("%s (%s) imports %s (%s): wrong arrow, %s may import [%s]", file, g, to, tg, g, may[g])
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// sqlText is the beginning of a statement; prose does not begin like this.
var sqlText = regexp.MustCompile(`(?s)^\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|UNIQUE)|ALTER\s+TABLE|PRAGMA\s|WITH\s+\w+\s+AS\s|COPY\s|VACUUM)`)

func TestSQL_OnlyInStores(t *testing.T) {
	t.Parallel()
	rooms, fset := walk(t)
	seen := 0
	for path, r := range rooms {
		for file, f := range r.files {
			base := filepath.Base(file)
			store := base == "store.go" || strings.HasSuffix(base, "_store.go")
			ast.Inspect(f, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				s, err := strconv.Unquote(lit.Value)
				if err != nil || !sqlText.MatchString(s) {
					return true
				}
				seen++
				// db is the mechanism itself.
				if !store && path != "internal/db" && path != "internal/db/dbtest" {
					t.Errorf("%s: SQL outside store.go", fset.Position(lit.Pos()))
				}
				return true
			})
		}
	}
	if seen < 4 {
		t.Errorf("the check found only %d statements: it has gone blind", seen)
	}
}

func TestDocs(t *testing.T) {
	t.Parallel()
	rooms, fset := walk(t)
	for path, r := range rooms {
		doc := false
		for _, f := range r.files {
			doc = doc || f.Doc != nil && len(f.Doc.Text()) > 40
		}
		if !doc {
			t.Errorf("%s has no package comment: what it is for, and not for", path)
		}
		for _, f := range r.files {
			for _, d := range f.Decls {
				for name, pos := range undocumented(d) {
					t.Errorf("%s: exported %s has no comment", fset.Position(pos), name)
				}
			}
		}
	}
}

// undocumented lists a declaration's exported names that carry no comment,
// neither their own nor their group's.
func undocumented(d ast.Decl) map[string]token.Pos {
	out := map[string]token.Pos{}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			out[d.Name.Name] = d.Pos()
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					out[s.Name.Name] = s.Pos()
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						out[n.Name] = n.Pos()
					}
				}
			}
		}
	}
	return out
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if g, ok := t.(*ast.IndexExpr); ok {
		t = g.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}

func TestNames(t *testing.T) {
	t.Parallel()
	rooms, _ := walk(t)
	for path, r := range rooms {
		for _, part := range strings.Split(path, "/") {
			if contains([]string{"util", "utils", "common", "types", "models", "core", "helper", "helpers", "misc"}, part) {
				t.Errorf("%s: a package is named by its subject", path)
			}
		}
		if file, ok := r.imports["testing"]; ok && path != "internal/db/dbtest" && path != "internal/looptest" && !strings.HasPrefix(path, "test/") {
			t.Errorf("%s imports testing into the program", file)
		}
	}
}
