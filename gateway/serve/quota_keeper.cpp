#include "gateway/serve/quota_keeper.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace bsn {

QuotaKeeper::QuotaKeeper(GatewayDisk& disk, std::int64_t zero_unix_ns, const std::vector<QuotaRecord>& records,
                         Grant grant)
    : disk_(disk), grant_(std::move(grant)), holder_(zero_unix_ns, records), loop_(holder_, *this, inbox_bound) {}

// What does not fit in is asked for again when calls come.
void QuotaKeeper::ask_for(std::uint64_t gateway, const QuotaAsk& ask) {
  static_cast<void>(loop_.post(QuotaAsked{gateway, ask}));
}

void QuotaKeeper::give_back(const QuotaReturn& returned) { static_cast<void>(loop_.post(returned)); }

// A turn is over when another one has begun.
void QuotaKeeper::settle() {
  for (int turn = 0; turn < 2; ++turn) loop_.ask([](Instant, QuotaHolder&) { return true; });
}

void QuotaKeeper::stop() { loop_.stop(); }

void QuotaKeeper::end_turn(Instant, std::vector<QuotaHolderOutput>& outputs) {
  std::vector<QuotaRecord> records;
  for (const QuotaHolderOutput& output : outputs) {
    if (const auto* record = std::get_if<QuotaRecord>(&output)) records.push_back(*record);
  }
  if (!records.empty() && !broken_) {
    const Result<Done> written = disk_.write(records);
    if (!written) {
      broken_ = true;
      spdlog::critical("quotas can't be kept, no more are granted: {}", written.error().message);
    }
  }
  if (broken_) return;
  for (const QuotaHolderOutput& output : outputs) {
    if (const auto* granted = std::get_if<QuotaGranted>(&output)) grant_(granted->to, granted->grant);
  }
}

}  // namespace bsn
