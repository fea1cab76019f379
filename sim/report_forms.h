// How the parts of a report look in its JSON that look different there than in a Report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/json_fields.h"
#include "sim/report.h"

namespace bsn {

// Buckets that hold a value, lowest first: each by how many buckets it lies above the one before it (the first: above
// bucket 0), followed by its count. Bucket i < 2048 holds i ns; any other the (1024 + i % 1024) << (i / 1024 - 1) ns
// and what is less than 1 << (i / 1024 - 1) ns above.
struct HistogramForm {
  Duration min, max, mean;
  std::uint64_t rest = 0;
  std::vector<std::uint64_t> buckets;
};
template <>
struct JsonForm<Histogram> {
  using Form = HistogramForm;
  static Form form(const Histogram& histogram);
  static std::optional<Histogram> back(const Form& form);
};

struct SplitForm {  // means per call
  std::uint64_t calls = 0;
  Duration client, gateway_queue, route, wire, node_queue, consensus, back;
  Duration total() const { return client + gateway_queue + route + wire + node_queue + consensus + back; }
};
template <>
struct JsonForm<SplitSums> {
  using Form = SplitForm;
  static Form form(const SplitSums& split);
  static std::optional<SplitSums> back(const Form& form);
};

struct SecondsForm {  // a list per class of call, by second: what plotters want, and a line each
  std::vector<std::uint64_t> offered, sent, dropped, succeeded, failed;
};
template <>
struct JsonForm<std::vector<SecondReport>> {
  using Form = SecondsForm;
  static Form form(const std::vector<SecondReport>& seconds);
  static std::optional<std::vector<SecondReport>> back(const Form& form);
};

template <>
struct JsonForm<Figure> {
  using Form = std::string;
  static Form form(Figure figure);
  static std::optional<Figure> back(const Form& form);
};

// Chosen before the general form of lists.
boost::json::value to_json(const std::vector<SecondReport>& seconds);
void from_json(const boost::json::value& value, std::vector<SecondReport>& seconds, const JsonSpot& spot);

}  // namespace bsn
