// What a caller of the cross-chain contracts proves about another chain's final state. The contracts ask it what they
// need to know and never look at a proof themselves.
//
// An answer is why the chain `witness` did not hold that, as far as was proved; nullopt: it did.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/light_client.h"

namespace bsn {

class XchainEvidence {
 public:
  virtual ~XchainEvidence() = default;

  virtual std::optional<std::string> why_not_value(const ChainName& witness, std::string_view key,
                                                   std::string_view value) const = 0;
  virtual std::optional<std::string> why_not_absent(const ChainName& witness, std::string_view key) const = 0;

  // Of the state that it is about, and the header there; nullopt: none is known.
  virtual Height at() const = 0;
  virtual std::optional<KnownHeader> header(const ChainName& witness) const = 0;
};

// A proof of the one key that the contract will ask about.
class OneProof final : public XchainEvidence {
 public:
  OneProof(Height at, std::string_view proof, StateOverlay& state) : at_(at), proof_(proof), state_(state) {}

  std::optional<std::string> why_not_value(const ChainName& witness, std::string_view key,
                                           std::string_view value) const override;
  std::optional<std::string> why_not_absent(const ChainName& witness, std::string_view key) const override;
  Height at() const override { return at_; }
  std::optional<KnownHeader> header(const ChainName& witness) const override;

 private:
  Height at_;
  std::string_view proof_;
  StateOverlay& state_;
};

// One of the keys that a batch proved together: `held` is what `witness` has under `key`. Points to all of these.
class ProvedKey final : public XchainEvidence {
 public:
  ProvedKey(const ChainName& witness, Height at, const KnownHeader& header, std::string_view key,
            const HeldDigest& held)
      : witness_(witness), at_(at), header_(header), key_(key), held_(held) {}

  std::optional<std::string> why_not_value(const ChainName& witness, std::string_view key,
                                           std::string_view value) const override;
  std::optional<std::string> why_not_absent(const ChainName& witness, std::string_view key) const override;
  Height at() const override { return at_; }
  std::optional<KnownHeader> header(const ChainName& witness) const override;

 private:
  std::optional<std::string> why_not_about(const ChainName& witness, std::string_view key) const;

  const ChainName& witness_;
  Height at_;
  const KnownHeader& header_;
  std::string_view key_;
  const HeldDigest& held_;
};

}  // namespace bsn
