#include "sim/config_kinds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "sim/edit_distance.h"

namespace bsn {
namespace {

namespace json = boost::json;

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
// Largest first: printing takes the first that divides the value. Decimal units are read only.
constexpr std::array<SizeUnit, 4> binary_units = {{{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"B", 1}}};
constexpr std::array<SizeUnit, 3> decimal_units = {{{"kB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct Quantity {
  double number = 0;
  std::string_view unit;
};

std::optional<Quantity> parse_quantity(std::string_view text) {
  text = trim(text);
  Quantity quantity;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quantity.number);
  if (error != std::errc{} || !std::isfinite(quantity.number)) return std::nullopt;
  quantity.unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  return quantity;
}

// What was written, cut short: files may hold very long words.
std::string shown(const ConfigNode& node) {
  constexpr std::size_t longest = 60;
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return "nothing";
    case ConfigNode::Kind::list:
      return "a list";
    case ConfigNode::Kind::map:
      return "a map";
    case ConfigNode::Kind::scalar:
      break;
  }
  if (node.scalar.size() <= longest) return fmt::format("'{}'", node.scalar);
  return fmt::format("'{}...' ({} bytes)", node.scalar.substr(0, longest), node.scalar.size());
}

bool is_scalar(const ConfigNode& node, const Spot& spot, std::string_view wanted) {
  if (node.kind == ConfigNode::Kind::scalar) return true;
  spot.complain(node.place, fmt::format("{} stands where {} belongs", shown(node), wanted));
  return false;
}

std::optional<std::uint64_t> bytes_of(const Quantity& quantity) {
  std::optional<std::uint64_t> unit;
  for (const SizeUnit& known : binary_units) unit = known.name == quantity.unit ? known.bytes : unit;
  for (const SizeUnit& known : decimal_units) unit = known.name == quantity.unit ? known.bytes : unit;
  const double bytes = unit ? quantity.number * static_cast<double>(*unit) : -1;
  if (bytes < 0 || bytes > 1e15) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(bytes));
}

std::string size_text(std::uint64_t bytes) {
  for (const SizeUnit& unit : binary_units) {
    if (bytes % unit.bytes == 0 && (bytes > 0 || unit.bytes == 1))
      return fmt::format("{} {}", bytes / unit.bytes, unit.name);
  }
  return fmt::format("{} B", bytes);
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

void Findings::add(std::string finding) {
  if (lines_.size() < most) {
    lines_.push_back(std::move(finding));
  } else {
    ++left_out_;
  }
}

Error Findings::error() const {
  std::string text = fmt::format("{}", fmt::join(lines_, "\n"));
  if (left_out_ > 0) text += fmt::format("\n... and {} more", left_out_);
  return {ErrorCode::invalid_configuration, text};
}

Spot Spot::key(std::string_view name) const {
  return {findings, path.empty() ? std::string(name) : fmt::format("{}.{}", path, name)};
}

Spot Spot::item(std::size_t number) const { return {findings, fmt::format("{}[{}]", path, number)}; }

void Spot::complain(const ConfigPlace& place, std::string_view what) const {
  findings.add(path.empty() ? fmt::format("{}: {}", to_string(place), what)
                            : fmt::format("{}: {}: {}", to_string(place), path, what));
}

void Spot::complain_of_key(const ConfigEntry& entry, const std::vector<std::string>& known) const {
  findings.add(findings.full()
                   ? ""
                   : fmt::format("{}: unknown key '{}'{}{}", to_string(entry.place), entry.key.substr(0, 64),
                                 path.empty() ? "" : " in " + path, suggestion(entry.key, known)));
}

// ---- text ----

void TextKind::read(const ConfigNode& node, std::string& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a text")) return;
  if (node.scalar.size() > max_bytes) {
    return spot.complain(node.place, fmt::format("{} is longer than {} bytes; shorten it", shown(node), max_bytes));
  }
  value = node.scalar;
}

json::value TextKind::print(const std::string& value) const { return json::value(value); }

json::object TextKind::schema() const { return {{"type", "string"}, {"maxLength", max_bytes}}; }

void NameKind::read(const ConfigNode& node, std::string& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a name")) return;
  if (!is_name(node.scalar) && !(star && node.scalar == "*")) {
    return spot.complain(node.place, fmt::format("{} is no name; use 1 to 64 letters, digits, '-', '_', '.'{}",
                                                 shown(node), star ? ", or \"*\" for all" : ""));
  }
  value = node.scalar;
}

json::value NameKind::print(const std::string& value) const { return json::value(value); }

json::object NameKind::schema() const {
  return {{"type", {"string", "integer"}},
          {"pattern", star ? "^([A-Za-z0-9._-]{1,64}|\\*)$" : "^[A-Za-z0-9._-]{1,64}$"}};
}

void ChainNameKind::read(const ConfigNode& node, ChainName& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a chain's name")) return;
  const std::size_t slash = std::min(node.scalar.find('/'), node.scalar.size());
  ChainName name{node.scalar.substr(0, slash), node.scalar.substr(std::min(slash + 1, node.scalar.size()))};
  if (!is_name(name.network) || !is_name(name.chain)) {
    return spot.complain(node.place,
                         fmt::format("{} is no chain; write network/chain, such as fabric/supply-chain", shown(node)));
  }
  value = std::move(name);
}

json::value ChainNameKind::print(const ChainName& value) const { return json::value(to_string(value)); }

json::object ChainNameKind::schema() const {
  return {{"type", "string"}, {"pattern", "^[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64}$"}};
}

void FlagKind::read(const ConfigNode& node, bool& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "true or false")) return;
  if (node.scalar != "true" && node.scalar != "false") {
    return spot.complain(node.place, fmt::format("{} is neither true nor false", shown(node)));
  }
  value = node.scalar == "true";
}

