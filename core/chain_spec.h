// What a city node must know to host its part of a chain: given to it when it is commissioned, the same in both modes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/cross_chain_spec.h"
#include "core/engine_dpos.h"
#include "core/engine_pow.h"
#include "core/engine_slot.h"
#include "core/ids.h"
#include "core/place.h"
#include "core/shared_list.h"
#include "core/time.h"
#include "core/wan_model.h"

namespace bsn {

enum class NetworkKind : std::uint8_t { alliance, public_, cross_chain };
std::string_view to_string(NetworkKind kind);  // "alliance", "public", "cross-chain"
std::optional<NetworkKind> parse_network_kind(std::string_view name);

// What one block may hold, at most.
struct BlockLimits {
  std::uint32_t max_transactions = 500;  // 1 ... 100,000
  std::uint32_t max_bytes = 2 * 1024 * 1024;
};

// Raft as Fabric's ordering service runs it. f = (m-1)/2 crashed validators are tolerated.
struct RaftParameters {
  Duration heartbeat = milliseconds(500);  // leader -> followers
  Duration election_timeout = seconds(5);  // the least; each election draws from [1x, 2x); > 2 heartbeats
  Duration batch_timeout = seconds(2);     // a batch is cut this long after its first transaction ...
  std::uint32_t max_inflight_batches = 5;  // ... or when a block limit is reached; the leader waits at this many
  std::uint32_t kept_entries = 256;        // log entries kept behind the last sealed block for slow followers
};

// Three-phase BFT with rounds. f = (m-1)/3 faulty validators of m are tolerated.
struct BftParameters {
  enum class Rotation : std::uint8_t {
    every_block,     // Tendermint, CITA-BFT, dBFT, FISCO's PBFT: proposer = (height + round) mod m
    on_view_change,  // classic PBFT: the primary stays until a view change
  };
  Rotation rotation = Rotation::every_block;
  Duration interval = seconds(1);         // least time between a block and the next proposal when work waits
  Duration empty_interval = seconds(1);   // an empty block is proposed this long after the last; 0: never
  Duration propose_timeout = seconds(3);  // round 0; see timeout_step
  Duration vote_timeout = seconds(1);
  Duration timeout_step = milliseconds(500);  // added per round (Tendermint) ...
  bool timeout_doubles = false;               // ... or the time-out doubles per round (PBFT, dBFT)
};

using EngineParameters = std::variant<RaftParameters, BftParameters, DposParameters, SlotParameters, PowParameters>;

// "raft", "bft", "dpos", "slot", "pow".
std::string_view family_name(const EngineParameters& parameters);

// Whether the family's chain grows as a tree of which the best branch is executed, and is final only later; the others
// decide each block once.
bool grows_a_tree(const EngineParameters& parameters);

// How many neighbours a peer of a tree family draws for gossip (0: all to all); 0 for the others.
std::uint32_t gossip_degree(const EngineParameters& parameters);

struct MempoolLimits {
  std::uint32_t max_transactions = 10'000;
  std::uint64_t max_bytes = 64 * 1024 * 1024;
  Duration forward_interval = milliseconds(20);  // transactions gathered this long before they go to the proposers
};

// The computing time that one transaction costs a peer of the network that is simulated. All zero: the peers are as
// fast as the machine they run on. A peer does one thing at a time (node/paced_peer.h).
struct TransactionCost {
  Duration verify{};    // of signature and form, when it comes in from a client or another peer
  Duration execute{};   // in a block of its own
  Duration validate{};  // in a block of another peer
  bool is_free() const { return verify.ns == 0 && execute.ns == 0 && validate.ns == 0; }
};

struct GenesisAccount {
  std::string account;
  std::uint64_t balance = 0;
};

struct ChainSpec {
  ChainIndex index;
  ChainName name;
  NetworkKind kind = NetworkKind::alliance;
  EngineParameters engine;
  BlockLimits block;
  MempoolLimits mempool;
  TransactionCost cost;
  std::vector<GenesisAccount> genesis;
  CrossChainSpec cross_chain{};  // whom it follows to take part in cross-chain calls; empty: it does not
  // The seats: ValidatorIndex v stands, or stood, in city validators[v]; 1 ... 1000. A seat is never taken away or
  // given to another, since blocks, votes and logs name it. A city that comes anew, or with a new disk, gets a new
  // seat.
  SharedList<CityIndex> validators;
  std::uint32_t founders = 0;         // so many of the first seats validated from genesis on; 0: all
  SharedList<ValidatorIndex> voters;  // Raft, BFT: the seats that are to validate now, ascending; empty: all
  SharedList<CityIndex> followers;    // full copies that do not vote; no city twice, none that has a voter's seat
  SharedList<std::uint64_t> stake;    // tree families: of each validator (pow: hash power); empty: all equal
};

struct CitySpec {
  CityIndex index;
  std::string name;  // "beijing"
  Place place;
  CityState state = CityState::connected;
  std::string address;  // "127.0.0.1:40001" of its process; empty in virtual time
};

// Whether acknowledged means on the platter (fsync) or in the page cache (survives kill -9, not power loss).
enum class Durability : std::uint8_t { fsync, os };

// Whether this seat is to validate now.
bool is_voter(const ChainSpec& chain, ValidatorIndex seat);

// Whether a peer of the chain stands in this city: as a voter or as a follower.
bool has_peer(const ChainSpec& chain, CityIndex city);

// The cities of those who are to validate now, in the order of their seats.
std::vector<CityIndex> voter_cities(const ChainSpec& chain);

// The last seat of this city, a voter's or not; nullopt: it never had one.
std::optional<ValidatorIndex> seat_of(const ChainSpec& chain, CityIndex city);

// Everything one city node is told when it is commissioned, and again, with a higher revision, whenever it changes.
struct NodeSpec {
  CityIndex self;
  std::uint64_t revision = 0;  // grows; whoever holds a newer one ignores it
  std::uint64_t seed = 1;
  WanParameters wan;
  Durability durability = Durability::fsync;
  std::vector<CitySpec> cities;   // itself and every city it exchanges messages with
  std::vector<ChainSpec> chains;  // those it hosts a peer of; none while it is building and after it left
  // Of these, the chains that ran before this city had its present disk. A peer of one fetches what it missed before
  // it says that it is there, and a validator votes only when it can't contradict what it may have signed before.
  std::vector<ChainIndex> joins;
};

}  // namespace bsn
