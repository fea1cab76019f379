// Catching up by snapshot: ledger images, who is believed, who is named, and a peer that joins a long chain.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/snapshot_fetch.h"
#include "node/snapshot_offers.h"
#include "tests/node/city_network.h"

namespace bsn {
namespace {

BftParameters fast_bft() {
  BftParameters bft;
  bft.interval = bft.empty_interval = milliseconds(50);
  bft.propose_timeout = milliseconds(500);
  bft.vote_timeout = milliseconds(200);
  return bft;
}

RaftParameters fast_raft() { return {milliseconds(50), milliseconds(200), milliseconds(50), 5, 16}; }

ChainSpec one_chain() { return test_chain(4, 0, fast_bft()); }

// The write in the block of this height; that of block 3 uses the key of block 2 again.
TransactionPtr write_at(Height height) {
  const std::string key = "key-" + std::to_string(height == 3 ? 2 : height);
  Call call = test_submit(key, "kv", "put", {"k" + std::to_string(height), "v"});
  call.chain = one_chain().name;
  return make_transaction(call);
}

Ledger filled_ledger(Height blocks) {
  Ledger ledger(one_chain());
  for (Height height = 1; height <= blocks; ++height) {
    Proposal proposal;
    proposal.height = height;
    proposal.parent = ledger.tip();
    proposal.time = Instant{} + seconds(static_cast<std::int64_t>(height));
    proposal.transactions = {write_at(height)};
    ledger.execute(proposal);
  }
  return ledger;
}

TEST(LedgerImage, ComesBackAsTheSameLedgerWithWhatWasExecuted) {
  const Ledger source = filled_ledger(5);
  Ledger copy(one_chain());
  const auto restored = copy.restore(source.image(), source.tip());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(copy.height(), 5u);
  EXPECT_EQ(copy.tip(), source.tip());
  EXPECT_EQ(copy.state_root(), source.state_root());
  EXPECT_EQ(copy.image(), source.image());
  ASSERT_TRUE(copy.find(write_at(3)->id));
  EXPECT_EQ(copy.find(write_at(3)->id)->status, ReceiptStatus::duplicate);
  EXPECT_EQ(copy.find_key(write_at(2)->key), write_at(2)->id) << "or the key could be used again";
}

TEST(LedgerImage, OfAWrongStateIsRefusedAndChangesNothing) {
  const Ledger source = filled_ledger(5);
  std::string image = source.image();
  const std::size_t key = image.find("k5");
  ASSERT_NE(key, std::string::npos);
  image[key + 1] = '6';
  Ledger copy(one_chain());
  const auto restored = copy.restore(image, source.tip());
  ASSERT_FALSE(restored);
  EXPECT_NE(restored.error().message.find("state root"), std::string::npos) << restored.error().message;
  EXPECT_EQ(copy.height(), 0u);
}

TEST(LedgerImage, OfAnotherBlockOrCutShortIsRefused) {
  const Ledger source = filled_ledger(5);
  Ledger copy(one_chain());
  EXPECT_FALSE(copy.restore(source.image(), filled_ledger(4).tip()));
  const std::string image = source.image();
  for (const std::size_t size : {std::size_t{0}, std::size_t{30}, image.size() / 2, image.size() - 1}) {
    EXPECT_FALSE(copy.restore(image.substr(0, size), source.tip())) << size;
  }
  EXPECT_FALSE(copy.restore(image + "x", source.tip()));
}

// Offers and chunks as an honest validator gives them.
class Source {
 public:
  explicit Source(const Ledger& ledger) : ledger_(ledger) {}
  SnapshotOffer offer() { return offers_.asked({0}, {0}, ledger_, Instant{}).at(0).offer; }
  SnapshotChunk chunk(std::uint32_t index) { return offers_.chunk({ledger_.height(), index}, Instant{}); }

