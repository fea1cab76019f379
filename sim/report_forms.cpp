#include "sim/report_forms.h"

#include <algorithm>

#include "sim/report_fields.h"

namespace bsn {

JsonForm<Histogram>::Form JsonForm<Histogram>::form(const Histogram& histogram) {
  const HistogramParts parts = histogram.parts();
  Form form{parts.min, parts.max, parts.mean, parts.rest, {}};
  form.buckets.reserve(2 * parts.counts.size());
  std::uint64_t before = 0;
  for (const auto& [bucket, count] : parts.counts) {
    form.buckets.push_back(bucket - before);
    form.buckets.push_back(count);
    before = bucket;
  }
  return form;
}

std::optional<Histogram> JsonForm<Histogram>::back(const Form& form) {
  if (form.buckets.size() % 2 != 0) return std::nullopt;
  HistogramParts parts{form.min, form.max, form.mean, form.rest, {}};
  std::uint64_t bucket = 0;
  for (std::size_t i = 0; i < form.buckets.size(); i += 2) {
    if (form.buckets[i] > std::numeric_limits<std::uint64_t>::max() - bucket) return std::nullopt;
    bucket += form.buckets[i];
    parts.counts.emplace_back(bucket, form.buckets[i + 1]);
  }
  return Histogram::from_parts(parts);
}

JsonForm<SplitSums>::Form JsonForm<SplitSums>::form(const SplitSums& split) {
  const auto calls = static_cast<std::int64_t>(std::max<std::uint64_t>(1, split.calls));
  return {split.calls,
          split.client / calls,
          split.sum.gateway_queue / calls,
          split.sum.route / calls,
          split.sum.wire / calls,
          split.sum.node_queue / calls,
          split.sum.consensus / calls,
          split.sum.back / calls};
}

std::optional<SplitSums> JsonForm<SplitSums>::back(const Form& form) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const auto calls = static_cast<std::int64_t>(form.calls);
  SplitSums split;
  split.calls = form.calls;
  bool fits = true;
  const auto sum = [&](Duration mean) {
    fits = fits && calls >= 0 && (calls == 0 || (mean.ns < most / calls && mean.ns > -(most / calls)));
    return fits ? Duration{mean.ns * calls} : Duration{};
  };
  split.client = sum(form.client);
  split.sum = {sum(form.gateway_queue), sum(form.route),     sum(form.wire),
               sum(form.node_queue),    sum(form.consensus), sum(form.back)};
  if (!fits) return std::nullopt;
  return split;
}

JsonForm<std::vector<SecondReport>>::Form JsonForm<std::vector<SecondReport>>::form(
    const std::vector<SecondReport>& seconds) {
  Form form;
  for (const SecondReport& one : seconds) {
    form.offered.push_back(one.offered);
    form.sent.push_back(one.sent);
    form.dropped.push_back(one.dropped);
    form.succeeded.push_back(one.succeeded);
    form.failed.push_back(one.failed);
  }
  return form;
}

std::optional<std::vector<SecondReport>> JsonForm<std::vector<SecondReport>>::back(const Form& form) {
  const std::size_t size = form.offered.size();
  for (const auto* column : {&form.sent, &form.dropped, &form.succeeded, &form.failed}) {
    if (column->size() != size) return std::nullopt;
  }
  std::vector<SecondReport> seconds;
  seconds.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    seconds.push_back({form.offered[i], form.sent[i], form.dropped[i], form.succeeded[i], form.failed[i]});
  }
  return seconds;
}

JsonForm<Figure>::Form JsonForm<Figure>::form(Figure figure) { return std::string(to_string(figure)); }

std::optional<Figure> JsonForm<Figure>::back(const Form& form) {
  for (int i = 0; i <= static_cast<int>(Figure::propagation_p90_s); ++i) {
    if (to_string(static_cast<Figure>(i)) == form) return static_cast<Figure>(i);
  }
  return std::nullopt;
}

boost::json::value to_json(const std::vector<SecondReport>& seconds) {
  return to_json(JsonForm<std::vector<SecondReport>>::form(seconds));
}

void from_json(const boost::json::value& value, std::vector<SecondReport>& seconds, const JsonSpot& spot) {
  SecondsForm form;
  from_json(value, form, spot);
  if (spot.problem) return;
  auto back = JsonForm<std::vector<SecondReport>>::back(form);
  if (!back) return spot.complain("has lists of different lengths");
  seconds = std::move(*back);
}

}  // namespace bsn
