#include "edge/exchange.h"

#include <utility>

namespace bsn::edge {

void Exchange::respond(HttpResponse whole) {
  if (!carrier_) return;
  ExchangeCarrier& carrier = *std::exchange(carrier_, nullptr);
  listener_.reset();
  carrier.respond(std::move(whole));
}

void Exchange::begin(HttpResponse head) {
  if (carrier_) carrier_->begin(std::move(head));
}

void Exchange::write(std::string_view part) {
  if (carrier_ && !part.empty()) carrier_->write(part);
}

void Exchange::end() {
  if (!carrier_) return;
  ExchangeCarrier& carrier = *std::exchange(carrier_, nullptr);
  listener_.reset();
  carrier.end();
}

void Exchange::gone() {
  if (!std::exchange(carrier_, nullptr)) return;
  if (const auto listener = std::exchange(listener_, nullptr)) listener->on_gone();
}

void Exchange::sent() {
  if (const auto listener = listener_) listener->on_sent();
}

}  // namespace bsn::edge
