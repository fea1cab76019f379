// Question: what does one step of each machine cost, and how does it grow with size?
//
// A Google Benchmark program: every figure is CPU time of one thread for one item. Debian's benchmark library is a
// debug build and says so; that touches its own loop, not what is measured.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "core/wan_model.h"
#include "gateway/gateway.h"
#include "node/ledger.h"
#include "proto/codec.h"
#include "sim/histogram.h"

namespace {

using namespace bsn;

ChainSpec chain_with_accounts(std::uint32_t accounts) {
  ChainSpec spec;
  spec.name = {"fabric", "bench"};
  for (std::uint32_t i = 0; i < accounts; ++i) spec.genesis.push_back({"account-" + std::to_string(i), 1'000'000'000});
  return spec;
}

Call transfer(std::uint64_t number, std::uint32_t accounts) {
  Call call;
  call.operation = Operation::submit;
  call.project = "bench";
  call.chain = {"fabric", "bench"};
  call.contract = "asset";
  call.function = "transfer";
  call.args = {"account-" + std::to_string(number % accounts), "account-" + std::to_string((number * 7 + 1) % accounts),
               "1"};
  call.idempotency_key = "bench-" + std::to_string(number);
  call.level = Level::final_;
  return call;
}

// Executing a block of `range(0)` transfers among `range(1)` accounts: roots, receipts and seal included.
void ledger_executes_transfers(benchmark::State& state) {
  const auto size = static_cast<std::uint64_t>(state.range(0));
  const auto accounts = static_cast<std::uint32_t>(state.range(1));
  Ledger ledger(chain_with_accounts(accounts));
  std::uint64_t number = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Proposal proposal;
    proposal.height = ledger.height() + 1;
    for (std::uint64_t i = 0; i < size; ++i)
      proposal.transactions.push_back(make_transaction(transfer(number++, accounts)));
    state.ResumeTiming();
    benchmark::DoNotOptimize(ledger.execute(proposal));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ledger_executes_transfers)->ArgsProduct({{1, 100}, {100, 1'000, 10'000}})->Iterations(200);

void ledger_seals_an_empty_block(benchmark::State& state) {
  Ledger ledger(chain_with_accounts(1'000));
  Proposal proposal;
  for (auto _ : state) {
    proposal.height = ledger.height() + 1;
    benchmark::DoNotOptimize(ledger.execute(proposal));
  }
}
BENCHMARK(ledger_seals_an_empty_block);

void transaction_is_made(benchmark::State& state) {
  const Call call = transfer(1, 1'000);
  for (auto _ : state) benchmark::DoNotOptimize(make_transaction(call));
}
BENCHMARK(transaction_is_made);

GatewaySpec gateway_for(std::uint32_t cities) {
  GatewaySpec spec;
  RouteSpec route;
  route.name = {"fabric", "bench"};
  for (std::uint32_t i = 0; i < cities; ++i) {
    CitySpec city;
    city.index = CityIndex{i};
    city.name = "city-" + std::to_string(i);
    city.place = {20.0 + i % 30, 90.0 + i % 40, Region::mainland, Provider::china_mobile};
    spec.cities.push_back(city);
    if (i < 30) route.followers.push_back(city.index);
  }
  route.validators = {route.followers.back()};
  route.followers.pop_back();
  spec.routes.push_back(route);
  spec.projects.push_back({"bench", sha256("bench-key"), {"*"}, {}});
  return spec;
}

// A call through the gateway machine and its answer back, with `range(0)` other calls open.
void gateway_routes_a_call(benchmark::State& state) {
  Gateway gateway(gateway_for(136));
  std::vector<GatewayOutput> out;
  Instant now;
  for (std::uint32_t i = 0; i < 136; ++i) gateway.step(now, NodeLink{CityIndex{i}, true, true}, out);
  out.clear();
  ClientCall arriving;
  arriving.access_key = "bench-key";
  arriving.origin = "city-5";
  arriving.call = transfer(1, 1'000);
  arriving.deadline = now + seconds(3600);
  const auto arrive = [&] {
    arriving.id.value++;
    gateway.step(now, arriving, out);
  };
  for (std::int64_t i = 0; i < state.range(0); ++i) arrive();
  out.clear();
  for (auto _ : state) {
    arrive();
    const Forward forward = std::get<Forward>(out.front());
    out.clear();
    gateway.step(now, NodeReply{forward.attempt, Reply{}, now}, out);
    out.clear();
  }
}
BENCHMARK(gateway_routes_a_call)->Arg(0)->Arg(1'000)->Arg(10'000);

void call_is_encoded_and_decoded(benchmark::State& state) {
  const Call call = transfer(1, 1'000);
  for (auto _ : state) benchmark::DoNotOptimize(decode(encode(call)));
}
BENCHMARK(call_is_encoded_and_decoded);

void histogram_records(benchmark::State& state) {
  Histogram histogram;
  Random random(1);
  for (auto _ : state) histogram.record(random.exponential(milliseconds(50)));
}
BENCHMARK(histogram_records);

void wan_delay_is_drawn(benchmark::State& state) {
  const Place beijing{39.9075, 116.39723, Region::mainland, Provider::china_mobile};
  const Place paris{48.85341, 2.3488, Region::overseas, Provider::microsoft_azure};
  const LinkProfile link = link_profile({}, beijing, paris);
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(sample_delay(link, random));
}
BENCHMARK(wan_delay_is_drawn);

}  // namespace

BENCHMARK_MAIN();
