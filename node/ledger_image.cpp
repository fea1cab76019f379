// A ledger as bytes, and back: what a snapshot is made of.
//
// In this order: the header of the last block, the hashes and state roots of all blocks from genesis, the state by key,
// what was executed by transaction, the used keys by key. Equal ledgers give equal bytes.
#include <algorithm>
#include <utility>
#include <vector>

#include "core/byte_fields.h"
#include "core/check.h"
#include "node/ledger.h"

namespace bsn {
namespace {

constexpr std::string_view image_begins = "bsn/ledger-image/v1";

Error no_image(const std::string& why) { return {ErrorCode::corrupt, "no image of this chain's ledger: " + why}; }

void write(const BlockHeader& header, ByteWriter& out) {
  out.u64(header.height).digest(header.parent).digest(header.transactions_root).digest(header.receipts_root);
  out.digest(header.state_root).time(header.time).u32(header.proposer.value).text(header.seal);
}

BlockHeader read_header(ByteReader& in) {
  BlockHeader header;
  header.height = in.u64();
  header.parent = in.digest();
  header.transactions_root = in.digest();
  header.receipts_root = in.digest();
  header.state_root = in.digest();
  header.time = in.time();
  header.proposer = {in.u32()};
  header.seal = in.text();
  return header;
}

void write(const std::vector<Digest>& digests, ByteWriter& out) {
  for (const Digest& digest : digests) out.digest(digest);
}

// As many as a chain of this height has blocks, genesis included. Stops where the bytes end.
std::vector<Digest> read_digests(Height height, ByteReader& in) {
  std::vector<Digest> digests;
  for (Height at = 0; at <= height && !in.failed(); ++at) digests.push_back(in.digest());
  return digests;
}

void write(const StateTree& state, ByteWriter& out) {
  std::vector<std::pair<std::string_view, std::string_view>> entries;
  state.for_each([&](std::string_view key, std::string_view value) { entries.emplace_back(key, value); });
  std::sort(entries.begin(), entries.end());
  out.u64(entries.size());
  for (const auto& [key, value] : entries) out.text(key).text(value);
}

StateTree read_state(ByteReader& in) {
  StateTree state;
  for (std::uint64_t left = in.u64(); left > 0 && !in.failed(); --left) {
    const std::string_view key = in.text();
    state.set(StateTree::path_of(key), key, in.text());
  }
  return state;
}

}  // namespace

// What was executed and which keys were used, in the order of their digests.
struct Ledger::Index {
  std::vector<std::pair<Digest, Executed>> executed;
  std::vector<std::pair<Digest, Digest>> keys;  // key, transaction

  void write(ByteWriter& out) const {
    out.u64(executed.size());
    for (const auto& [id, one] : executed) {
      out.digest(id).u64(one.height).u32(one.index).u8(static_cast<std::uint8_t>(one.status)).text(one.value);
    }
    out.u64(keys.size());
    for (const auto& [key, transaction] : keys) out.digest(key).digest(transaction);
  }

  // Stops where the bytes end.
  void read(ByteReader& in) {
    for (std::uint64_t left = in.u64(); left > 0 && !in.failed(); --left) {
      const Digest id = in.digest();
      Executed one{in.u64(), in.u32(), static_cast<ReceiptStatus>(in.u8()), {}};
      one.value = in.text();
      executed.emplace_back(id, std::move(one));
    }
    for (std::uint64_t left = in.u64(); left > 0 && !in.failed(); --left) {
      const Digest key = in.digest();
      keys.emplace_back(key, in.digest());
    }
  }

  const Executed* find(const Digest& id) const {
    const auto at = std::lower_bound(executed.begin(), executed.end(), id,
                                     [](const auto& one, const Digest& wanted) { return one.first < wanted; });
    return at != executed.end() && at->first == id ? &at->second : nullptr;
  }

  // Whether every entry is of a block up to this height and every key of a transaction that is there.
  bool fits(Height height) const {
    const auto below = [](const auto& a, const auto& b) { return a.first < b.first; };
    return std::is_sorted(executed.begin(), executed.end(), below) &&
           std::all_of(executed.begin(), executed.end(),
                       [&](const auto& one) {
                         return one.second.height >= 1 && one.second.height <= height &&
                                one.second.status <= ReceiptStatus::duplicate;
                       }) &&
           std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return find(key.second) != nullptr; });
  }
};

Ledger::Index Ledger::index() const {
  Index index;
  for (const Digest& id : archive_->index().transactions()) {
    if (const auto one = find(id)) index.executed.emplace_back(id, *one);
  }
  for (const Digest& key : archive_->index().keys()) {
    if (const auto transaction = find_key(key)) index.keys.emplace_back(key, *transaction);
  }
  return index;
}

std::string Ledger::image() const {
  BSN_CHECK(!undoable_ && height() > 0, "only what is final has an image");
  ByteWriter out;
  out.text(image_begins);
  write(header_, out);
  write(hashes_, out);
  write(state_roots_, out);
  write(*state_, out);
  index().write(out);
  return out.bytes();
}

Result<Done> Ledger::restore(std::string_view image, const Digest& block) {
  BSN_CHECK(!undoable_, "a chain that grows as a tree has no images");
  ByteReader in(image);
  if (in.text() != image_begins) return no_image("it begins otherwise");
  const BlockHeader header = read_header(in);
  if (header.height <= height()) return no_image("it is not above height " + std::to_string(height()));
  std::vector<Digest> hashes = read_digests(header.height, in);
  std::vector<Digest> roots = read_digests(header.height, in);
  StateTree state = read_state(in);
  Index index;
  index.read(in);
  if (!in.complete()) return no_image("it has another length");
  if (header_digest(header) != block || hashes.back() != block) return no_image("its last block is another one");
  if (!std::equal(hashes_.begin(), hashes_.end(), hashes.begin())) return no_image("its first blocks are others");
  if (header.parent != hashes[header.height - 1]) return no_image("its last block follows another one");
  if (state.root() != header.state_root || roots.back() != header.state_root) {
    return no_image("its state root is " + to_hex(state.root()) + ", and that of block " +
                    std::to_string(header.height) + " " + to_hex(header.state_root));
  }
  if (!index.fits(header.height)) return no_image("what was executed does not fit");
  hashes_ = std::move(hashes);
  state_roots_ = std::move(roots);
  state_ = std::make_shared<StateTree>(std::move(state));
  header_ = header;
  time_ = header.time;
  proposer_ = header.proposer;
  history_.reset();
  DigestMap<const Digest*> keys;  // by who used them
  for (const auto& [key, transaction] : index.keys) keys.try_emplace(transaction, &key);
  for (const auto& [id, one] : index.executed) {
    const Digest* const* key = keys.find(id);
    if (!find(id)) archive_->index().add(id, key == nullptr ? nullptr : *key, hashes_[one.height], one);
  }
  return Done{};
}

}  // namespace bsn
