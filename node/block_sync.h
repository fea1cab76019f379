// How a chain peer gets and believes blocks that others sealed: every block of a follower, the missed ones of a
// validator.
//
// A block is believed once `needed` different validators gave the same hash for its height: 1 where only crashes are
// tolerated, f + 1 where lies are, so that an honest one is among them. Who gave a block that does not verify, or
// another one than was believed, is not listened to any more (until a restart).
//
// Asking: validators push new blocks to followers, so nothing is asked for while those arrive. A peer that knows of
// blocks that it does not get within 1 s asks `needed` validators, each time the next ones in turn, after 1, 2, 4, 8
// and every 8 s; a full answer is followed by the next question at once. After 20 questions in vain what was heard of
// higher blocks is forgotten: it takes somebody who still says so to go on. Who `asks_when_silent` also asks 1 s after
// its start and when no block came for 5 s (or what else a chain's rest makes sensible): followers, and validators
// whose engine would not notice that they missed the last block of a chain that rests (BFT; a Raft leader's heartbeat
// tells). Memory: at most one block per validator for each of the next 64 heights. Not for more than one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/block.h"
#include "core/peer_message.h"

namespace bsn {

class BlockSync {
 public:
  static constexpr Height window = 64;
  static constexpr Duration gap_wait = seconds(1);
  static constexpr Duration retry_max = seconds(8);
  static constexpr Duration probe_interval = seconds(5);
  static constexpr std::uint32_t retries_max = 20;

  struct Parameters {
    std::uint32_t validators = 1;
    std::optional<ValidatorIndex> self;  // nullopt: a follower
    std::uint32_t needed = 1;
    bool asks_when_silent = true;
    std::uint32_t first_asked = 0;    // where the turn of validators begins: spreads the questions
    bool joins = false;               // asks at once, and each second until it has caught up ...
    bool restless = false;            // ... and after that too
    Duration probe = probe_interval;  // how long no block may come before who asks when silent asks
  };

  // A question: "send me your blocks from this height on".
  struct Request {
    ValidatorIndex to;
    Height from = 0;
  };

  BlockSync(const Parameters& parameters, Height have, Instant now);

  // A validator sent blocks or at least its height.
  void heard(ValidatorIndex from, const Blocks& blocks, Instant now);

  // The engine knows that `from` has blocks up to `height`.
  void want(ValidatorIndex from, Height height, Instant now);

  // The bodies of the next block that enough validators vouch for; empty: none yet. All have one hash, but not each
  // need verify.
  std::vector<BlockPtr> believed() const;

  // The next block is sealed here, believed or decided.
  void advanced(const Digest& hash, Instant now);

  // This body of the next block does not verify.
  void refuted(const BlockPtr& body);

  // What to ask now.
  std::vector<Request> take_due(Instant now);
  std::optional<Instant> next_due() const { return due_; }

  Height have() const { return have_; }

  // The peer has the blocks up to here now, by other means. What was heard before is forgotten, but for who lied.
  void restart(Height have, Instant now);

  // Whether somebody says that there are blocks which this peer has not.
  bool behind() const;

  // The second highest height that others have said since the start (the highest, if there is but one other), once at
  // least `answers` of them have; nullopt: not yet.
  std::optional<Height> second_highest(std::uint32_t answers) const;

  // Whether, at least once since the start, `needed` validators had said their heights and this peer had them all.
  bool caught_up() const { return caught_up_; }

 private:
  void consider(ValidatorIndex from, const BlockPtr& block);
  void plan(Instant now);
  Duration pause() const {
    return parameters_.restless || (parameters_.joins && !caught_up_) ? gap_wait : parameters_.probe;
  }
  std::vector<Request> ask();

  Parameters parameters_;
  Height have_;
  Height wanted_ = 0;
  std::optional<ValidatorIndex> preferred_;
  std::vector<Height> tips_;  // by validator, as it said last
  Height highest_tip_ = 0;    // that anybody ever said
  std::set<ValidatorIndex> heard_;
  bool caught_up_ = false;
  std::set<ValidatorIndex> liars_;
  std::map<Height, std::map<ValidatorIndex, BlockPtr>> candidates_;
  std::optional<Instant> due_;
  bool asking_ = false;  // behind, and due_ is about that
  std::uint32_t retries_ = 0;
  std::uint32_t turn_;
};

}  // namespace bsn
