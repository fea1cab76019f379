#!/usr/bin/env bash
# The whole network on this machine: installs what is missing, builds, starts the 136 city nodes of BSN (2020) and a gateway as
# processes on loopback, sends a mixed load for 30 seconds, prints the report and leaves nothing running.
# More arguments go to `bsnsim run`, e.g. scripts/demo.sh --seed 7
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh release bsnsim bsn-node bsn-gateway bsn-operator bsn-relayer
exec build/release/bin/bsnsim run configs/scenarios/first_light.yaml --live "$@"
