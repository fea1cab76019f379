#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
#   scripts/test.sh                 all tests, in the dev build
#   scripts/test.sh -L unit         more arguments go to ctest: labels are unit, dialogue, scenario, swarm, live, web, tidy
#   PRESET=asan scripts/test.sh     in another build
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${PRESET:-dev}
scripts/build.sh "$preset"
exec ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --parallel 2 "$@"
