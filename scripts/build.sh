#!/usr/bin/env bash
# Installs what is missing and builds.   scripts/build.sh [PRESET [TARGET...]]
# PRESET: dev, release (the default), asan or tsan. TARGET: bsnsim, bsn-node, event_queue_bench ...; none: everything.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
scripts/install_dependencies.sh
cmake --preset "$preset" --log-level=WARNING
cmake --build --preset "$preset" "${targets[@]}"
