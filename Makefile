# Two commands for a newcomer, as root on Debian 12:  make demo   make test
# Everything else: make help
BUILD ?= build
JOBS ?= $(shell nproc)
MESON_RELEASE = $(BUILD)/release
MESON_TEST = $(BUILD)/test
T ?= fuzz_request
S ?= 60

.PHONY: all demo image test test-apps bench bench-transparent eval lint fuzz fuzz-all soak install deb clean help deps-build deps-test deps-lint deps-bench

all: deps-build
	@test -f $(MESON_RELEASE)/build.ninja || \
	  meson setup $(MESON_RELEASE) -Dbuildtype=release -Db_lto=true -Dtests=none >$(BUILD).setup.log || { tail -n 4 $(BUILD).setup.log; exit 1; }
	@rm -f $(BUILD).setup.log
	@ninja -C $(MESON_RELEASE) -j $(JOBS)

# Docker comes from Debian; where it does not, the demo does without.
demo:
	@tools/deps demo || tools/deps build
	@$(MAKE) --no-print-directory all
	@demo/run $(MESON_RELEASE)/src/cmd/merlon

# for docker load and ctr images import; made without either
image: all
	@deploy/docker/image $(MESON_RELEASE)/src/cmd/merlon $(BUILD)/merlon-image.tar

test: deps-test
	@tools/run-tests $(BUILD)

test-apps: all deps-apps
	@tests/apps/run --build $(BUILD)
	@tests/apps/attack --build $(BUILD)
	@tests/apps/exploit --build $(BUILD)

bench: all deps-bench
	@bench/run $(MESON_RELEASE)
	@bench/tls $(MESON_RELEASE)

# root; figures into docs/measurements
bench-transparent: all deps-bench
	@bench/transparent $(MESON_RELEASE) 2 7 docs/measurements/transparent.json

eval: all deps-bench
	@tools/eval $(MESON_RELEASE) --beside

lint: deps-lint
	@tools/lint $(BUILD)

# make fuzz T=fuzz_body_json S=600
fuzz: deps-lint
	@tools/fuzz $(BUILD) $(T) $(S)

# every target until it has had an hour of a processor: make fuzz-all S=3600
fuzz-all: deps-lint
	@tools/fuzz-all $(BUILD) $(S)

soak: all deps-bench
	@tools/soak $(MESON_RELEASE)

install: all
	@meson install -C $(MESON_RELEASE) --no-rebuild

deb: deps-deb
	@tools/deb $(BUILD)

clean:
	@rm -rf $(BUILD)

deps-build deps-test deps-lint deps-bench deps-apps deps-deb:
	@tools/deps $(patsubst deps-%,%,$@)

help:
	@echo "make            build the program: $(MESON_RELEASE)/src/cmd/merlon"
	@echo "make demo       a sample shop in a container under protection: what passes, what is blocked, and why"
	@echo "make image      Merlon as a container image: $(BUILD)/merlon-image.tar"
	@echo "make test       every test at reduced scale, with sanitizers; ends with 'N passed, N failed'"
	@echo "make test-apps  WordPress, MediaWiki, Roundcube and a GraphQL application in a browser, sqlmap and wapiti"
	@echo "make bench      CPU and memory beside nginx, a byte relay and ModSecurity, in plain and over TLS, as ratios"
	@echo "make bench-transparent  what it costs to stand in front of a container, beside merlon proxy and a relay (root)"
	@echo "make eval       detection and false alarms on the corpora (MERLON_CORPORA), beside CRS and libinjection"
	@echo "make lint       layers, formatting, gcc and clang with warnings as errors, clang-tidy, cppcheck"
	@echo "make fuzz       one fuzz target, live: make fuzz T=fuzz_body_json S=600"
	@echo "make fuzz-all   every fuzz target for S seconds of a processor, added up in docs/measurements/fuzz.json"
	@echo "make soak       full-scale figures into docs/measurements"
	@echo "make deb        a Debian package: build/merlon_VERSION_ARCH.deb"
	@echo "make install    program, library, header and man pages below /usr/local"
	@echo "make clean      remove $(BUILD)"
