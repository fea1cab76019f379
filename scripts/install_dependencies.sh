#!/usr/bin/env bash
# Installs what is missing to build, run and test bsnsim on Debian 12. Does nothing, and asks nothing, when all is there.
#   scripts/install_dependencies.sh           what the build and the tests need
#   scripts/install_dependencies.sh --bench   also the peers that bench/ measures against
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config ccache mold git
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev
  libboost1.81-dev libboost-json1.81-dev
  libssl-dev libsecp256k1-dev libcrypto++-dev libnghttp2-dev libjemalloc-dev zlib1g-dev liblmdb-dev libyaml-cpp-dev libcli11-dev
  libspdlog-dev libfmt-dev prometheus-cpp-dev libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev
  clang-format clang-tidy
  python3-grpcio nghttp2-client curl
  chromium fonts-noto-cjk
)
if [ "${1:-}" = "--bench" ]; then
  packages+=(nginx-light haproxy libns3-dev)
elif [ $# -gt 0 ]; then
  echo "usage: scripts/install_dependencies.sh [--bench]" >&2
  exit 2
fi

command -v npm >/dev/null || packages+=(nodejs npm)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

# Clients of other makers that the tests of the gateway call it with.
install_npm_peers() {
  local folder
  folder="$(dirname "$0")/../build/npm"
  [ -d "$folder/node_modules/@grpc/grpc-js" ] && [ -d "$folder/node_modules/@grpc/proto-loader" ] &&
    [ -d "$folder/node_modules/ethers" ] && return
  echo "installing: grpc-js, ethers" >&2
  mkdir -p "$folder"
  npm install --silent --no-audit --no-fund --prefix "$folder" @grpc/grpc-js@1.14 @grpc/proto-loader@0.8 ethers@6.17 >/dev/null
}

# What the report page is built and tested with: as web/package-lock.json names it.
install_web() {
  local web
  web="$(dirname "$0")/../web"
  [ "$web/node_modules/.package-lock.json" -nt "$web/package-lock.json" ] && return
  echo "installing: what web/package-lock.json names" >&2
  (cd "$web" && npm ci --silent && touch node_modules/.package-lock.json)
}

if [ ${#missing[@]} -eq 0 ]; then
  install_npm_peers
  install_web
  exit 0
fi

echo "installing: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "not root and no sudo: install these packages by hand: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
install_npm_peers
install_web
