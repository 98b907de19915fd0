# What people and CI do with Gauger. `make demo` is the place to begin.
.PHONY: demo build test prove faults tsan asan storm damage fuzz lint docs bench install uninstall test-install release static clean

SHELL := bash
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
# Everything that is installed, as it will lie below PREFIX.
STAGE := .build-static/stage
# Rules are read again and applied to what is plugged in; not where a package is made.
UDEV_RELOAD = if [ -z '$(DESTDIR)' ] && command -v udevadm >/dev/null; then \
  udevadm control --reload && udevadm trigger --subsystem-match=usb --subsystem-match=tty || \
  echo 'udev was not told of the rules; plug the instruments out and in to use them.'; fi
PYTHON := $(CURDIR)/.venv/bin/python
# The rooms with threads of their own, run once more under the thread sanitizer.
THREADED := ScanRingTests|JournalTests|LinksTests|AcquisitionTests

# Tests that compute for long, and tests that wait for programs: each by themselves, or those that
# watch the time would wait behind them for a processor.
NUMERIC := ProcessingTests|MethodsTests|FormatsTests|ProofTests
PROGRAMS := GaugerTests

# From a fresh checkout: installs what is missing, builds, and shows a whole run on an emulator.
demo: release
	.build/release/gauger demo

release:
	scripts/setup
	$(SWIFT) build -c release --product gauger

build:
	scripts/setup
	$(SWIFT) build

# An import of a module that the manifest does not allow fails here and not in a plain build.
test:
	scripts/setup test
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --skip-build --filter '$(NUMERIC)'
	GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --skip-build --skip '$(NUMERIC)|$(PROGRAMS)'
	GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --skip-build --filter '$(PROGRAMS)'
	$(MAKE) --no-print-directory tsan asan

# The sanitizer does not see the order that Swift's own Mutex makes when two threads meet at it, and
# then reports a race that is none; one that is real comes every time. So a report is tried again,
# aloud, and only three in a row fail.
tsan:
	@for try in 1 2 3; do \
	  GAUGER_SANITIZED=1 GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --scratch-path .build-tsan --sanitize=thread \
	    --filter '$(THREADED)' && exit 0; \
	  echo "tsan: try $$try of 3 failed, see above" >&2; \
	done; exit 1

# Memory that is used wrongly, in the same rooms: unsafe code stands in their files alone.
asan:
	GAUGER_SANITIZED=1 GAUGER_PYTHON=$(PYTHON) ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --scratch-path .build-asan \
	  --sanitize=address --filter '$(THREADED)'

# Hostile bytes for every parser, FUZZ_SECONDS (20) each; what fails is kept in .fuzz/crashes.
# Both sanitizers once more in one word: of two words the compiler takes the last alone, and a fuzzer
# without coverage is blind.
fuzz: build
	GAUGER_FUZZ=1 $(SWIFT) build -c release --product gauger-fuzz --sanitize=fuzzer \
	  --sanitize=address -Xswiftc -sanitize=fuzzer,address --scratch-path .build-fuzz
	scripts/fuzz .build-fuzz/release/gauger-fuzz .build/debug/gauger $(FUZZ_TARGETS)

# The program is killed two hundred times at any moment of a run and eight hundred times at the desk
# (import, assigning, evaluation, contents, delivery, recovery); `make test` does it a hundred times.
storm:
	scripts/setup test
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	GAUGER_STORM=200 GAUGER_DESK_STORM=800 GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --skip-build --filter StormTests

# All the damage to files of every format that is tried; `make test` tries a third of it.
damage:
	scripts/setup test
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	GAUGER_DAMAGE=all GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --skip-build --filter FormatsTests

# Every fault on every driver over every front, as a table; fails where a line is not as it must be.
faults:
	scripts/setup test
	$(SWIFT) build
	.build/debug/gauger-faults .build/debug/gauger DeviceProfiles

# Every number of the processing core beside an independent answer; fails where one is out.
prove:
	scripts/setup
	$(SWIFT) build -c release --product gauger-prove
	.build/release/gauger-prove $(PROOFS)

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Drivers Tests Benchmarks Fuzz
	scripts/unsafe-count

# The documentation plug-in is fetched for this alone.
docs:
	scripts/setup
	SWIFT=$(SWIFT) scripts/docs

# The peers are compiled here and now; they are no part of the package.
bench: release
	scripts/setup bench
	$(SWIFT) build -c release --product gauger-bench
	scripts/bench .build/release/gauger .build/release/gauger-bench $(BENCH)

# With Swift's own libraries inside, so that the bench PC needs no toolchain; and beside it all that
# `make install` copies, made here because root often has no toolchain in its PATH.
static:
	scripts/setup
	$(SWIFT) build -c release --product gauger --static-swift-stdlib --scratch-path .build-static
	scripts/stage .build-static/release/gauger '$(STAGE)'

# As root by sudo it installs what `make static` made before.
install:
	@if [ -z "$$SUDO_USER" ] || [ ! -x '$(STAGE)/bin/gauger' ]; then \
	  $(MAKE) --no-print-directory static; fi
	scripts/install '$(STAGE)' '$(DESTDIR)$(PREFIX)'
	@$(UDEV_RELOAD)

# Runs, configuration and everything else in the home stay.
uninstall:
	scripts/install --remove '$(STAGE)' '$(DESTDIR)$(PREFIX)'
	@$(UDEV_RELOAD)

# Installs into a folder and uses that with the toolchain hidden, as on a PC without Swift.
test-install: static
	scripts/test-install '$(STAGE)'

clean:
	rm -rf .build .build-* .venv .venv-bench .fuzz
