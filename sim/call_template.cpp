#include "sim/call_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "core/check.h"

namespace bsn {
namespace {

using Piece = CallTemplate::Piece;
using Kind = Piece::Kind;

struct Form {
  std::string_view name;
  Kind kind;
  std::size_t numbers;
  std::string_view shape;
};
constexpr Form forms[] = {
    {"account", Kind::account, 0, "{account}"},  {"other_account", Kind::other_account, 0, "{other_account}"},
    {"amount", Kind::amount, 2, "{amount A B}"}, {"key", Kind::key, 1, "{key N}"},
    {"value", Kind::value, 1, "{value N}"},      {"sequence", Kind::sequence, 0, "{sequence}"}};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    words.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What is wrong with the numbers of a placeholder of known name; empty: fine.
std::string check_numbers(const Piece& piece) {
  switch (piece.kind) {
    case Kind::amount:
      return piece.low <= piece.high ? "" : "has a lower end above its upper end";
    case Kind::key:
      return piece.high >= 1 ? "" : "needs at least one key";
    case Kind::value:
      return piece.high <= CallLimits::total_bytes ? "" : "is longer than 65536 bytes";
    default:
      return "";
  }
}

// Reads one argument into pieces.
class ArgReader {
 public:
  explicit ArgReader(std::string_view text) : rest_(text) {}

  // False: see error().
  bool read() {
    while (error_.empty() && !rest_.empty()) read_piece();
    return error_.empty();
  }

  std::vector<Piece> take() { return std::move(pieces_); }
  const std::string& error() const { return error_; }

 private:
  void read_piece() {
    const std::size_t brace = rest_.find_first_of("{}");
    add_text(rest_.substr(0, brace));
    if (brace == std::string_view::npos) {
      rest_ = {};
      return;
    }
    rest_.remove_prefix(brace);
    if (rest_.starts_with("{{") || rest_.starts_with("}}")) {
      add_text(rest_.substr(0, 1));
      rest_.remove_prefix(2);
    } else if (rest_.front() == '}') {
      error_ = "a '}' closes nothing; write '}}' for a brace";
    } else {
      read_placeholder();
    }
  }

  void read_placeholder() {
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos) {
      error_ = "a '{' is not closed; write '{{' for a brace";
      return;
    }
    const std::string_view whole = rest_.substr(0, end + 1);
    rest_.remove_prefix(end + 1);
    add_placeholder(whole, words_of(whole.substr(1, whole.size() - 2)));
  }

  void add_placeholder(std::string_view whole, const std::vector<std::string_view>& words) {
    const auto form = std::find_if(std::begin(forms), std::end(forms),
                                   [&](const Form& one) { return !words.empty() && one.name == words[0]; });
    if (form == std::end(forms)) {
      error_ = fmt::format("unknown placeholder {}; known are {}", whole, known_shapes());
      return;
    }
    Piece piece;
    piece.kind = form->kind;
    bool fits = words.size() == form->numbers + 1;
    for (std::size_t i = 1; i < words.size() && fits; ++i) {
      const auto number = whole_number(words[i]);
      fits = number.has_value();
      piece.low = std::exchange(piece.high, number.value_or(0));
    }
    if (!fits) {
      error_ = fmt::format("placeholder {} should be {} with whole numbers", whole, form->shape);
    } else if (const std::string wrong = check_numbers(piece); !wrong.empty()) {
      error_ = fmt::format("placeholder {} {}", whole, wrong);
    }
    pieces_.push_back(std::move(piece));
  }

  static std::string known_shapes() {
    std::string shapes;
    for (const Form& form : forms) shapes += (shapes.empty() ? "" : ", ") + std::string(form.shape);
    return shapes;
  }

  void add_text(std::string_view text) {
    if (text.empty()) return;
    if (pieces_.empty() || pieces_.back().kind != Kind::text) pieces_.emplace_back();
    pieces_.back().text += text;
  }

