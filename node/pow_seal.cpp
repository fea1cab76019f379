#include "node/pow_seal.h"

#include <algorithm>
#include <concepts>

#include "core/check.h"
#include "core/peer_message.h"

namespace bsn {
namespace {

class Writer {
 public:
  template <std::unsigned_integral Number>
  void put(Number number) {
    for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8) {
      bytes_ += static_cast<char>(static_cast<std::uint8_t>(number >> shift));
    }
  }
  void put(Instant time) { put(static_cast<std::uint64_t>(time.ns)); }
  void put(const Digest& digest) { bytes_ += digest.view(); }
  void put(const std::vector<ProposalId>& ids) {
    put(static_cast<std::uint16_t>(ids.size()));
    for (const ProposalId& id : ids) bytes_.append(reinterpret_cast<const char*>(id.data()), id.size());
  }
  void put(const PowState& state) {
    put(state.difficulty);
    put(state.uncles);
    put(state.epoch);
    put(state.epoch_start);
    put(state.epoch_length);
    put(state.epoch_uncles);
    put(state.previous_end);
    put(state.hash_rate);
  }
  // What is put of a header; its proposals follow it, and their digest from them.
  void put(const PowHeader& header) {
    put(header.height);
    put(header.parent);
    put(header.time);
    put(header.miner.value);
    put(header.content);
    put(header.state);
    put(header.uncles);
    put(header.work);
  }
  void put(const std::vector<PowUncle>& uncles) {
    put(static_cast<std::uint8_t>(uncles.size()));
    for (const PowUncle& uncle : uncles) {
      put(uncle.header);
      put(uncle.proposals);
    }
  }
  const std::string& bytes() const { return bytes_; }
  Digest digest() const { return sha256(bytes_); }

 private:
  std::string bytes_;
};

// Reads what Writer wrote. After an error all reads give zeros, and whole() says so.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <std::unsigned_integral Number>
  void get(Number& number) {
    number = 0;
    for (const char byte : take(sizeof number)) {
      number = static_cast<Number>((static_cast<std::uint64_t>(number) << 8) | static_cast<std::uint8_t>(byte));
    }
  }
  void get(Instant& time) {
    std::uint64_t ns = 0;
    get(ns);
    time.ns = static_cast<std::int64_t>(ns);
  }
  void get(Digest& digest) { fill(digest.bytes); }
  void get(std::vector<ProposalId>& ids) {
    std::uint16_t count = 0;
    get(count);
    if (count > PowSeal::proposals_max || count * sizeof(ProposalId) > rest_.size()) return fail();
    ids.resize(count);
    for (ProposalId& id : ids) fill(id);
  }
  void get(PowState& state) {
    get(state.difficulty);
    get(state.uncles);
    get(state.epoch);
    get(state.epoch_start);
    get(state.epoch_length);
    get(state.epoch_uncles);
    get(state.previous_end);
    get(state.hash_rate);
  }
  void get(PowHeader& header) {
    get(header.height);
    get(header.parent);
    get(header.time);
    get(header.miner.value);
    get(header.content);
    get(header.state);
    get(header.uncles);
    get(header.work);
  }
  void get(std::vector<PowUncle>& uncles) {
    std::uint8_t count = 0;
    get(count);
    if (count > PowSeal::uncles_max) return fail();
    uncles.resize(count);
    for (PowUncle& uncle : uncles) {
      get(uncle.header);
      get(uncle.proposals);
    }
  }
  bool whole() const { return ok_; }
  bool ended() const { return ok_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  template <std::size_t size>
  void fill(std::array<std::uint8_t, size>& bytes) {
    const std::string_view taken = take(size);
    std::copy(taken.begin(), taken.end(), bytes.begin());
  }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

template <class Value>
Digest digest_of(const Value& value) {
  Writer writer;
  writer.put(value);
  return writer.digest();
}

}  // namespace

ProposalId proposal_id(const Digest& transaction) {
  ProposalId id{};
  std::copy_n(transaction.bytes.begin(), id.size(), id.begin());
  return id;
}

std::string encode(const PowSeal& seal) {
  BSN_CHECK(seal.uncles.size() <= PowSeal::uncles_max && seal.proposals.size() <= PowSeal::proposals_max,
            "a seal keeps its bounds");
  Writer writer;
  writer.put(seal.state);
  writer.put(seal.work);
  writer.put(seal.uncles);
  writer.put(seal.proposals);
  return writer.bytes();
}

std::optional<PowSeal> decode_pow_seal(std::string_view bytes) {
  Reader reader(bytes);
  PowSeal seal;
  reader.get(seal.state);
  reader.get(seal.work);
  reader.get(seal.uncles);
  reader.get(seal.proposals);
  if (!reader.ended()) return std::nullopt;
  for (PowUncle& uncle : seal.uncles) uncle.header.proposals = digest_of(uncle.proposals);
  return seal;
}

std::optional<PowState> decode_pow_state(std::string_view seal) {
  Reader reader(seal);
  PowState state;
  reader.get(state);
  if (!reader.whole()) return std::nullopt;
  return state;
}

// Not a Merkle root: nobody asks for a proof, and every peer computes it for every block.
Digest content_digest(const std::vector<TransactionPtr>& transactions) {
  std::string ids;
  ids.reserve(transactions.size() * sizeof(Digest));
  for (const TransactionPtr& transaction : transactions) ids += transaction->id.view();
  return sha256(ids);
}

PowHeader header_of(const Proposal& proposal, const PowSeal& seal) {
  return {proposal.height,
          proposal.parent,
          proposal.time,
          proposal.proposer,
          content_digest(proposal.transactions),
          seal.state,
          digest_of(seal.uncles),
          digest_of(seal.proposals),
          seal.work};
}

Digest modelled_work(std::uint64_t chain_seed, const PowHeader& header) {
  Writer writer;
  PowHeader unworked = header;
  unworked.work = {};
  writer.put(unworked);
  writer.put(header.proposals);
  return sign_modelled(chain_seed, header.miner, writer.digest());
}

}  // namespace bsn
