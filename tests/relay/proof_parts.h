// A proof about one key taken apart, so that a test can put another one together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/byte_fields.h"
#include "core/state_proof.h"

namespace bsn {

struct ProofParts {
  struct Step {
    std::uint16_t bit = 0;
    Digest sibling;
  };
  std::vector<Step> steps;  // from the root down
  std::uint16_t mark = 0;   // of the end
  std::optional<Digest> path{};
  std::optional<Digest> value{};
};

inline ProofParts take_apart(std::string_view proof, const Digest& path) {
  ProofParts parts;
  ByteReader reader(proof);
  std::vector<std::size_t> siblings_after;  // steps whose sibling follows what is below them
  while (true) {
    const std::uint16_t mark = reader.u16();
    if (mark >= proof_mark::leaf) {
      parts.mark = mark;
      break;
    }
    parts.steps.push_back({mark, {}});
    if (path_bit(path, mark)) {
      parts.steps.back().sibling = reader.digest();
    } else {
      siblings_after.push_back(parts.steps.size() - 1);
    }
  }
  if (parts.mark == proof_mark::other_leaf) parts.path = reader.digest();
  if (parts.mark != proof_mark::empty) parts.value = reader.digest();
  for (auto step = siblings_after.rbegin(); step != siblings_after.rend(); ++step) {
    parts.steps[*step].sibling = reader.digest();
  }
  return parts;
}

inline std::string put_together(const ProofParts& parts, const Digest& path) {
  ByteWriter end;
  end.u16(parts.mark);
  if (parts.path) end.digest(*parts.path);
  if (parts.value) end.digest(*parts.value);
  std::string proof = end.take();
  for (auto step = parts.steps.rbegin(); step != parts.steps.rend(); ++step) {
    ByteWriter node;
    node.u16(step->bit);
    const bool right = path_bit(path, step->bit);
    if (right) node.digest(step->sibling);
    node.raw(proof);
    if (!right) node.digest(step->sibling);
    proof = node.take();
  }
  return proof;
}

}  // namespace bsn
