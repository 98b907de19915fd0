# What people and CI do with Gauger. `make demo` is the place to begin.
.PHONY: demo build test tsan storm lint docs bench install release static clean

SHELL := bash
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
PYTHON := $(CURDIR)/.venv/bin/python
# The rooms with threads of their own, run once more under the thread sanitizer.
THREADED := ScanRingTests|JournalTests|LinksTests|AcquisitionTests

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
	GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --skip-build
	$(MAKE) --no-print-directory tsan

# The sanitizer does not see the order that Swift's own Mutex makes when two threads meet at it, and
# then reports a race that is none; one that is real comes every time. So a report is tried again,
# aloud, and only three in a row fail.
tsan:
	@for try in 1 2 3; do \
	  GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --scratch-path .build-tsan --sanitize=thread \
	    --filter '$(THREADED)' && exit 0; \
	  echo "tsan: try $$try of 3 failed, see above" >&2; \
	done; exit 1

# The program is killed two hundred times at any moment of a run; `make test` does it forty times.
storm:
	scripts/setup test
	$(SWIFT) build --build-tests --explicit-target-dependency-import-check error
	GAUGER_STORM=200 GAUGER_PYTHON=$(PYTHON) $(SWIFT) test --skip-build --filter StormTests

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Drivers Tests Benchmarks
	scripts/unsafe-count

# The documentation plug-in is fetched for this alone.
docs:
	scripts/setup
	SWIFT=$(SWIFT) scripts/docs

# The peers are compiled here and now; they are no part of the package.
bench: release
	scripts/setup bench
	$(SWIFT) build -c release --product gauger-bench
	scripts/bench .build/release/gauger .build/release/gauger-bench

# With Swift's own libraries inside, so that the bench PC needs no toolchain.
static:
	scripts/setup
	$(SWIFT) build -c release --product gauger --static-swift-stdlib --scratch-path .build-static

install: static
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/gauger' \
	  '$(DESTDIR)$(PREFIX)/lib/udev/rules.d'
	install -m 755 .build-static/release/gauger '$(DESTDIR)$(PREFIX)/bin/gauger'
	rm -rf '$(DESTDIR)$(PREFIX)/share/gauger/DeviceProfiles'
	cp -R DeviceProfiles '$(DESTDIR)$(PREFIX)/share/gauger/DeviceProfiles'
	chmod -R u=rwX,go=rX '$(DESTDIR)$(PREFIX)/share/gauger/DeviceProfiles'
	install -m 644 udev/*.rules '$(DESTDIR)$(PREFIX)/lib/udev/rules.d/'
	@if [ -z '$(DESTDIR)' ] && command -v udevadm >/dev/null; then \
	  udevadm control --reload && udevadm trigger --subsystem-match=usb --subsystem-match=tty || \
	  echo 'The udev rules are installed; unplug and plug in the instruments to use them.'; fi

clean:
	rm -rf .build .build-* .venv
