// What a capture says of each packet: when, why, where to read about it, and what it answers.
#include "tunstack/capture/recorder.hpp"

#include <gmock/gmock.h>

#include "tests/support/frames.hpp"
#include "tests/support/host.hpp"
#include "tests/tunstack/capture/capture_file.hpp"
#include "tunstack/capture/reader.hpp"

namespace tunstack::test::recorder_test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using namespace std::chrono_literals;

struct Read {
  CaptureTime time;
  std::string comment;
};

class RecorderTest : public testing::Test {
 protected:
  std::vector<Read> all() {
    writer.finish();
    std::vector<Read> packets;
    CaptureReader reader(file.path());
    while (const auto frame = reader.next()) packets.push_back({frame->time, std::string(frame->comment)});
    return packets;
  }

  const File file{".pcapng"};
  CaptureWriter writer{file.path()};
};

TEST_F(RecorderTest, DUMP_006_an_answer_names_what_it_answers_and_where_its_rule_stands) {
  Driver driver{host_config()};
  Recorder recorder(writer, Recorded::all, 1'000'000'000s);
  driver.observe(recorder);
  driver.receive({echo4({.destination = "192.0.2.77"})});
  driver.receive({echo4()});
  const auto packets = all();
  ASSERT_THAT(packets, SizeIs(3));
  EXPECT_THAT(packets[0].comment, StartsWith("drop "));
  EXPECT_THAT(packets[0].comment, Not(HasSubstr("answers")));
  EXPECT_THAT(packets[1].comment, EndsWith(" | https://www.rfc-editor.org/rfc/rfc1122#section-3.2.2.6"));
  EXPECT_EQ(packets[2].comment, packets[1].comment + " | answers 2");
  driver.stop_observing(recorder);
}

TEST_F(RecorderTest, an_answer_to_fragments_names_the_last_of_them) {
  Driver driver{host_config()};
  Recorder recorder(writer, Recorded::all, 0s);
  driver.observe(recorder);
  const Packet whole = icmpv4(8, 0, 1, counting(16));
  driver.receive({ipv4({.flags_and_offset = 0x2000}, Packet(whole.begin(), whole.begin() + 16))});
  driver.receive({echo4()});
  driver.receive({ipv4({.flags_and_offset = 2}, Packet(whole.begin() + 16, whole.end()))});
  const auto packets = all();
  ASSERT_THAT(packets, SizeIs(5));
  EXPECT_THAT(packets[4].comment, EndsWith("| answers 4"));
  driver.stop_observing(recorder);
}

// An answer leaves when it is made, not when its question came; and no time goes back.
TEST_F(RecorderTest, an_answer_has_a_time_of_its_own) {
  Driver driver{host_config()};
  Instant now(7us);
  Recorder recorder(writer, Recorded::all, 5s, [&] { return now; });
  driver.observe(recorder);
  driver.receive({echo4()});
  const auto packets = all();
  ASSERT_THAT(packets, SizeIs(2));
  EXPECT_EQ(packets[0].time, 5s);
  EXPECT_EQ(packets[1].time, 5s + 7us);
  driver.stop_observing(recorder);
}

TEST_F(RecorderTest, what_time_brings_about_has_no_cause) {
  NodeConfig config = host_config();
  config.options.own.reports_ipv6_groups = true;
  Driver driver{config};
  Recorder recorder(writer, Recorded::all, 0s);
  driver.observe(recorder);
  driver.run_for(10s);
  const auto packets = all();
  ASSERT_THAT(packets, Not(SizeIs(0)));
  EXPECT_THAT(packets[0].comment, StartsWith("send mld_report_sent RFC 3810"));
  EXPECT_THAT(packets[0].comment, Not(HasSubstr("caused by")));
  driver.stop_observing(recorder);
}

// Until the neighbor is known the answer waits.
TEST_F(RecorderTest, what_waited_for_a_neighbor_names_its_cause) {
  Driver driver{ethernet_config()};
  Recorder recorder(writer, Recorded::all, 0s);
  driver.observe(recorder);
  driver.receive({framed(echo4())});
  driver.receive({arp_reply()});
  const auto packets = all();
  ASSERT_THAT(packets, SizeIs(4)) << "request, who has, reply, and the answer";
  EXPECT_THAT(packets[3].comment, StartsWith("send neighbor_resolved"));
  EXPECT_THAT(packets[3].comment, EndsWith(" | caused by 1"));
  driver.stop_observing(recorder);
}

}  // namespace
}  // namespace tunstack::test::recorder_test
