// How many final headers and state proofs a second does a light client check, and how near is that to the signatures'
// own cost?
//
//   light_client_bench [REPEATS [SECONDS_PER_RUN]]
//
// One thread. A header comes as bytes, is decoded, verified and kept, as contract "xchain" does it. The limit of a kind
// with certificates is OpenSSL's Ed25519 verification alone, of ready keys, over the same messages; the limit set is
// 0.8 of it. The runs take turns with it; printed are medians.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/block_hashes.h"
#include "core/final_header.h"
#include "node/light_client.h"

namespace bsn {
namespace {

const ChainName chain{"measured", "main"};
constexpr std::uint64_t seed = 3;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// How often a second it runs.
double rate(double seconds, const std::function<void()>& run) {
  const double begun = now_s();
  double spent = 0;
  std::uint64_t times = 0;
  do {
    run();
    ++times;
    spent = now_s() - begun;
  } while (spent < seconds);
  return static_cast<double>(times) / spent;
}

void require(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "{}\n", what);
  std::exit(1);
}

// Final headers of one chain, and the client that takes them.
class Kind {
 public:
  Kind(std::string name, std::uint32_t validators, std::uint32_t signers, std::uint32_t confirmations)
      : name_(std::move(name)), signers_(signers) {
    ClientSpec spec;
    spec.chain = chain;
    if (confirmations > 0) spec.rule = DepthRule{confirmations, seed};
    const ValidatorsRule rule{seed, std::vector<std::uint64_t>(validators, 1), signers - 1, validators};
    for (std::uint32_t seat = 0; seat < validators; ++seat) keys_.push_back(validator_key(chain, seed, {seat}));
    if (confirmations == 0) spec.rule = rule;
    StateOverlay overlay(genesis_);
    LightClient::create(spec, overlay);
    std::vector<StateUndo> undo;
    overlay.commit(genesis_, undo);
    make_headers(confirmations);
    restart();
  }

  const std::string& name() const { return name_; }
  std::uint32_t signers() const { return signers_; }
  std::size_t bytes() const { return headers_.back().size(); }

  // Verifies the next header and keeps it in the state.
  void run() {
    if (next_ == headers_.size()) restart();
    StateOverlay overlay(state_, {next_ + 1, Instant{} + seconds(1000)});
    auto client = LightClient::find(chain, overlay);
    const auto outcome = client->update(*decode_final_header(headers_[next_++]));
    require(outcome.value == "advanced", "a header was not taken");
    std::vector<StateUndo> undo;
    overlay.commit(state_, undo);
  }

 private:
  static constexpr std::size_t count = 200;

  void restart() {
    state_ = genesis_;
    next_ = 0;
  }

  void make_headers(std::uint32_t confirmations) {
    std::vector<BlockHeader> all;
    StateTree state;  // of a chain that keeps nothing but its blocks' hashes
    for (std::size_t i = 0; i < count + confirmations; ++i) {
      BlockHeader header;
      header.height = i + 1;
      header.parent = all.empty() ? sha256("genesis") : header_digest(all.back());
      header.transactions_root = sha256(std::to_string(i));
      const std::string key = block_hash_key(i);
      state.set(StateTree::path_of(key), key, encode(BlockHash{i, header.parent}));
      header.state_root = state.root();
      header.time = Instant{} + seconds(static_cast<std::int64_t>(i));
      all.push_back(header);
      const Digest path = StateTree::path_of(key);
      descents_.push_back({i, header.parent, state.prove(path)});
    }
    for (std::size_t i = 0; i < count; ++i) headers_.push_back(encode(prove(all, i, confirmations)));
  }

  FinalHeader prove(const std::vector<BlockHeader>& all, std::size_t i, std::uint32_t confirmations) const {
    const auto work = [](const BlockHeader& header) {
      return header_work(seed, header.proposer, header_digest(header));
    };
    if (confirmations > 0) {
      DepthEvidence evidence{work(all[i]), {}};
      for (std::size_t k = 1; k <= confirmations; ++k) evidence.children.push_back({all[i + k], work(all[i + k])});
      if (i > 0) evidence.descent = descents_[i];
      return {all[i], std::move(evidence)};
    }
    CertificateEvidence evidence;
    const std::string message = final_header_message(chain, header_digest(all[i]));
    for (std::uint32_t seat = 0; seat < signers_; ++seat)
      evidence.signers.push_back({{seat}, keys_[seat].sign(message)});
    return {all[i], std::move(evidence)};
  }

