#!/usr/bin/env bash
# The browser test: the whole loop by clicking, then every page at two widths.
# Needs bin/qingshao (with the console inside), Node, chromium and a Chinese
# font; without a browser it says so and passes, except under CI.
set -euo pipefail
cd "$(dirname "$0")/.."
exec node test/e2e/run.mjs
