// The store on disk is equal to apply() in memory, survives reopening, and says clearly what is wrong.
#include "node/serve/store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/random.h"
#include "loop/temporary_folder.h"
#include "proto/codec.h"
#include "tests/fixtures/sample_values.h"

namespace bsn {
namespace {

const ChainName& chain_name = sample::chain_name;

// Everything in a state, as bytes that can be compared and printed.
std::string fingerprint(const DurableState& state) {
  std::string text;
  const auto add = [&](const char* name, const auto& message) {
    text += std::string(name) + " " + message.ShortDebugString() + "\n";
  };
  if (state.raft_vote) add("vote", encode(*state.raft_vote));
  if (state.raft_trim) add("trim", encode(*state.raft_trim));
  if (state.bft_vote) add("bft", encode(*state.bft_vote));
  if (state.tree_vote) add("tree", encode(*state.tree_vote));
  text += "final " + std::to_string(state.final_height) + "\n";
  for (const RaftEntry& entry : state.raft_log) add("entry", encode(entry));
  for (const BlockPtr& block : state.blocks) add("block", encode(*block));
  for (const TransactionPtr& transaction : state.accepted) add("accepted", encode(*transaction));
  return text;
}

BlockPtr next_block(const DurableState& state, std::size_t value_bytes = 10) {
  Block block;
  block.transactions = {sample::transaction("key-" + std::to_string(state.blocks.size()))};
  block.receipts = {{block.transactions[0]->id, ReceiptStatus::ok, std::string(value_bytes, 'v')}};
  block.header.height = state.blocks.size() + 1;
  block.header.parent = state.blocks.empty() ? sample::digest("genesis") : state.blocks.back()->hash;
  block.header.transactions_root = transactions_root(block.transactions);
  block.header.receipts_root = receipts_root(block.receipts);
  block.header.state_root = sample::digest("root");
  block.hash = header_digest(block.header);
  return std::make_shared<const Block>(block);
}

// A write that a chain peer in this state might ask for.
DurableWrite random_write(const DurableState& state, Random& random) {
  const std::uint64_t first = state.raft_trim ? state.raft_trim->index + 1 : 1;
  const std::uint64_t next = state.raft_log.empty() ? first : state.raft_log.back().index + 1;
  switch (random.below(10)) {
    case 0:
      return RaftVoteState{random.below(9), random.chance(0.5) ? std::optional(ValidatorIndex{2}) : std::nullopt};
    case 1: {
      RaftLogWrite write;
      const std::uint64_t from = first + random.below(next - first + 1);
      for (std::uint64_t i = 0; i < random.below(4); ++i) {
        write.entries.push_back({random.below(5), from + i, random.chance(0.3) ? nullptr : sample::proposal(i + 1)});
      }
      return write;
    }
    case 2:
      return RaftLogTrim{first - 1 + random.below(next - first + 1), 3, 4};
    case 3: {
      BftVoteState vote = sample::bft_vote_state();
      vote.round = static_cast<std::uint32_t>(random.below(100));
      if (random.chance(0.5)) vote.locked.reset();
      return vote;
    }
    case 4:
      return BlockWrite{next_block(state, 1 + random.below(50))};
    case 5:
      return TreeVoteState{"votes " + std::to_string(random.below(1000))};
    case 6:
      return BlocksUndone{state.final_height + random.below(state.blocks.size() - state.final_height + 1)};
    case 7:
      return FinalMark{state.final_height + random.below(state.blocks.size() - state.final_height + 1)};
    case 8:
      return AcceptedWrite{sample::transaction("accepted-" + std::to_string(random.below(10)))};
    default:
      return AcceptedErase{sample::transaction("accepted-" + std::to_string(random.below(10)))->id};
  }
}

std::unique_ptr<Store> open_store(const std::string& folder) {
  auto store = Store::open(folder, Durability::os);
  EXPECT_TRUE(store.ok()) << store.error().message;
  return std::move(*store);
}

TEST(Store, EqualsWhatApplyMakesInMemoryAcrossRestarts) {
  Random random(11);
  for (int life = 0; life < 8; ++life) {
    const TemporaryFolder folder;
    std::map<ChainIndex, DurableState> expected{{{1}, {}}, {{2}, {}}};
    for (int start = 0; start < 4; ++start) {
      const auto store = open_store(folder.path());
      for (int turn = 0; turn < 10; ++turn) {
        std::vector<Store::Write> writes;
        for (std::uint64_t i = 0; i <= random.below(6); ++i) {
          const ChainIndex chain{1 + static_cast<std::uint32_t>(random.below(2))};
          writes.push_back({chain, random_write(expected[chain], random)});
          bsn::apply(writes.back().write, expected[chain]);
        }
        ASSERT_TRUE(store->write(writes).ok());
      }
      for (const auto& [chain, state] : expected) {
        const auto loaded = store->load(chain, chain_name);
        ASSERT_TRUE(loaded.ok()) << loaded.error().message;
        ASSERT_EQ(fingerprint(*loaded), fingerprint(state)) << "life " << life << ", start " << start;
      }
    }
  }
}

TEST(Store, ReadsBlocksByHeightWithinItsBounds) {
  const TemporaryFolder folder;
  const auto store = open_store(folder.path());
  DurableState state;
  for (int i = 0; i < 10; ++i) {
    const DurableWrite write = BlockWrite{next_block(state)};
    bsn::apply(write, state);
    ASSERT_TRUE(store->write({{{1}, write}}).ok());
  }
  EXPECT_EQ(store->blocks({1}, 4, 3, 1 << 20)->size(), 3u);
  EXPECT_EQ(store->blocks({1}, 4, 3, 1 << 20)->front().height(), 4u);
  EXPECT_EQ(store->blocks({1}, 9, 100, 1 << 20)->size(), 2u);
  EXPECT_EQ(store->blocks({1}, 4, 100, 0)->size(), 1u) << "the first goes whatever its size";
  EXPECT_TRUE(store->blocks({1}, 11, 1, 0)->empty());
  EXPECT_TRUE(store->blocks({2}, 1, 1, 0)->empty());
}

TEST(Store, GrowsItsMapWhenItIsFull) {
  const TemporaryFolder folder;
  auto lmdb = Lmdb::open(folder.path(), false, 256 << 10);
  ASSERT_TRUE(lmdb.ok());
  const std::string value(100'000, 'x');
  for (char key = 'a'; key <= 'z'; ++key) {
    ASSERT_TRUE((*lmdb)->update([&](LmdbTransaction& t) { return t.put(std::string(1, key), value); }).ok());
  }
  int found = 0;
  ASSERT_TRUE((*lmdb)
                  ->read([&](LmdbTransaction& t) {
                    return t.scan("a", "z", [&](std::string_view, std::string_view) { return ++found > 0; });
                  })
                  .ok());
  EXPECT_EQ(found, 26);
}

// Flips one byte of the stored value that holds `text`.
void damage(const std::string& path, const std::string& text) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::size_t count = 0;
  for (std::size_t at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1), ++count) {
    file.clear();
    file.seekp(static_cast<std::streamoff>(at)).put('#');
  }
  EXPECT_GT(count, 0u);
}

TEST(Store, RefusesAFlippedByteAndNamesTheFile) {
  const TemporaryFolder folder;
  {
    const auto store = open_store(folder.path());
    ASSERT_TRUE(store->write({{{1}, BlockWrite{next_block({}, 100)}}}).ok());
  }
  damage(folder.path() + "/data.mdb", "vvvvvvvv");
  const auto store = open_store(folder.path());
  const auto loaded = store->load({1}, chain_name);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, ErrorCode::corrupt);
  EXPECT_NE(loaded.error().message.find(folder.path() + "/data.mdb"), std::string::npos) << loaded.error().message;
  EXPECT_FALSE(store->blocks({1}, 1, 1, 0).ok());
}

