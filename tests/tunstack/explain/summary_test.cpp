// The summary at the end of a run.
#include "tunstack/explain/summary.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::summary_test {
namespace {

using namespace std::chrono_literals;

Counters some() {
  Counters counters;
  counters.packets_in = 12345;
  counters.packets_out = 12;
  counters.by_reason[index_of(Reason::udp4_port_closed)] = 2;
  counters.by_reason[index_of(Reason::ip_version_unknown)] = 2;
  counters.by_reason[index_of(Reason::icmp4_echo_request_for_us)] = 12340;
  counters.by_reason[index_of(Reason::icmp6_echo_request_for_us)] = 1;
  return counters;
}

TEST(Summary, all_reasons_that_occurred_the_most_frequent_ones_first) {
  EXPECT_EQ(summary_text(some(), Instant(2345ms), SummaryLength::full),
            "tunstack: 12345 packets in, 12 out in 2.3 s\n"
            "  12340  icmp4_echo_request_for_us  RFC 1122 3.2.2.6\n"
            "      2  ip_version_unknown         design\n"
            "      2  udp4_port_closed           RFC 1122 4.1.3.1\n"
            "      1  icmp6_echo_request_for_us  RFC 4443 4.2\n");
}

TEST(Summary, brief_with_what_occurred_most_often) {
  EXPECT_EQ(
      summary_text(some(), Instant(2345ms), SummaryLength::brief),
      "tunstack: 12345 packets in, 12 out in 2.3 s\n"
      "  most often: 12340 icmp4_echo_request_for_us, 2 ip_version_unknown, 2 udp4_port_closed    (-v lists all)\n");
}

TEST(Summary, nothing_happened) {
  for (const SummaryLength length : {SummaryLength::brief, SummaryLength::full})
    EXPECT_EQ(summary_text(Counters{}, Instant{}, length), "tunstack: 0 packets in, 0 out in 0.0 s\n");
}

TEST(Summary, of_packets_that_are_for_others) {
  Counters counters = some();
  EXPECT_EQ(packets_for_others(counters), 0U);
  counters.by_reason[index_of(Reason::ipv6_group_not_joined)] = 3;
  counters.by_reason[index_of(Reason::frame_for_another_station)] = 2;
  EXPECT_EQ(packets_for_others(counters), 5U);
}

TEST(Summary, STAT_001_every_reason_can_show) {
  Counters counters;
  counters.by_reason.fill(1);
  const std::string text = summary_text(counters, Instant{}, SummaryLength::full);
  for (const ReasonInfo& reason : all_reasons())
    EXPECT_NE(text.find("  " + std::string(reason.name) + "  "), std::string::npos) << reason.name;
}

}  // namespace
}  // namespace tunstack::test::summary_test
