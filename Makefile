# Two targets matter to a newcomer: `make run` and `make test`.

.PHONY: run build web test lint gen stack contract faults bench paint sync pictures screenshots help

help: ## Lists the targets.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: build ## Builds everything and starts it at http://localhost:8000.
	scripts/run.sh

build: web ## Builds the page and the release binaries.
	scripts/needs.sh build
	cargo build --release --locked -p movie-together-api -p movie-together-etl

web: web/dist/index.html ## Builds the page into web/dist.

# The page is built from these; its output is newer than all of them or built again.
WEB_SOURCES := $(shell find web/src web/public -type f 2>/dev/null) \
	web/index.html web/vite.config.ts web/package-lock.json schemas/openapi.json

web/node_modules: web/package-lock.json
	cd web && npm ci --no-progress
	@touch $@

web/dist/index.html: web/node_modules $(WEB_SOURCES)
	cd web && npm run build

test: ## Runs every check and test, installing what they need.
	scripts/test.sh

lint: web/node_modules ## Format, clippy, docs, and the page's lints.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked
	cd web && npm run lint && npm run check

gen: web/node_modules ## Writes every generated contract anew.
	scripts/gen.sh

stack: ## Keeps the engines up for tests until Ctrl-C, and prints where they are.
	scripts/needs.sh build engines
	cargo run --locked -q -p movie-together-stack -- up

# For example: make contract ARCHIVE_URL=mongodb://user:password@host
contract: ## Runs the contracts of the storage on ROOMS_URL, LOG_URL, ARCHIVE_URL.
	scripts/contract.sh

# For example: make faults FAULTS='--seed 7 --kills 200'
faults: ## Kills engines, nodes and passes at random under load, and checks what is left.
	scripts/needs.sh build engines
	cargo build --locked --bins -p movie-together-api -p movie-together-etl -p movie-together-cinema
	cargo run --locked -p movie-together-end-to-end --bin movie-together-faults -- $(FAULTS)

# For example: make bench BENCH='--archive-url mongodb://host:27017'
bench: web ## Measures the figures in docs/BENCHMARKS.md.
	cargo build --release --locked -p movie-together-api -p movie-together-etl \
		-p movie-together-cinema -p movie-together-bench
	bench/peers/prepare.sh
	target/release/movie-together-bench all $(BENCH)

paint: build ## Measures how soon the page is there, for docs/PAGE.md.
	scripts/needs.sh chromium
	cd tests/browser && npm ci --no-progress && MOVIE_TOGETHER_BIN=$(CURDIR)/target/release npm run paint

sync: web ## Measures how well a room keeps step, and writes docs/SYNC.md.
	cargo build --locked -p movie-together-api
	cargo build --locked -p movie-together-end-to-end --bin movie-together-fault-layer
	scripts/needs.sh chromium firefox
	cd tests/browser && npm ci --no-progress && npm run sync

pictures: web ## Renews the pictures that tests compare the page's screens with.
	cargo build --locked -p movie-together-api -p movie-together-etl
	scripts/needs.sh chromium
	cd tests/browser && npm ci --no-progress && npm run pictures

screenshots: web ## Takes the screenshots of the README anew.
	cargo build --locked -p movie-together-api -p movie-together-etl
	scripts/needs.sh chromium
	cd tests/browser && npm ci --no-progress && npm run screenshots
