# The phone book of the project: `make` alone lists what can be called.
# A target's line in the list is the comment after its two number signs.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Go's usual place, for shells (and sudo) that do not have it on their PATH.
export PATH := $(PATH):/usr/local/go/bin

# The version is stamped below, so Go need not ask git, which refuses a clone that belongs to somebody else.
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false)

VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS   := -s -w -X main.version=$(VERSION)
PROGRAMS  := $(notdir $(patsubst %/,%,$(dir $(wildcard cmd/*/main.go))))
PURE      := $(filter-out ctiagent-tray,$(PROGRAMS))
FUZZTIME  ?= 60s
BENCH     ?=
RUNS      ?= 1000
SEED      ?=
HOURS     ?= 8
PORT      ?= 21470

GOLANGCI    := go tool -modfile=tools/go.mod golangci-lint
STATICCHECK := go tool -modfile=tools/go.mod staticcheck
# Names each test that was skipped, with its reason, behind the rest.
GOTESTSUM   := go tool -modfile=tools/go.mod gotestsum --format pkgname --format-hide-empty-pkg

.PHONY: help
help: ## list the targets
	@echo "ctiagent: call one of these"
	@echo
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)$$/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done
	@echo
	@echo "  first time here: make demo, then make test"

.PHONY: demo
demo: programs ## build, then a simulated PBX, a desk and a demo CRM in one process; Ctrl-C ends it (PORT=21470)
	@exec bin/ctiagent demo --port $(PORT)

# One package more than there are cores at a time, since many wait more than they compute; the longest begins first.
.PHONY: test
test: ## every test there is: static checks, unit, laws, race, real Chromium; installs what is missing
	@scripts/deps.sh build test
	go vet ./...
	GOOS=windows CGO_ENABLED=0 go vet ./...
	$(STATICCHECK) ./...
	CGO_ENABLED=1 GORACE=atexit_sleep_ms=10 $(GOTESTSUM) -- -race -shuffle=on -timeout=20m -p $$(($$(nproc) + 1)) ./cmd/ctiagent ./...

.PHONY: check
check: ## before each commit, offline: format, vet, lint, generated files fresh, tests without the race detector
	@scripts/check.sh

.PHONY: lint
lint: ## the linters of .golangci.yml, at the version pinned in tools/go.mod
	$(GOLANGCI) run ./...

.PHONY: build
build: programs tray ## the programs into bin/, stamped with the version; those without a desktop are static

.PHONY: programs
programs:
	@scripts/deps.sh build
	@for p in $(PURE); do CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/$$p ./cmd/$$p; done

# The tray is a GTK program on Linux. The one for Windows needs no C; -H windowsgui keeps its console window away.
.PHONY: tray
tray: ## the tray program into bin/, for this system and for Windows
	@scripts/deps.sh build tray
	@CGO_ENABLED=1 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ctiagent-tray ./cmd/ctiagent-tray
	@GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS) -H windowsgui' -o bin/ctiagent-tray.exe ./cmd/ctiagent-tray

.PHONY: packages
packages: ## the packages into build/
	@scripts/deps.sh build packages
	@VERSION='$(VERSION)' installer/build.sh build

.PHONY: fuzz
fuzz: ## every fuzz target found in the tree, one minute each (FUZZTIME=60s)
	@scripts/fuzz.sh $(FUZZTIME)

# One core and low priority: so many desks at once are for a machine that also does other things.
.PHONY: chaos
chaos: ## desks over a thousand bad networks, each by a seed (RUNS=1000; SEED=17 is one of them, and told)
	@scripts/deps.sh build
	@GOMAXPROCS=1 nice go test ./internal/chaos -run BadNetworks -count=1 -timeout 60m $(if $(SEED),-v) -args -runs $(RUNS) $(if $(SEED),-seed $(SEED) -story)

.PHONY: soak
soak: ## eight hours of a busy agent in half a minute, and what they use (HOURS=8)
	@scripts/deps.sh build
	@GOMAXPROCS=1 nice go test ./cmd/ctiagent -run BusyDay -count=1 -timeout 60m -v -args -soak $(HOURS)h

.PHONY: bench
bench: ## speed as ratios over minimal baselines; fails above a limit (BENCH='-only click-1' passes options on)
	@scripts/deps.sh build bench
	@go run ./internal/bench $(BENCH)

.PHONY: generate
generate: ## write the generated files again
	go generate ./...

.PHONY: fmt
fmt: ## format the Go files
	gofmt -w $$(git ls-files --cached --others --exclude-standard '*.go')

.PHONY: changelog
changelog: ## write CHANGELOG.md again from the RELNOTE lines of the commits
	@scripts/changelog.sh

.PHONY: deps
deps: ## install the Debian packages and fetch the Go modules that build, test and lint need
	@scripts/deps.sh build test
	go mod download
	go mod download -modfile=tools/packages.mod
	$(GOLANGCI) version >/dev/null && $(STATICCHECK) -version >/dev/null && $(GOTESTSUM) --version >/dev/null

.PHONY: fresh
fresh: ## as root: clone into a new Debian 12 and try make demo and make test there, as root and as an ordinary user
	@scripts/fresh.sh

.PHONY: clean
clean: ## remove what the build made
	rm -rf bin build
