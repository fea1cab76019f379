// Value between chains of a running cluster, by the commands that people use.
#include <boost/json.hpp>

#include "tests/live/commanded_cluster.h"

namespace bsn {
namespace {

class Transfers : public CommandedCluster {
 protected:
  Transfers() : CommandedCluster("tests/live/relayer_crash.yaml") {}

  std::string balance(const std::string& chain, const std::string& account) const {
    const Outcome read = run("call query " + chain + " asset balance " + account + " --level final --json");
    return boost::json::parse(read.out).as_object().at("value").as_string().c_str();
  }
};

const std::string there = "transfer --from fabric:supply-chain:account-1 --to irisnet:account-2 ";

TEST_F(Transfers, ArriveAreListedTracedAndComeHome) {
  const Outcome sent = run(there + "--amount 50 --via irita");
  EXPECT_EQ(sent.code, 0) << sent.out << sent.err;
  EXPECT_NE(sent.out.find("acknowledged"), std::string::npos) << sent.out;
  EXPECT_NE(sent.err.find("sent, in block"), std::string::npos) << sent.err;
  EXPECT_EQ(balance("fabric/supply-chain", "account-1"), "999950");
  const Outcome home = run(
      "transfer --from irisnet:account-2 --to fabric:supply-chain:account-3 --asset fabric:supply-chain --amount 20");
  EXPECT_EQ(home.code, 0) << home.out << home.err;
  EXPECT_EQ(balance("fabric/supply-chain", "account-3"), "1000020");

  const auto listed = boost::json::parse(run("packets irisnet -O json").out).as_array();
  EXPECT_EQ(listed.size(), 2u);
  const Outcome traced = run("trace irita-hub/main:fabric/supply-chain:irisnet/main:1 -O json");
  const auto trail = boost::json::parse(traced.out).as_object();
  EXPECT_EQ(trail.at("stage").as_string(), "acknowledged");
  ASSERT_EQ(trail.at("steps").as_array().size(), 5u);
  EXPECT_GT(trail.at("steps").as_array()[1].as_object().at("proof_bytes").to_number<int>(), 0);
  EXPECT_EQ(run("trace irita-hub/main:fabric/supply-chain:irisnet/main:9").code, 1);
}

TEST_F(Transfers, BadOnesAreRefusedWithoutEffect) {
  EXPECT_EQ(run(there + "--amount 0").code, 104);
  EXPECT_EQ(run(there + "--amount -5").code, 104);
  EXPECT_EQ(run(there + "--amount 18446744073709551616").code, 104);
  EXPECT_EQ(run(there + "--amount 1 --timeout -5s").code, 104);
  EXPECT_EQ(run("transfer --from irisnet --to fabric:supply-chain:account-1 --amount 1").code, 104);
  const auto refused = [&](const std::string& arguments, const std::string& why) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 1) << outcome.out;
    EXPECT_NE(outcome.out.find(why), std::string::npos) << outcome.out;
  };
  refused(there + "--amount 1000001", "FAILED_PRECONDITION CONTRACT_REFUSED");
  refused(there + "--amount 1 --asset nowhere", "NOT_FOUND");
  refused(there + "--amount 1 --via nowhere", "NOT_FOUND");
  refused("transfer --from nowhere:account-1 --to irisnet:account-2 --amount 1", "NOT_FOUND");
  refused("transfer --from irisnet:nobody --to fabric:supply-chain:account-1 --amount 1", "CONTRACT_REFUSED");
  EXPECT_EQ(run("packets -O json").out, "[]\n") << "something was sent";
  EXPECT_EQ(balance("fabric/supply-chain", "account-1"), "1000000");
  // The destination says no: it comes back, once.
  refused("transfer --from fabric:supply-chain:account-1 --to irisnet:nobody --amount 7", "refunded");
  EXPECT_EQ(balance("fabric/supply-chain", "account-1"), "1000000");
}

}  // namespace
}  // namespace bsn
