// Answers questions about final facts (core/chain_facts.h), collecting the signatures that make a header a certificate.
//
// Whoever is asked takes its last final header and the facts at once, then asks all validators for their signatures and
// answers when enough have come. A validator signs a header when the block is final to it, once it is; what it can't
// sign yet it signs when it can, so a validator that is a little behind is only late. Every signature is verified, so a
// wrong one spoils nothing. By depth nothing is collected: the headers on top are the evidence.
//
// Bounds: waiting_max questions and wanted_max heights that others wait for; beyond, the question is refused and the
// oldest wish is forgotten (who asked will ask again).
// Not for more than one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/chain_facts.h"
#include "core/chain_spec.h"
#include "core/peer_message.h"
#include "node/ledger.h"
#include "node/open_calls.h"

namespace bsn {

class FactsDesk {
 public:
  static constexpr std::size_t waiting_max = 256;
  static constexpr std::size_t wanted_max = 256;

  // Of a peer of this chain; `seat`: the one whose key it signs with, nullopt: it signs nothing.
  FactsDesk(const ChainSpec& chain, std::optional<ValidatorIndex> seat);
  void set_seat(std::optional<ValidatorIndex> seat);

  struct Answered {
    OpenCall call;
    Reply reply;
  };

  // A question. Either it is answered now, or it waits and the validators are to be asked for `height`.
  struct Asked {
    std::optional<Reply> reply;
    std::optional<SignaturesWanted> wanted{};  // to all other validators
  };
  // `args`: the keys, and whose signatures count (core/chain_facts.h).
  Asked ask(const OpenCall& call, const std::vector<std::string>& args, const Ledger& ledger);

  // Somebody's signature. What can be answered with it.
  std::vector<Answered> take(const FinalSignature& signature);

  // Another peer wants our signature: now, or when the block is final here.
  std::optional<FinalSignature> sign(CityIndex from, const SignaturesWanted& wanted, const Ledger& ledger);
  // The ledger's final height grew: who gets which signature now.
  std::vector<std::pair<CityIndex, FinalSignature>> sign_waiting(const Ledger& ledger);

  // Removes and returns the questions whose deadline is at or before `now`; all of them.
  std::vector<OpenCall> take_expired(Instant now);
  std::vector<OpenCall> take_all();
  void cancel(CallId id);
  std::optional<Instant> next_deadline() const;

 private:
  struct Question {
    OpenCall call;
    std::vector<Facts> facts;
    std::vector<std::uint64_t> weights;  // of whose signatures count, by seat
  };
  // Questions about the header of one height.
  struct Collecting {
    BlockHeader header;
    Digest hash;
    std::map<ValidatorIndex, Signature> signers;
    std::vector<Question> waiting;
  };

  FinalSignature own_signature(Height height, const Digest& hash) const;
  // Whose signatures count; nullopt: the seal is none.
  std::optional<std::vector<std::uint64_t>> weights_of(const std::vector<std::string>& args) const;
  bool is_from(const FinalSignature& signature);
  bool enough(const Collecting& one, const std::vector<std::uint64_t>& weights) const;
  FinalHeader certified(const Collecting& one, const std::vector<std::uint64_t>& weights) const;
  std::vector<Answered> finish(std::map<Height, Collecting>::iterator one);
  std::size_t waiting() const;

  ClientSpec client_;
  std::optional<ValidatorIndex> seat_;
  std::optional<SigningKey> key_;
  std::map<ValidatorIndex, PublicKey> keys_;  // of the validators that signed
  std::map<Height, Collecting> collecting_;
  std::set<std::pair<Height, CityIndex>> wanted_;
};

}  // namespace bsn
