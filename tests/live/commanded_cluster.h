// A cluster of real processes for tests: started, asked and ended by the commands that people use, under a steady load.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "loop/temporary_folder.h"
#include "sim/live/endpoints.h"
#include "sim/live/load_client.h"
#include "sim/scenario_file.h"

namespace bsn {

struct Outcome {
  int code = -1;
  std::string out, err;
};

// `bsnsim up` in a run folder of its own, and `down` in the end.
class CommandedCluster : public testing::Test {
 protected:
  explicit CommandedCluster(std::string topology) : topology_(std::move(topology)) {}

  void SetUp() override { ASSERT_EQ(run("up " + topology_ + " --no-fsync -q").code, 0); }
  void TearDown() override { run("down"); }

  // bsnsim with these arguments.
  Outcome run(const std::string& arguments) const;

  Endpoints endpoints() const { return read_endpoints(folder_.path() + "/bsnsim/default").value(); }

 private:
  std::string topology_;
  TemporaryFolder folder_;
};

// The first round of a scenario, from another thread, until finish().
class SteadyLoad {
 public:
  SteadyLoad(const Endpoints& cluster, const std::string& scenario_file);
  SteadyLoad(std::vector<std::string> gateways, std::string access_key, Scenario scenario);
  ~SteadyLoad();

  // Waits until so many more calls have succeeded, at most a minute. False: they have not.
  bool wait_for(std::uint64_t more_succeeded);

  // Lets it go on until so many calls have succeeded, at most a minute, ends it, and says what came of it.
  RoundReport finish(std::uint64_t succeeded);

 private:
  void end();

  Scenario scenario_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::uint64_t succeeded_ = 0;
  std::atomic<bool> stop_ = false;
  std::optional<Result<LoadOutcome>> outcome_;
  std::thread caller_;
};

}  // namespace bsn
