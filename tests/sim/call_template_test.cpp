#include "sim/call_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace bsn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

MixEntry entry_with(std::vector<std::string> args) {
  MixEntry entry;
  entry.chain = {"fabric", "trade"};
  entry.operation = Operation::submit;
  entry.contract = "asset";
  entry.function = "transfer";
  entry.args = std::move(args);
  entry.level = Level::final_;
  return entry;
}

std::vector<std::string> fill(const std::string& arg, int times, std::uint32_t accounts = 10) {
  const CallTemplate made(entry_with({arg}), accounts, "shop");
  Random random(3);
  std::vector<std::string> texts;
  for (int i = 0; i < times; ++i) texts.push_back(made.make(static_cast<std::uint64_t>(i), random).args[0]);
  return texts;
}

std::set<std::string> distinct(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

TEST(CallTemplate, CopiesWhatIsFixed) {
  Random random(1);
  const Call call = CallTemplate(entry_with({"a", "b c"}), 0, "shop").make(5, random);
  EXPECT_EQ(call.operation, Operation::submit);
  EXPECT_EQ(call.project, "shop");
  EXPECT_EQ(call.chain, (ChainName{"fabric", "trade"}));
  EXPECT_EQ(call.contract, "asset");
  EXPECT_EQ(call.function, "transfer");
  EXPECT_EQ(call.level, Level::final_);
  EXPECT_THAT(call.args, ElementsAre("a", "b c"));
  EXPECT_EQ(random.next(), Random(1).next()) << "text alone draws nothing";
}

TEST(CallTemplate, AccountIsTheSameWithinACallAndTheOtherIsAnother) {
  const CallTemplate made(entry_with({"{account}", "{other_account}", "{account}"}), 3, "shop");
  Random random(2);
  std::set<std::string> firsts, seconds;
  for (int i = 0; i < 300; ++i) {
    const Call call = made.make(0, random);
    EXPECT_EQ(call.args[0], call.args[2]);
    EXPECT_NE(call.args[0], call.args[1]);
    firsts.insert(call.args[0]);
    seconds.insert(call.args[1]);
  }
  const std::set<std::string> all{"account-0", "account-1", "account-2"};
  EXPECT_EQ(firsts, all);
  EXPECT_EQ(seconds, all);
}

TEST(CallTemplate, AmountLiesInItsRangeEndsIncluded) {
  EXPECT_EQ(distinct(fill("{amount 3 5}", 200)), (std::set<std::string>{"3", "4", "5"}));
  EXPECT_EQ(distinct(fill("{amount 9 9}", 5)), (std::set<std::string>{"9"}));
  EXPECT_GT(distinct(fill("{amount 0 18446744073709551615}", 20)).size(), 15U);
}

TEST(CallTemplate, KeyIsOneOfSoMany) {
  EXPECT_EQ(distinct(fill("{key 2}", 100)), (std::set<std::string>{"key-0", "key-1"}));
}

TEST(CallTemplate, ValueHasItsLengthAndDiffersFromCallToCall) {
  const auto texts = fill("{value 33}", 10);
  EXPECT_EQ(distinct(texts).size(), 10U);
  for (const std::string& text : texts) {
    EXPECT_EQ(text.size(), 33U);
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
              std::string::npos);
  }
  EXPECT_THAT(fill("{value 0}", 1), ElementsAre(""));
}

TEST(CallTemplate, SequenceIsTheNumberOfTheCall) {
  EXPECT_THAT(fill("n{sequence}!", 3), ElementsAre("n0!", "n1!", "n2!"));
}

TEST(CallTemplate, TextAndPlaceholdersMixAndDoubledBracesAreBraces) {
  EXPECT_THAT(fill("{{\"n\": {sequence}}}", 2), ElementsAre("{\"n\": 0}", "{\"n\": 1}"));
}

TEST(CallTemplate, EqualSeedsGiveEqualCalls) {
  EXPECT_EQ(fill("{account}-{amount 1 1000}-{value 20}", 50), fill("{account}-{amount 1 1000}-{value 20}", 50));
}

TEST(Placeholders, GoodOnesPass) {
  EXPECT_THAT(check_placeholders(entry_with({"{account} {other_account}", "{amount 1 2}", "{key 1}", "{value 65536}",
                                             "{ sequence }", "{{}}", ""}),
                                 2),
              IsEmpty());
}

TEST(Placeholders, EachBadOneIsNamedWithItsMend) {
  const auto finding = [](const std::string& arg, std::uint32_t accounts = 10) {
    const auto findings = check_placeholders(entry_with({"fine", arg}), accounts);
    return findings.size() == 1 ? findings[0] : "there are " + std::to_string(findings.size()) + " findings";
  };
  EXPECT_THAT(finding("{acount}"), HasSubstr("args[1]: unknown placeholder {acount}; known are {account}, "));
  EXPECT_THAT(finding("{}"), HasSubstr("unknown placeholder {}"));
  EXPECT_THAT(finding("{amount 1}"), HasSubstr("should be {amount A B}"));
  EXPECT_THAT(finding("{amount 1 x}"), HasSubstr("should be {amount A B}"));
  EXPECT_THAT(finding("{amount -1 5}"), HasSubstr("should be {amount A B}"));
  EXPECT_THAT(finding("{account 5}"), HasSubstr("should be {account}"));
  EXPECT_THAT(finding("{key 1.5}"), HasSubstr("should be {key N}"));
  EXPECT_THAT(finding("{amount 5 1}"), HasSubstr("lower end above"));
  EXPECT_THAT(finding("{key 0}"), HasSubstr("at least one key"));
  EXPECT_THAT(finding("{value 65537}"), HasSubstr("longer than 65536"));
  EXPECT_THAT(finding("{key 99999999999999999999}"), HasSubstr("should be {key N}"));
  EXPECT_THAT(finding("{account"), HasSubstr("not closed"));
  EXPECT_THAT(finding("account}"), HasSubstr("closes nothing"));
  EXPECT_THAT(finding("{account}", 0), HasSubstr("needs 1 genesis accounts"));
  EXPECT_THAT(finding("{other_account}", 1), HasSubstr("needs 2 genesis accounts"));
}

}  // namespace
}  // namespace bsn
