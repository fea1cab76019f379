#!/usr/bin/env bash
# Formats every source as .clang-format says.
set -euo pipefail
cd "$(dirname "$0")/.."
find core proto rpc loop node gateway sim bench tests -name '*.h' -o -name '*.cpp' | xargs clang-format -i
