#include "tests/live/commanded_cluster.h"

#include <sys/wait.h>

#include <chrono>
#include <cstdlib>

#include "tests/fixtures/text_file.h"

namespace bsn {

Outcome CommandedCluster::run(const std::string& arguments) const {
  const std::string command = "XDG_RUNTIME_DIR=" + folder_.path() + " " + BSN_BIN_DIR + "/bsnsim " + arguments + " >" +
                              (folder_ / "out") + " 2>" + (folder_ / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(folder_ / "out"), text_of(folder_ / "err")};
}

SteadyLoad::SteadyLoad(const Endpoints& cluster, const std::string& scenario_file)
    : SteadyLoad({cluster.gateway.grpc}, cluster.access_key, load_scenario(scenario_file).value()) {}

SteadyLoad::SteadyLoad(std::vector<std::string> gateways, std::string access_key, Scenario scenario)
    : scenario_(std::move(scenario)), caller_([this, gateways, access_key] {
        LoadClient client(gateways, access_key);
        outcome_ = client.run({.scenario = &scenario_,
                               .round = 0,
                               .on_answer =
                                   [this](const Call&, const Reply& reply) {
                                     const std::lock_guard lock(mutex_);
                                     if (reply.status == Status::ok) ++succeeded_;
                                     more_.notify_one();
                                   },
                               .on_second = [](const RunRecorder&) {},
                               .stop = &stop_});
      }) {}

SteadyLoad::~SteadyLoad() { end(); }

void SteadyLoad::end() {
  stop_ = true;
  if (caller_.joinable()) caller_.join();
}

bool SteadyLoad::wait_for(std::uint64_t more_succeeded) {
  std::unique_lock lock(mutex_);
  return more_.wait_for(lock, std::chrono::minutes(1),
                        [&, goal = succeeded_ + more_succeeded] { return succeeded_ >= goal; });
}

RoundReport SteadyLoad::finish(std::uint64_t succeeded) {
  {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, std::chrono::minutes(1), [&] { return succeeded_ >= succeeded; });
  }
  end();
  if (!outcome_->ok()) ADD_FAILURE() << outcome_->error().message;
  return outcome_->value().report;
}

}  // namespace bsn
