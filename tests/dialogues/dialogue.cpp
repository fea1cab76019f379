#include "tests/dialogues/dialogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>

#include "tests/dialogues/bft_twin.h"
#include "tests/dialogues/message_text.h"
#include "tests/dialogues/network_command.h"

namespace bsn {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void require(bool condition, const std::string& usage) {
  if (!condition) throw std::invalid_argument("expected: " + usage);
}

double percent(const std::string& word) {
  require(word.ends_with('%'), "a share like 10%");
  return static_cast<double>(dialogue_number(word.substr(0, word.size() - 1))) / 100;
}

std::string name(std::optional<std::uint32_t> validator) { return validator ? std::to_string(*validator) : "none"; }

}  // namespace

Dialogue::Outcome Dialogue::replay(std::string_view file) {
  Dialogue dialogue;
  Outcome outcome;
  std::istringstream lines{std::string(file)};
  for (std::string line; std::getline(lines, line);) {
    ++dialogue.line_;
    if (line.starts_with(' ')) continue;  // what followed last time
    outcome.text += line + "\n";
    if (line.empty() || line.starts_with('#')) continue;
    dialogue.run(line);
    for (const std::string& said : dialogue.said_) outcome.text += "  " + said + "\n";
  }
  if (!dialogue.ends_with_progress_) dialogue.fail("a dialogue ends with: progress within DURATION");
  outcome.failures = dialogue.failures_;
  return outcome;
}

void Dialogue::run(const std::string& line) {
  said_.clear();
  try {
    run_words(split(line));
  } catch (const std::invalid_argument& error) {
    fail(error.what());
  }
  if (!network_) return;
  const auto& violations = network_->violations();
  for (; violations_seen_ < violations.size(); ++violations_seen_) fail(violations[violations_seen_]);
}

void Dialogue::run_words(const Words& words) {
  using Command = void (Dialogue::*)(const Words&);
  static const std::map<std::string, Command> with_words = {
      {"network", &Dialogue::make_network},  {"offer", &Dialogue::offer},       {"crash", &Dialogue::crash},
      {"partition", &Dialogue::partition},   {"withhold", &Dialogue::withhold}, {"drop", &Dialogue::drop},
      {"equivocate", &Dialogue::equivocate}, {"expect", &Dialogue::expect},     {"progress", &Dialogue::progress}};
  const std::string& verb = words.front();
  ends_with_progress_ = verb == "progress";
  if (const auto command = with_words.find(verb); command != with_words.end()) return (this->*command->second)(words);
  const std::string& what = words.size() > 1 ? words[1] : verb;
  const bool on = verb == "show";
  if (verb == "advance") return network().advance(dialogue_duration(what));
  if (verb == "deliver") return network().deliver();
  if (verb == "restart") return network().restart(validator(what));
  if (verb == "isolate") return network().isolate(validator(what));
  if (verb == "voters") {
    std::vector<std::uint32_t> voters;
    for (std::size_t i = 1; i < words.size(); ++i) voters.push_back(validator(words[i]));
    return network().set_voters(voters);
  }
  if (verb == "heal") return network().heal();
  if (verb == "lose") return network().lose(percent(what));
  if (verb == "duplicate") return network().duplicate(percent(what));
  if (verb == "count" && what == "messages") return void(messages_counted_from_ = network().messages_sent());
  if ((on || verb == "hide") && what == "messages") return network().show_messages(on);
  if ((on || verb == "hide") && what == "writes") return network().show_writes(on);
  if (verb == "block" && words.size() == 4 && words[2] == "->") {
    return network().block(validator(words[1]), validator(words[3]));
  }
  throw std::invalid_argument("unknown command: " + verb);
}

void Dialogue::make_network(const Words& words) {
  require(!network_, "one network per dialogue");
  network_ = std::make_unique<EngineNetwork>(read_network_command(words));
  network_->listen([this](const std::string& event) {
    if (!quiet_) say(event);
  });
}

void Dialogue::offer(const Words& words) {
  require(words.size() == 3 || (words.size() == 5 && words[3] == "bytes"), "offer VALIDATOR COUNT [bytes N]");
  const auto bytes = words.size() == 5 ? dialogue_number(words[4]) : 8;
  network().offer(validator(words[1]), dialogue_number(words[2]), bytes);
}

void Dialogue::crash(const Words& words) {
  const bool later = words.size() == 5 && words[2] == "after" && words[4] == "outputs";
  require(words.size() == 2 || later, "crash VALIDATOR [after N outputs]");
  if (later) return network().crash_after(validator(words[1]), dialogue_number(words[3]));
  network().crash(validator(words[1]));
}

void Dialogue::partition(const Words& words) {
  std::vector<std::vector<std::uint32_t>> groups(1);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "|") {
      groups.emplace_back();
    } else {
      groups.back().push_back(validator(words[i]));
    }
  }
  network().partition(groups);
}

