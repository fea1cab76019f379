// A scripted conversation between consensus engines: a text file that is replayed and compared with itself.
//
// The grammar stands in README.md. Commands stand at the margin, what followed from them is indented below, `#` lines
// and blank lines are prose. replay() carries the commands out and returns the text as it should be.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/dialogues/engine_network.h"

namespace bsn {

class Dialogue {
 public:
  struct Outcome {
    std::string text;                   // the file with what followed this time
    std::vector<std::string> failures;  // broken invariants, wrong expectations, wrong commands; with their line
  };

  // At the first wrong command the rest of the file is copied unchanged.
  static Outcome replay(std::string_view file);

 private:
  using Words = std::vector<std::string>;
  // Looks at a message on its way; false swallows it.
  using Rule = std::function<bool(std::uint32_t from, std::uint32_t to, ConsensusMessage& message)>;

  void run(const std::string& line);
  void run_words(const Words& words);

  void make_network(const Words& words);
  void offer(const Words& words);
  void crash(const Words& words);
  void partition(const Words& words);
  void withhold(const Words& words);
  void drop(const Words& words);
  void equivocate(const Words& words);
  void expect(const Words& words);
  void progress(const Words& words);

  void expect_everywhere(const Words& words, const std::function<std::string(std::uint32_t)>& seen);
  void add_rule(Rule rule);
  void say(const std::string& text) { said_.push_back(text); }
  void fail(const std::string& text);
  EngineNetwork& network();
  std::uint32_t validator(const std::string& word);
  std::vector<std::uint32_t> validators(const Words& words, std::size_t from);

  std::unique_ptr<EngineNetwork> network_;
  std::vector<Rule> rules_;
  std::vector<std::string> said_;  // since the command under way began
  std::vector<std::string> failures_;
  std::size_t line_ = 0;
  std::size_t violations_seen_ = 0;
  std::uint64_t messages_counted_from_ = 0;
  bool quiet_ = false;
  bool ends_with_progress_ = false;
};

}  // namespace bsn
