# Qingshao 清哨. `make run` builds everything and starts the living demo;
# `make test` checks everything. Both start from git, make, Go and Node.

# One set of flags for build, vet and test, or everything compiles twice.
export CGO_ENABLED = 0
export GOFLAGS = -trimpath -buildvcs=false
VERSION ?= $(shell git describe --tags --always 2>/dev/null || echo dev)
LDFLAGS = -s -w -X main.version=$(VERSION)
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

DATA ?= data/demo
LISTEN ?= 127.0.0.1:8080
HJ212 ?= 127.0.0.1:8212

.PHONY: run build web test go-test web-test e2e clause bench peers sealed soak fuzz race lint cross clean tools

run: build
	bin/qingshao demo --data $(DATA) --listen $(LISTEN) --hj212 $(HJ212)

# The console is part of the binary. The OpenAPI document comes from the
# program and the console's types come from the document, so the program is
# built once without its console when the console is out of date.
build: web
	go build -ldflags '$(LDFLAGS)' -o bin/qingshao ./cmd/qingshao

web: web/dist/index.html

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)
GO_SOURCES := $(shell find cmd internal hj212 mqtt profiles -name '*.go' -o -name '*.sql' -o -name '*.yaml' -o -name '*.csv' 2>/dev/null)

web/node_modules/.package-lock.json: web/package-lock.json web/package.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

bin/openapi.json: $(GO_SOURCES)
	@mkdir -p bin
	go run ./cmd/qingshao openapi > $@.new
	@if cmp -s $@.new $@; then rm $@.new; touch $@; else mv $@.new $@; fi

web/dist/index.html: $(WEB_SOURCES) web/node_modules/.package-lock.json bin/openapi.json
	cd web && npm run gen && npm run build
	@touch $@

# What the tests need beyond Go and Node: a browser, a Chinese font, PostgreSQL.
# Installed only when missing and only by root; without them the parts that need
# them are skipped by name, and fail under CI.
tools:
	@scripts/tools.sh

test: tools build lint go-test web-test e2e

go-test:
	go vet ./...
	go test -timeout 10m ./...

web-test: web/node_modules/.package-lock.json web
	cd web && npm run types && npm test

e2e: build
	scripts/e2e.sh

clause:
	go test -count=1 ./test/clause

lint:
	@test -z "$$(gofmt -l cmd internal hj212 mqtt test profiles web/*.go)" || { gofmt -l cmd internal hj212 mqtt test profiles web/*.go; echo 'gofmt -w 上述文件'; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

bench: build
	go test -run '^$$' -bench . -benchmem ./hj212 ./internal/discover/telemetry ./internal/gateway
	scripts/bench.sh

# Other ways to keep the readings, beside ours, in one run.
peers: build
	scripts/peers.sh

# The long suites: the whole load for ten minutes, killed 50 times, a full disk,
# PostgreSQL that stops, system calls traced.
# Nothing sealed can be read where it must not be: 200 reports on each engine.
sealed:
	go test -count=1 -timeout 20m -tags sealed -v ./test/sealed

soak: build
	go test -count=1 -timeout 90m -tags soak -v ./test/soak
	go test -count=1 -timeout 90m -v -run Walk ./internal/looptest -args -verbs 100000

# Each target in turn, FUZZTIME each.
fuzz:
	for target in FuzzDecode FuzzScan FuzzRoundTrip FuzzEncrypted FuzzValidate FuzzStation; do \
	  go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $${FUZZTIME:-3m} ./hj212 || exit 1; done
	go test -run '^$$' -fuzz '^FuzzLines$$' -fuzztime $${FUZZTIME:-3m} ./internal/hj212cli
	go test -run '^$$' -fuzz '^FuzzMapping$$' -fuzztime $${FUZZTIME:-3m} ./internal/mapping
	go test -run '^$$' -fuzz '^FuzzPacket$$' -fuzztime $${FUZZTIME:-3m} ./mqtt
	for target in FuzzChunk FuzzBlock; do go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $${FUZZTIME:-3m} ./internal/discover/telemetry || exit 1; done
	go test -run '^$$' -fuzz '^FuzzInspect$$' -fuzztime $${FUZZTIME:-3m} ./internal/blob

# The race detector needs a C compiler and other flags than the rest.
race:
	CGO_ENABLED=1 go test -race ./internal/... ./hj212/... ./mqtt/...

cross: web
	for arch in amd64 arm64 loong64; do GOOS=linux GOARCH=$$arch go build -ldflags '$(LDFLAGS)' -o bin/qingshao-linux-$$arch ./cmd/qingshao || exit 1; done

clean:
	rm -rf bin data web/dist/assets web/dist/index.html test-results