  std::string name_;
  std::uint32_t signers_;
  std::vector<SigningKey> keys_;
  StateTree genesis_, state_;
  std::vector<DepthEvidence::Descent> descents_;
  std::vector<std::string> headers_;
  std::size_t next_ = 0;
};

// OpenSSL alone: the key is loaded, one context is used again and again.
class RawVerify {
 public:
  RawVerify()
      : key_(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, signer_.public_key().bytes.data(), 32),
             &EVP_PKEY_free) {}

  void run() const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const bool good = EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                      EVP_DigestVerify(context.get(), signature_.bytes.data(), signature_.bytes.size(),
                                       reinterpret_cast<const unsigned char*>(message_.data()), message_.size()) == 1;
    require(good, "a signature is wrong");
  }

 private:
  SigningKey signer_ = validator_key(chain, seed, {0});
  std::string message_ = final_header_message(chain, sha256("header"));
  Signature signature_ = signer_.sign(message_);
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

void compare_headers(int repeats, double seconds) {
  std::vector<Kind> kinds;
  kinds.emplace_back("Raft, 2 of 3", 3, 2, 0);
  kinds.emplace_back("BFT, 3 of 4", 4, 3, 0);
  kinds.emplace_back("DPoS, 15 of 21", 21, 15, 0);
  kinds.emplace_back("BFT, 67 of 100", 100, 67, 0);
  kinds.emplace_back("depth, 12 confirmations", 1, 0, 12);
  kinds.emplace_back("depth, 64 confirmations", 1, 0, 64);
  const RawVerify raw;
  std::vector<double> limit;
  std::vector<std::vector<double>> rates(kinds.size());
  for (int repeat = 0; repeat < repeats; ++repeat) {
    limit.push_back(rate(seconds, [&] { raw.run(); }));
    for (std::size_t i = 0; i < kinds.size(); ++i) rates[i].push_back(rate(seconds, [&] { kinds[i].run(); }));
  }
  fmt::print("OpenSSL Ed25519 verify alone: {:.0f} signatures/s\n", median(limit));
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const double headers = median(rates[i]);
    fmt::print("  {:<26} {:>6} bytes {:>10.0f} headers/s", kinds[i].name(), kinds[i].bytes(), headers);
    if (kinds[i].signers() > 0) {
      const double signatures = headers * kinds[i].signers();
      fmt::print("   {:>8.0f} signatures/s   of the limit: {:.2f}", signatures, signatures / median(limit));
    }
    fmt::print("\n");
  }
}

void measure_proofs(int repeats, double seconds, std::size_t keys) {
  StateTree tree;
  const auto key = [](std::size_t i) { return "key " + std::to_string(i); };
  for (std::size_t i = 0; i < keys; ++i) tree.set(StateTree::path_of(key(i)), key(i), "value");
  const Digest root = tree.root();
  std::vector<std::string> present, absent;
  for (std::size_t i = 0; i < 1000; ++i) {
    present.push_back(tree.prove(StateTree::path_of(key(i))));
    absent.push_back(tree.prove(StateTree::path_of("no" + key(i))));
  }
  std::vector<double> of_value, of_absence;
  std::size_t next = 0;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    of_value.push_back(rate(seconds, [&] {
      const std::size_t i = next++ % 1000;
      require(proves_value(root, key(i), "value", present[i]), "a proof does not hold");
    }));
    of_absence.push_back(rate(seconds, [&] {
      const std::size_t i = next++ % 1000;
      require(proves_absence(root, "no" + key(i), absent[i]), "a proof does not hold");
    }));
  }
  fmt::print("  state of {:>7} keys: {:>8.0f} proofs of a value/s ({} bytes), {:>8.0f} of absence/s\n", keys,
             median(of_value), present[0].size(), median(of_absence));
}

}  // namespace
}  // namespace bsn

int main(int argc, char** argv) {
  const int repeats = argc > 1 ? std::atoi(argv[1]) : 5;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0.5;
  if (repeats < 1 || seconds <= 0) {
    fmt::print(stderr, "usage: light_client_bench [REPEATS [SECONDS_PER_RUN]]\n");
    return 2;
  }
  fmt::print("medians of {} interleaved runs of {} s\n", repeats, seconds);
  bsn::compare_headers(repeats, seconds);
  for (const std::size_t keys : {1000U, 100'000U}) bsn::measure_proofs(repeats, seconds, keys);
  return 0;
}
