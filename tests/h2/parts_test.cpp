// The small parts of which the server is made.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "h2/frame_guard.h"
#include "h2/gunzip.h"
#include "h2/message_reader.h"
#include "h2/send_queue.h"
#include "h2/wire_text.h"
#include "tests/h2/raw_client.h"

namespace bsn::h2 {
namespace {

using namespace std::chrono_literals;

TEST(WireText, MessagesArePercentEncodedAndComeBack) {
  const std::string text = "50% \xc3\xb6l\r\n";
  EXPECT_EQ(percent_encode(text), "50%25 %C3%B6l%0D%0A");
  EXPECT_EQ(percent_decode(percent_encode(text)), text);
  EXPECT_EQ(percent_decode("%zz %4"), "%zz %4") << "what is no escape stays";
}

TEST(WireText, BinaryMetadataIsBase64WithoutPadding) {
  EXPECT_EQ(base64_encode(std::string("\0\xff", 2)), "AP8");
  for (const std::string& bytes : {std::string(), std::string("a"), std::string("ab"), std::string("abc\xfe")}) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  }
  EXPECT_EQ(base64_decode("YQ=="), "a") << "padding is allowed";
  EXPECT_FALSE(base64_decode("a"));
  EXPECT_FALSE(base64_decode("a*bc"));
}

TEST(WireText, TimeoutsHaveUpToEightDigitsAndAUnit) {
  EXPECT_EQ(parse_timeout("100m"), 100ms);
  EXPECT_EQ(parse_timeout("2H"), 2h);
  EXPECT_EQ(parse_timeout("99999999H"), 1000h) << "cut";
  EXPECT_EQ(parse_timeout("0n"), 0ns);
  for (const char* wrong : {"", "1", "m", "-1m", "+1m", "1 m", "123456789m", "1x", "1.5S"}) {
    EXPECT_FALSE(parse_timeout(wrong)) << wrong;
  }
  EXPECT_EQ(format_timeout(100ms), "100000u");
  EXPECT_EQ(parse_timeout(format_timeout(20s)), 20s);
  EXPECT_GE(parse_timeout(format_timeout(123456789012ns)), 123456789012ns) << "never shorter";
}

TEST(Gunzip, InflatesOneMemberAndNoMoreThanAllowed) {
  const std::string text(1'000, 'g');
  EXPECT_EQ(gunzip(test::gzip(text), 1'000).bytes, text);
  EXPECT_EQ(gunzip(test::gzip(text), 999).error, GunzipError::too_large);
  EXPECT_EQ(gunzip(test::gzip(""), 0).error, std::nullopt);
  EXPECT_EQ(gunzip("", 10).error, GunzipError::malformed);
  const std::string whole = test::gzip(text);
  EXPECT_EQ(gunzip(whole.substr(0, whole.size() - 1), 1'000).error, GunzipError::malformed);
  EXPECT_EQ(gunzip(whole + whole, 2'000).error, GunzipError::malformed);
}

TEST(SendQueue, GivesInOrderWhatWasAppendedHoweverItIsTaken) {
  SendQueue queue;
  std::string sent, taken;
  std::array<std::uint8_t, 7'000> frame;
  for (int round = 0; round < 100; ++round) {  // it never empties, and grows beyond what is worth dropping
    const std::string bytes(5'000, static_cast<char>('a' + round % 26));
    queue.append(bytes);
    sent += bytes;
    const std::size_t count = queue.take(std::span(frame).first(round % 2 == 0 ? 4'900 : 4'800));
    taken.append(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(count));
    EXPECT_EQ(queue.size(), sent.size() - taken.size());
  }
  while (const std::size_t count = queue.take(frame)) {
    taken.append(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(count));
  }
  EXPECT_EQ(taken, sent);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SendQueue, FramesAMessageBehindItsLengthAndForgetsAllWhenCleared) {
  SendQueue queue;
  queue.append_message("abc");
  std::array<std::uint8_t, 16> frame;
  ASSERT_EQ(queue.take(frame), 8u);
  EXPECT_EQ(std::string(frame.begin(), frame.begin() + 8), std::string("\0\0\0\0\3abc", 8));
  queue.append("rest");
  queue.take(std::span(frame).first(1));
  queue.clear();
  EXPECT_EQ(queue.take(frame), 0u);
}

TEST(MessageReader, FindsMessagesHoweverTheyAreCut) {
  const std::string bytes = test::message("one") + test::message("") + test::message("three");
  for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
    MessageReader reader(10);
    std::vector<std::string> found;
    for (std::size_t at = 0; at < bytes.size(); at += cut) {
      std::string_view piece = std::string_view(bytes).substr(at, cut);
      while (!piece.empty()) {
        if (reader.take(piece)) found.push_back(reader.message());
      }
    }
    EXPECT_EQ(found, (std::vector<std::string>{"one", "", "three"})) << "cut by " << cut;
    EXPECT_FALSE(reader.in_message());
  }
}

TEST(MessageReader, AWrongMessageIsTheEnd) {
  MessageReader reader(3);
  const std::string long_one = test::message("four") + test::message("ok");
  std::string_view bytes = long_one;
  EXPECT_FALSE(reader.take(bytes));
  ASSERT_TRUE(reader.wrong());
  EXPECT_EQ(reader.wrong()->code, static_cast<int>(Code::resource_exhausted));
  EXPECT_FALSE(reader.take(bytes));
  EXPECT_EQ(reader.held(), 0u);
}

class FrameGuardTest : public testing::Test {
 protected:
  const char* look(const std::string& bytes) {
    return guard.look({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, now);
  }

  Budgets budgets;
  FrameGuard::Clock::time_point now{};
  FrameGuard guard{budgets, now};
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
};

TEST_F(FrameGuardTest, BudgetsRefillWithTime) {
  ASSERT_EQ(look(preface), nullptr);
  const std::string reset = test::frame(test::RST_STREAM, 0, 1, test::number(8));
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(look(reset), nullptr);
  now += 100ms;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(look(reset), nullptr);
  EXPECT_NE(look(reset), nullptr);
}

TEST_F(FrameGuardTest, KnowsSinceWhenSomethingIsHalfThere) {
  ASSERT_EQ(look(preface), nullptr);
  EXPECT_FALSE(guard.half_sent_since());
  const std::string ping = test::frame(test::PING, 0, 0, "12345678");
  now += 1s;
  look(ping.substr(0, 4));
  const auto since = now;
  now += 1s;
  look(ping.substr(4, 8));
  EXPECT_EQ(guard.half_sent_since(), since);
  look(ping.substr(12));
  EXPECT_FALSE(guard.half_sent_since());
  look(test::frame(test::HEADERS, 0, 1, "x"));
  EXPECT_EQ(guard.half_sent_since(), now) << "a header block goes on in CONTINUATION";
  look(test::frame(test::CONTINUATION, test::END_HEADERS, 1, "y"));
  EXPECT_FALSE(guard.half_sent_since());
}

}  // namespace
}  // namespace bsn::h2
