#include "edge/ethereum/quantity.h"

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <cctype>
#include <iterator>

namespace bsn::edge::ethereum {
namespace {

bool all_hex(std::string_view digits) {
  return std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

std::string quantity(const Wei& number) { return "0x" + number.str(0, std::ios_base::hex); }
std::string quantity(std::uint64_t number) { return quantity(Wei(number)); }

std::optional<Wei> parse_quantity(std::string_view text) {
  if (!text.starts_with("0x") || text.size() < 3 || text.size() > 66 || !all_hex(text.substr(2))) return std::nullopt;
  if (text.size() > 3 && text[2] == '0') return std::nullopt;
  return Wei(std::string(text));
}

std::string hex(std::string_view bytes) {
  std::string text = "0x";
  boost::algorithm::hex_lower(bytes.begin(), bytes.end(), std::back_inserter(text));
  return text;
}

std::optional<std::string> parse_hex(std::string_view text) {
  if (!text.starts_with("0x") || text.size() % 2 != 0 || !all_hex(text.substr(2))) return std::nullopt;
  std::string bytes;
  boost::algorithm::unhex(text.begin() + 2, text.end(), std::back_inserter(bytes));
  return bytes;
}

std::optional<Wei> number_of(std::string_view bytes) {
  if (bytes.size() > 32 || (!bytes.empty() && bytes.front() == 0)) return std::nullopt;
  Wei number;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string bytes_of(const Wei& number) {
  std::string bytes;
  if (number != 0) boost::multiprecision::export_bits(number, std::back_inserter(bytes), 8);
  return bytes;
}

}  // namespace bsn::edge::ethereum