// To the receiver it looks as if the sender had sent shorter appends.
void Dialogue::withhold(const Words& words) {
  if (words.size() == 2 && words[1] == "nothing") return rules_.clear();
  require(words.size() == 6 && words[1] == "entries" && words[2] == "above" && words[4] == "from",
          "withhold entries above INDEX from VALIDATOR, or: withhold nothing");
  const std::uint64_t last = dialogue_number(words[3]);
  const std::uint32_t victim = validator(words[5]);
  add_rule([=](std::uint32_t, std::uint32_t to, ConsensusMessage& message) {
    auto* append = std::get_if<RaftAppend>(&message);
    if (to == victim && append) {
      std::erase_if(append->entries, [&](const RaftEntry& entry) { return entry.index > last; });
    }
    return true;
  });
}

void Dialogue::drop(const Words& words) {
  if (words.size() == 2 && words[1] == "nothing") return rules_.clear();
  require(words.size() >= 4 && words[2] == "from", "drop KIND from VALIDATOR [to VALIDATOR ...], or: drop nothing");
  require(words.size() == 4 || words[4] == "to", "drop KIND from VALIDATOR to VALIDATOR ...");
  const std::string kind = words[1];
  const std::uint32_t sender = validator(words[3]);
  const std::vector<std::uint32_t> receivers = validators(words, 5);
  add_rule([=](std::uint32_t from, std::uint32_t to, ConsensusMessage& message) {
    const bool addressed = receivers.empty() || std::count(receivers.begin(), receivers.end(), to) > 0;
    return !(from == sender && addressed && (kind == "everything" || kind == kind_of(message)));
  });
}

void Dialogue::equivocate(const Words& words) {
  require(words.size() >= 4 && words[2] == "to", "equivocate VALIDATOR to VALIDATOR ...");
  const std::uint32_t liar = validator(words[1]);
  const std::vector<std::uint32_t> listeners = validators(words, 3);
  add_rule([=, second = SecondFace()](std::uint32_t from, std::uint32_t to, ConsensusMessage& message) mutable {
    second.see(message);
    const bool lies = from == liar && std::count(listeners.begin(), listeners.end(), to) > 0;
    if (lies) message = second.turn(message);
    return true;
  });
}

void Dialogue::add_rule(Rule rule) {
  rules_.push_back(std::move(rule));
  network().tamper([this](std::uint32_t from, std::uint32_t to,
                          const ConsensusMessage& original) -> std::optional<ConsensusMessage> {
    ConsensusMessage message = original;
    for (Rule& one : rules_) {
      if (!one(from, to, message)) return std::nullopt;
    }
    return message;
  });
}

void Dialogue::expect(const Words& words) {
  require(words.size() >= 3, "expect leader|term|height|final|messages VALUE [at VALIDATOR ...]");
  const std::string& what = words[1];
  if (what == "leader") return expect_everywhere(words, [&](std::uint32_t v) { return name(network().leader(v)); });
  if (what == "term") return expect_everywhere(words, [&](auto v) { return std::to_string(network().term(v)); });
  if (what == "height") return expect_everywhere(words, [&](auto v) { return std::to_string(network().height(v)); });
  if (what == "final")
    return expect_everywhere(words, [&](auto v) { return std::to_string(network().final_height(v)); });
  require(what == "messages", "expect leader|term|height|final|messages VALUE");
  const std::uint64_t sent = network().messages_sent() - messages_counted_from_;
  if (sent != dialogue_number(words[2])) fail(fmt::format("{} messages were sent", sent));
}

// At the named validators, or at all that are up.
void Dialogue::expect_everywhere(const Words& words, const std::function<std::string(std::uint32_t)>& seen) {
  require(words.size() == 3 || words[3] == "at", "expect WHAT VALUE [at VALIDATOR ...]");
  std::vector<std::uint32_t> where = validators(words, 4);
  for (std::uint32_t v = 0; words.size() == 3 && v < network().peers(); ++v) {
    if (network().up(v)) where.push_back(v);
  }
  for (const std::uint32_t v : where) {
    if (seen(v) != words[2]) fail(fmt::format("the {} at {} is {}", words[1], v, seen(v)));
  }
}

// Rules about messages end here: what is asked is whether a whole network goes on.
void Dialogue::progress(const Words& words) {
  require(words.size() == 3 && words[1] == "within", "progress within DURATION");
  rules_.clear();
  quiet_ = true;
  const Instant start = network().now();
  const bool progressed = network().makes_progress(dialogue_duration(words[2]));
  quiet_ = false;
  if (!progressed) return fail("no progress");
  say(fmt::format("all sealed what was offered within {:.1f}s", (network().now() - start).seconds()));
}

void Dialogue::fail(const std::string& text) {
  failures_.push_back(fmt::format("line {}: {}", line_, text));
  say("WRONG: " + text);
}

EngineNetwork& Dialogue::network() {
  require(network_ != nullptr, "network raft|bft VALIDATORS ... first");
  return *network_;
}

std::uint32_t Dialogue::validator(const std::string& word) {
  const std::uint32_t v = dialogue_number(word);
  require(v < network().peers(), "a validator below " + std::to_string(network().peers()));
  return v;
}

std::vector<std::uint32_t> Dialogue::validators(const Words& words, std::size_t from) {
  std::vector<std::uint32_t> all;
  for (std::size_t i = from; i < words.size(); ++i) all.push_back(validator(words[i]));
  return all;
}

}  // namespace bsn