 private:
  const Ledger& ledger_;
  SnapshotOffers offers_;
};

const SnapshotChunkRequest* chunk_asked(const std::vector<SnapshotFetch::Request>& requests, std::uint32_t of) {
  for (const auto& one : requests) {
    if (one.to.value == of) return std::get_if<SnapshotChunkRequest>(&one.what);
  }
  return nullptr;
}

TEST(SnapshotFetch, BelievesWhatEnoughValidatorsOfferAlike) {
  const Ledger ledger = filled_ledger(5), other = filled_ledger(6);
  Source honest(ledger), liar(other);
  SnapshotFetch fetch({4, std::nullopt, 2, 0}, Instant{});
  EXPECT_EQ(fetch.take_due(Instant{}).size(), 4u) << "it asks all";
  fetch.heard({0}, liar.offer(), Instant{});
  fetch.heard({1}, honest.offer(), Instant{});
  EXPECT_EQ(chunk_asked(fetch.take_due(Instant{}), 1), nullptr);
  fetch.heard({2}, honest.offer(), Instant{});
  const auto* asked = chunk_asked(fetch.take_due(Instant{}), 1);
  ASSERT_NE(asked, nullptr);
  fetch.heard({1}, honest.chunk(asked->index), Instant{});
  ASSERT_TRUE(fetch.image());
  EXPECT_EQ(*fetch.image(), ledger.image());
}

TEST(SnapshotFetch, NamesWhoSendsAWrongChunkAndAsksAnother) {
  const Ledger ledger = filled_ledger(5);
  Source honest(ledger);
  SnapshotFetch fetch({4, std::nullopt, 2, 0}, Instant{});
  fetch.take_due(Instant{});
  fetch.heard({1}, honest.offer(), Instant{});
  fetch.heard({2}, honest.offer(), Instant{});
  ASSERT_NE(chunk_asked(fetch.take_due(Instant{}), 1), nullptr);
  fetch.heard({1}, SnapshotChunk{5, 0, std::make_shared<const std::string>("wrong")}, Instant{});
  EXPECT_EQ(fetch.take_liars(), std::vector<ValidatorIndex>{ValidatorIndex{1}});
  EXPECT_FALSE(fetch.image());
  ASSERT_NE(chunk_asked(fetch.take_due(Instant{}), 2), nullptr);
  fetch.heard({2}, honest.chunk(0), Instant{});
  EXPECT_TRUE(fetch.image());
}

TEST(SnapshotFetch, NamesEverybodyWhoVouchedForAnImageThatDoesNotVerify) {
  const Ledger ledger = filled_ledger(5), other = filled_ledger(6);
  Source liar(ledger), honest(other);
  SnapshotFetch fetch({3, std::nullopt, 1, 0}, Instant{});
  fetch.take_due(Instant{});
  fetch.heard({0}, liar.offer(), Instant{});
  fetch.take_due(Instant{});
  fetch.heard({0}, liar.chunk(0), Instant{});
  ASSERT_TRUE(fetch.image());
  fetch.refuse(Instant{});
  EXPECT_EQ(fetch.take_liars(), std::vector<ValidatorIndex>{ValidatorIndex{0}});
  EXPECT_FALSE(fetch.failed());
  fetch.heard({0}, liar.offer(), Instant{});
  fetch.heard({2}, honest.offer(), Instant{});
  ASSERT_NE(chunk_asked(fetch.take_due(Instant{}), 2), nullptr) << "another is asked";
}

TEST(SnapshotFetch, FailsInTheEndWhenNobodyAnswers) {
  SnapshotFetch fetch({4, std::nullopt, 2, 0}, Instant{});
  Instant now;
  for (int turn = 0; turn < 100 && !fetch.failed(); ++turn) {
    now = fetch.next_due();
    fetch.take_due(now);
  }
  EXPECT_TRUE(fetch.failed());
  EXPECT_LE(now, Instant{} + seconds(20));
}

// A chain of which one city was no member from its start; it joins when the chain is long.
struct Joining {
  explicit Joining(const EngineParameters& engine, std::uint32_t validators)
      : before(test_chain(validators, 0, engine)),
        after(test_chain(validators, 1, engine)),
        joiner(validators),
        network(test_cities(validators + 1), {before}, make_engine) {}

  void grow(Height height) {
    for (int turn = 0; turn < 2000 && network.node(0).status({})->height < height; ++turn) {
      network.call(0, test_submit("key-" + std::to_string(turn), "kv", "put", {"k" + std::to_string(turn), "v"}));
      network.advance(milliseconds(60));
    }
    ASSERT_GE(network.node(0).status({})->height, height);
  }
  void join() { network.reassign({after}, {joiner}); }

