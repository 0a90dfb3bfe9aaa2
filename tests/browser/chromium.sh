#!/bin/sh
# Chromium for the browser tests: installs Debian's where there is none.
set -u
if [ -n "${TEST_HUBBUB_CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
  || command -v google-chrome >/dev/null; then
  exit 0
fi
help="The browser tests need Chromium. Install it, or say with TEST_HUBBUB_CHROMIUM where it is;
TEST_HUBBUB_CHROMIUM=none does without these tests."
if ! command -v apt-get >/dev/null; then
  echo "$help" >&2
  exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "$help" >&2
    exit 1
  fi
  as_root="sudo"
fi
echo "Installing Chromium for the browser tests …"
install() {
  # shellcheck disable=SC2086  # empty where it is not needed
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends chromium >/dev/null
}
if ! install && ! { $as_root apt-get update -qq && install; }; then
  echo "$help" >&2
  exit 1
fi