TEST(Store, RefusesAFileThatWasCutOrIsNone) {
  const TemporaryFolder folder;
  {
    const auto store = open_store(folder.path());
    for (std::uint32_t chain = 0; chain < 20; ++chain) {
      ASSERT_TRUE(store->write({{{chain}, BlockWrite{next_block({}, 50'000)}}}).ok());
    }
  }
  std::filesystem::resize_file(folder.path() + "/data.mdb", 100'000);
  const auto cut = Store::open(folder.path(), Durability::os);
  ASSERT_FALSE(cut.ok());
  EXPECT_NE(cut.error().message.find(folder.path() + "/data.mdb"), std::string::npos);
  std::ofstream(folder.path() + "/data.mdb") << std::string(100'000, '?');
  const auto none = Store::open(folder.path(), Durability::os);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::corrupt);
}

// Writes until the disk refuses, under a limit on file sizes; tells by its exit code what the refusal was.
void fill_the_disk(const std::string& folder) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{1 << 20, 1 << 20};
  setrlimit(RLIMIT_FSIZE, &limit);
  auto store = Store::open(folder, Durability::fsync);
  for (std::uint32_t chain = 0; chain < 1000; ++chain) {
    const auto done = (*store)->write({{{chain}, BlockWrite{next_block({}, 50'000)}}});
    if (!done) std::_Exit(done.error().code == ErrorCode::io ? 42 : 43);
  }
  std::_Exit(44);
}

TEST(StoreDeathTest, ReportsADiskThatIsFullAndKeepsWhatWasWritten) {
  const TemporaryFolder folder;
  EXPECT_EXIT(fill_the_disk(folder.path()), testing::ExitedWithCode(42), "");
  const auto store = open_store(folder.path());
  EXPECT_EQ(store->load({0}, chain_name)->blocks.size(), 1u);
}

}  // namespace
}  // namespace bsn