  ChainSpec before, after;
  std::uint32_t joiner;
  CityNetwork network;
};

// Counts what the joiner is sent, and may change it.
struct Seen {
  int chunks = 0;
  int lies = 0;
  std::function<bool(CityIndex from)> lies_to = [](CityIndex) { return false; };

  std::optional<PeerMessage> note(CityIndex from, const PeerMessage& message) {
    const auto* chunk = std::get_if<SnapshotChunk>(&message);
    if (chunk == nullptr) return message;
    ++chunks;
    if (!lies_to(from)) return message;
    ++lies;
    std::string bytes = *chunk->bytes;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    return SnapshotChunk{chunk->height, chunk->index, std::make_shared<const std::string>(std::move(bytes))};
  }
};

void expect_caught_up(Joining& chain) {
  CityNetwork& network = chain.network;
  EXPECT_TRUE(network.node(chain.joiner).joined());
  EXPECT_EQ(network.violations(), std::vector<std::string>{});
  network.advance(seconds(5));
  const auto& stored = network.blocks(chain.joiner);
  EXPECT_GE(stored.size() + 3, network.blocks(0).size()) << "its disk holds the whole chain in the end";
  ASSERT_FALSE(stored.empty());
  const auto at = stored.size();
  EXPECT_EQ(stored.back()->hash, network.blocks(0)[at - 1]->hash);
}

TEST(Snapshot, APeerThatJoinsALongChainGoesOnFromOneAndFillsInTheHistory) {
  for (const EngineParameters& engine : {EngineParameters(fast_bft()), EngineParameters(fast_raft())}) {
    Joining chain(engine, 4);
    Seen seen;
    chain.network.tamper([&](CityIndex from, CityIndex, const PeerMessage& m) { return seen.note(from, m); });
    chain.grow(ChainPeer::snapshot_gap + 40);
    chain.join();
    chain.network.advance(seconds(4));
    EXPECT_GT(seen.chunks, 0) << "it fetched blocks only";
    expect_caught_up(chain);
    const Reply* read = chain.network.answer(chain.network.call(chain.joiner, test_query("kv", "get", {"k0"})));
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(read->value, "v");
  }
}

TEST(Snapshot, OneThatIsTamperedWithIsThrownAwayAndAnotherValidatorIsAsked) {
  Joining chain(fast_bft(), 4);
  Seen seen;
  seen.lies_to = [](CityIndex from) { return from.value == 0; };
  chain.network.tamper([&](CityIndex from, CityIndex, const PeerMessage& m) { return seen.note(from, m); });
  chain.grow(ChainPeer::snapshot_gap + 40);
  chain.join();
  chain.network.advance(seconds(6));
  EXPECT_EQ(seen.lies, 1) << "who lied is not asked again";
  EXPECT_GT(seen.chunks, seen.lies);
  expect_caught_up(chain);
}

TEST(Snapshot, WithoutAnyTheBlocksAreFetched) {
  Joining chain(fast_bft(), 4);
  chain.network.tamper([](CityIndex, CityIndex, const PeerMessage& message) -> std::optional<PeerMessage> {
    if (std::holds_alternative<SnapshotOffer>(message)) return std::nullopt;
    return message;
  });
  chain.grow(ChainPeer::snapshot_gap + 40);
  chain.join();
  chain.network.advance(seconds(60));
  expect_caught_up(chain);
}

TEST(Snapshot, ACrashWhileHistoryIsMissingLosesNothingThatIsStored) {
  Joining chain(fast_bft(), 4);
  chain.grow(ChainPeer::snapshot_gap + 40);
  for (const std::uint32_t outputs : {5u, 20u, 60u, 150u}) {
    chain.network.crash(chain.joiner);
    chain.network.lose_disk(chain.joiner);
    chain.network.restart(chain.joiner);
    chain.join();
    chain.network.crash_after(chain.joiner, outputs);
    chain.network.advance(seconds(4));
    chain.network.restart(chain.joiner);
    chain.network.advance(seconds(8));
    expect_caught_up(chain);
  }
}

}  // namespace
}  // namespace bsn