  std::string_view rest_;
  std::vector<Piece> pieces_;
  std::string error_;
};

std::uint64_t accounts_needed(const std::vector<Piece>& pieces) {
  std::uint64_t needed = 0;
  for (const Piece& piece : pieces) {
    if (piece.kind == Kind::account) needed = std::max<std::uint64_t>(needed, 1);
    if (piece.kind == Kind::other_account) needed = 2;
  }
  return needed;
}

void append_number(std::string& text, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  text.append(digits, end);
}

// Ten characters from each draw of 64 bits.
void append_text(std::string& text, std::uint64_t length, Random& random) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ab";
  static_assert(alphabet.size() == 64);
  std::uint64_t bits = 0;
  for (std::uint64_t i = 0; i < length; ++i, bits >>= 6) {
    if (i % 10 == 0) bits = random.next();
    text.push_back(alphabet[bits & 63]);
  }
}

}  // namespace

std::vector<std::string> check_placeholders(const MixEntry& entry, std::uint32_t accounts) {
  std::vector<std::string> findings;
  for (std::size_t i = 0; i < entry.args.size(); ++i) {
    ArgReader reader(entry.args[i]);
    if (!reader.read()) {
      findings.push_back(fmt::format("args[{}]: {}", i, reader.error()));
      continue;
    }
    const std::uint64_t needed = accounts_needed(reader.take());
    if (needed <= accounts) continue;
    findings.push_back(fmt::format("args[{}]: needs {} genesis accounts, network '{}' has {}", i, needed,
                                   entry.chain.network, accounts));
  }
  return findings;
}

CallTemplate::CallTemplate(const MixEntry& entry, std::uint32_t accounts, const std::string& project)
    : accounts_(accounts) {
  base_.operation = entry.operation;
  base_.project = project;
  base_.chain = entry.chain;
  base_.contract = entry.contract;
  base_.function = entry.function;
  base_.level = entry.level;
  for (const std::string& arg : entry.args) {
    ArgReader reader(arg);
    BSN_CHECK(reader.read(), reader.error());
    args_.push_back(reader.take());
    const std::uint64_t needed = accounts_needed(args_.back());
    BSN_CHECK(needed <= accounts, "the scenario was checked: there are accounts enough");
    names_accounts_ = names_accounts_ || needed > 0;
  }
}

CallTemplate::Accounts CallTemplate::draw_accounts(Random& random) const {
  Accounts drawn;
  drawn.first = random.below(accounts_);
  if (accounts_ > 1) drawn.other = (drawn.first + 1 + random.below(accounts_ - 1)) % accounts_;
  return drawn;
}

Call CallTemplate::make(std::uint64_t sequence, Random& random) const {
  Call call = base_;
  const Accounts accounts = names_accounts_ ? draw_accounts(random) : Accounts{};
  call.args.resize(args_.size());
  for (std::size_t i = 0; i < args_.size(); ++i) {
    for (const Piece& piece : args_[i]) append(piece, accounts, sequence, random, call.args[i]);
  }
  return call;
}

void CallTemplate::append(const Piece& piece, const Accounts& accounts, std::uint64_t sequence, Random& random,
                          std::string& arg) const {
  arg += piece.text;
  switch (piece.kind) {
    case Kind::text:
      return;
    case Kind::account:
      return append_number(arg += "account-", accounts.first);
    case Kind::other_account:
      return append_number(arg += "account-", accounts.other);
    case Kind::amount:
      // A range over all 64 bits has no size that fits: it is the draw itself.
      if (piece.low == 0 && piece.high == UINT64_MAX) return append_number(arg, random.next());
      return append_number(arg, piece.low + random.below(piece.high - piece.low + 1));
    case Kind::key:
      return append_number(arg += "key-", random.below(piece.high));
    case Kind::value:
      return append_text(arg, piece.high, random);
    case Kind::sequence:
      return append_number(arg, sequence);
  }
}

}  // namespace bsn