json::value FlagKind::print(bool value) const { return value; }

json::object FlagKind::schema() const { return {{"type", "boolean"}}; }

// ---- numbers ----

template <class Number>
void WholeKind<Number>::read(const ConfigNode& node, Number& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a whole number")) return;
  const char* const end = node.scalar.data() + node.scalar.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(node.scalar.data(), end, number);
  if (error != std::errc{} || stop != end || number < min || number > max) {
    return spot.complain(node.place, fmt::format("{} is not a whole number from {} to {}", shown(node), min, max));
  }
  value = static_cast<Number>(number);
}

template <class Number>
json::object WholeKind<Number>::schema() const {
  return {{"type", "integer"}, {"minimum", min}, {"maximum", max}};
}

template struct WholeKind<std::uint32_t>;
template struct WholeKind<std::uint64_t>;

void RealKind::read(const ConfigNode& node, double& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a number")) return;
  const std::optional<Quantity> quantity = parse_quantity(node.scalar);
  if (!quantity || !quantity->unit.empty()) {
    return spot.complain(node.place,
                         fmt::format("{} is not a number; write it without a unit, such as 50", shown(node)));
  }
  if (quantity->number < min || quantity->number > max || (above_min && quantity->number == min)) {
    return spot.complain(node.place, fmt::format("{} is out of range; use {} {} to {}", shown(node),
                                                 above_min ? "above" : "from", min, max));
  }
  value = quantity->number;
}

json::value RealKind::print(double value) const { return value; }

json::object RealKind::schema() const {
  return {{"type", "number"}, {above_min ? "exclusiveMinimum" : "minimum", min}, {"maximum", max}};
}

void ShareKind::read(const ConfigNode& node, double& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a share")) return;
  const std::optional<Quantity> quantity = parse_quantity(node.scalar);
  const bool percent = quantity && quantity->unit == "%";
  const double share = quantity ? (percent ? quantity->number / 100 : quantity->number) : -1;
  if (!quantity || (!percent && !quantity->unit.empty()) || share < 0 || share > 1) {
    return spot.complain(node.place,
                         fmt::format("{} is not a share; write 0 ... 1, or a percentage such as \"5 %\"", shown(node)));
  }
  value = share;
}

json::value ShareKind::print(double value) const { return value; }

json::object ShareKind::schema() const {
  json::object number = {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
  json::object percentage = {{"type", "string"}, {"pattern", "^ *[0-9.]+ *% *$"}};
  return {{"oneOf", {number, percentage}}};
}

// ---- quantities with a unit ----

void DurationKind::read(const ConfigNode& node, Duration& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a time")) return;
  const std::optional<Duration> duration = parse_duration(node.scalar);
  if (!duration) {
    const std::optional<Quantity> quantity = parse_quantity(node.scalar);
    const bool bare = quantity && quantity->unit.empty();
    return spot.complain(
        node.place, bare ? fmt::format("{} has no unit; write \"{} ms\" or \"{} s\"", shown(node), quantity->number,
                                       quantity->number)
                         : fmt::format("{} is not a time; write a number with ns, us, ms, s, min or h, such "
                                       "as \"50 ms\"",
                                       shown(node)));
  }
  if (*duration < min || *duration > max) {
    return spot.complain(node.place,
                         fmt::format("{} is out of range; use {} to {}", shown(node), to_string(min), to_string(max)));
  }
  value = *duration;
}

json::value DurationKind::print(Duration value) const { return json::value(to_string(value)); }

json::object DurationKind::schema() const {
  return {{"type", "string"}, {"pattern", "^ *[0-9.]+(e[0-9]+)? *(ns|us|ms|s|min|h) *$"}};
}

template <class Number>
void SizeKind<Number>::read(const ConfigNode& node, Number& value, const Spot& spot) const {
  if (!is_scalar(node, spot, "a size")) return;
  const std::optional<Quantity> quantity = parse_quantity(node.scalar);
  const std::optional<std::uint64_t> bytes = quantity ? bytes_of(*quantity) : std::nullopt;
  if (!bytes) {
    const bool bare = quantity && quantity->unit.empty();
    return spot.complain(node.place, fmt::format("{} {}; write a number with B, KiB, MiB or GiB, such as \"2 MiB\"",
                                                 shown(node), bare ? "has no unit" : "is not a size"));
  }
  if (*bytes < min || *bytes > max) {
    return spot.complain(node.place,
                         fmt::format("{} is out of range; use {} to {}", shown(node), size_text(min), size_text(max)));
  }
  value = static_cast<Number>(*bytes);
}

template <class Number>
json::value SizeKind<Number>::print(Number value) const {
  return json::value(size_text(value));
}

template <class Number>
json::object SizeKind<Number>::schema() const {
  return {{"type", "string"}, {"pattern", "^ *[0-9.]+ *(B|KiB|MiB|GiB|kB|MB|GB) *$"}};
}

template struct SizeKind<std::uint32_t>;
template struct SizeKind<std::uint64_t>;

// ---- choices ----

std::size_t Words::read(const ConfigNode& node, const Spot& spot, std::size_t otherwise) const {
  if (!is_scalar(node, spot, fmt::format("one of {}", fmt::join(words, ", ")))) return otherwise;
  const auto found = std::find(words.begin(), words.end(), node.scalar);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  spot.complain(node.place, fmt::format("unknown {} {}{}{}", spot.path.substr(spot.path.rfind('.') + 1), shown(node),
                                        suggestion(node.scalar, words), hint));
  return otherwise;
}

json::object Words::schema() const {
  json::array all;
  for (const std::string& word : words) all.emplace_back(word);
  return {{"enum", all}};
}

}  // namespace bsn
