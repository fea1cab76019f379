// ns-3's event core with each of its schedulers, used as its models use it: Simulator::Schedule of a function.
#include <ns3/object-factory.h>
#include <ns3/simulator.h>

#include "bench/event_queue/contender.h"

namespace bsn {
namespace {

class Ns3 : public Contender {
 public:
  Ns3(std::string scheduler, std::uint32_t most) : scheduler_(std::move(scheduler)), most_(most) {}
  ~Ns3() override { ns3::Simulator::Destroy(); }

  std::string name() const override { return "ns-3 " + scheduler_; }
  bool can_hold(std::uint32_t in_flight) const override { return in_flight <= most_; }

  void fill(World& world) override {
    ns3::Simulator::Destroy();
    ns3::ObjectFactory factory;
    factory.SetTypeId("ns3::" + scheduler_);
    ns3::Simulator::SetScheduler(factory);
    world_ = &world;
    for (std::uint32_t i = 0; i < world.in_flight(); ++i) schedule(world.first_delay(), i);
  }

  void run(std::uint64_t deliveries) override {
    left_ = deliveries;
    ns3::Simulator::Run();
  }

 private:
  void schedule(Duration delay, std::uint32_t message) {
    ns3::Simulator::Schedule(ns3::NanoSeconds(static_cast<std::uint64_t>(delay.ns)), &Ns3::deliver, this, message);
  }

  void deliver(std::uint32_t message) {
    schedule(world_->deliver(message), message);
    if (--left_ == 0) ns3::Simulator::Stop();
  }

  std::string scheduler_;
  std::uint32_t most_;
  World* world_ = nullptr;
  std::uint64_t left_ = 0;
};

}  // namespace

Contenders ns3_contenders() {
  Contenders all;
  constexpr std::uint32_t any = 1'000'000;
  for (const char* scheduler : {"MapScheduler", "HeapScheduler", "PriorityQueueScheduler"}) {
    all.push_back(std::make_unique<Ns3>(scheduler, any));
  }
  // Both walk lists: with a million in flight a single fill takes minutes.
  all.push_back(std::make_unique<Ns3>("CalendarScheduler", 10'000));
  all.push_back(std::make_unique<Ns3>("ListScheduler", 10'000));
  return all;
}

}  // namespace bsn
