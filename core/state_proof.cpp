#include "core/state_proof.h"

#include <algorithm>

#include "core/byte_fields.h"

namespace bsn {
namespace {

constexpr std::uint16_t path_bits = 256;
constexpr std::size_t step_bytes = 34;

bool grows_strictly(const std::vector<StateProof::Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].bit >= path_bits || (i > 0 && steps[i].bit <= steps[i - 1].bit)) return false;
  }
  return true;
}

// The root over a leaf that the bits of `path` lead to.
Digest root_above(Digest hash, const Digest& path, const std::vector<StateProof::Step>& steps) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    hash = path_bit(path, step->bit) ? state_inner(step->bit, step->sibling, hash)
                                     : state_inner(step->bit, hash, step->sibling);
  }
  return hash;
}

// Whether both paths take the same side at every step, so that who looks for one comes to the other.
bool same_way(const Digest& a, const Digest& b, const std::vector<StateProof::Step>& steps) {
  return std::all_of(steps.begin(), steps.end(),
                     [&](const auto& step) { return path_bit(a, step.bit) == path_bit(b, step.bit); });
}

}  // namespace

Digest state_leaf(const Digest& path, const Digest& value_digest) {
  std::array<char, 65> input;
  input[0] = '\x00';
  path.view().copy(input.data() + 1, 32);
  value_digest.view().copy(input.data() + 33, 32);
  return sha256({input.data(), input.size()});
}

Digest state_inner(std::uint16_t bit, const Digest& left, const Digest& right) {
  std::array<char, 67> input;
  input[0] = '\x01';
  input[1] = static_cast<char>(bit >> 8);
  input[2] = static_cast<char>(bit & 0xff);
  left.view().copy(input.data() + 3, 32);
  right.view().copy(input.data() + 35, 32);
  return sha256({input.data(), input.size()});
}

bool proves_value(const Digest& root, std::string_view key, std::string_view value, const StateProof& proof) {
  if (root.is_zero() || proof.kind != StateProof::Kind::present || !grows_strictly(proof.steps)) return false;
  const Digest path = sha256(key);
  return root_above(state_leaf(path, sha256(value)), path, proof.steps) == root;
}

bool proves_absence(const Digest& root, std::string_view key, const StateProof& proof) {
  if (root.is_zero() || !grows_strictly(proof.steps)) return false;
  if (proof.kind == StateProof::Kind::empty) return proof.steps.empty() && root == sha256("");
  if (proof.kind != StateProof::Kind::other_leaf) return false;
  const Digest path = sha256(key);
  if (proof.other.path == path || !same_way(path, proof.other.path, proof.steps)) return false;
  return root_above(state_leaf(proof.other.path, proof.other.value_digest), path, proof.steps) == root;
}

std::string encode(const StateProof& proof) {
  ByteWriter writer;
  writer.reserve(67 + step_bytes * proof.steps.size());
  writer.u8(static_cast<std::uint8_t>(proof.kind));
  if (proof.kind == StateProof::Kind::other_leaf) writer.digest(proof.other.path).digest(proof.other.value_digest);
  writer.u16(static_cast<std::uint16_t>(proof.steps.size()));
  for (const auto& step : proof.steps) writer.u16(step.bit).digest(step.sibling);
  return writer.take();
}

std::optional<StateProof> decode_state_proof(std::string_view bytes) {
  ByteReader reader(bytes);
  StateProof proof;
  const std::uint8_t kind = reader.u8();
  if (kind > static_cast<std::uint8_t>(StateProof::Kind::empty)) return std::nullopt;
  proof.kind = static_cast<StateProof::Kind>(kind);
  if (proof.kind == StateProof::Kind::other_leaf) {
    proof.other.path = reader.digest();
    proof.other.value_digest = reader.digest();
  }
  const std::uint16_t steps = reader.u16();
  if (steps > path_bits || reader.left() != step_bytes * steps) return std::nullopt;
  proof.steps.reserve(steps);
  for (std::uint16_t i = 0; i < steps; ++i) {
    const std::uint16_t bit = reader.u16();
    proof.steps.push_back({bit, reader.digest()});
  }
  if (!reader.complete() || !grows_strictly(proof.steps)) return std::nullopt;
  return proof;
}

}  // namespace bsn
