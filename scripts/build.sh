#!/usr/bin/env bash
# Installs what is missing and builds everything.   scripts/build.sh [PRESET]      (dev, release, asan, tsan; default: release)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
scripts/install_dependencies.sh
cmake --preset "$preset" --log-level=WARNING
cmake --build --preset "$preset"
