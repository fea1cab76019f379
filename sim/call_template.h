// One entry of a round's mix as a template: its placeholders are read once, then filled for each call.
//
//   {account}        a genesis account ("account-0" ...), the same wherever the call names it
//   {other_account}  another one than {account}, the same wherever the call names it
//   {amount A B}     a whole number in [A, B]
//   {key N}          one of "key-0" ... "key-(N-1)"
//   {value N}        N letters and digits, 0 ... 65,536
//   {sequence}       the number of the call in its round
//   {{  }}           a brace
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/call.h"
#include "core/random.h"
#include "core/result.h"
#include "sim/scenario.h"

namespace bsn {

// What is wrong with the placeholders of an entry's args, one sentence each; empty: fine. `accounts` is the number of
// genesis accounts of the entry's network: {account} needs one, {other_account} two.
std::vector<std::string> check_placeholders(const MixEntry& entry, std::uint32_t accounts);

class CallTemplate {
 public:
  // Requires check_placeholders() to find nothing. `accounts` as there; calls are made for `project`.
  CallTemplate(const MixEntry& entry, std::uint32_t accounts, const std::string& project);

  // The call with number `sequence` of its round; draws from `random` only what its placeholders need. A submit still
  // lacks its idempotency key.
  Call make(std::uint64_t sequence, Random& random) const;

  // A piece of an argument: text as it stands, or something to fill in.
  struct Piece {
    enum class Kind : std::uint8_t { text, account, other_account, amount, key, value, sequence };
    Kind kind = Kind::text;
    std::string text;
    std::uint64_t low = 0, high = 0;  // amount: the range; key, value: `high` is N
  };

 private:
  // The accounts of one call, drawn together when its args name any.
  struct Accounts {
    std::uint64_t first = 0, other = 0;
  };

  Accounts draw_accounts(Random& random) const;
  void append(const Piece& piece, const Accounts& accounts, std::uint64_t sequence, Random& random,
              std::string& arg) const;

  Call base_;                             // everything but args
  std::vector<std::vector<Piece>> args_;  // pieces of each arg
  std::uint64_t accounts_ = 0;
  bool names_accounts_ = false;
};

}  // namespace bsn
