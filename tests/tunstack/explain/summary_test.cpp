// The summary at the end of a run.
#include "tunstack/explain/summary.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::summary_test {
namespace {

using namespace std::chrono_literals;

TEST(Summary, reasons_that_occurred_in_the_order_of_the_table) {
  Counters counters;
  counters.packets_in = 12345;
  counters.packets_out = 12;
  counters.by_reason[index_of(Reason::udp4_port_closed)] = 2;
  counters.by_reason[index_of(Reason::ip_version_unknown)] = 3;
  counters.by_reason[index_of(Reason::icmp4_echo_request_for_us)] = 12340;
  EXPECT_EQ(summary_text(counters, Instant(2345ms)),
            "tunstack: 12345 packets in, 12 out in 2.3 s\n"
            "       3  ip_version_unknown                    design                    "
            "the first nibble is neither 4 nor 6\n"
            "   12340  icmp4_echo_request_for_us             RFC 1122 3.2.2.6          "
            "an echo request is answered with its own data\n"
            "       2  udp4_port_closed                      RFC 1122 4.1.3.1          "
            "no service listens on this UDP port\n");
}

TEST(Summary, nothing_happened) {
  EXPECT_EQ(summary_text(Counters{}, Instant{}), "tunstack: 0 packets in, 0 out in 0.0 s\n");
}

TEST(Summary, STAT_001_every_reason_can_show) {
  Counters counters;
  counters.by_reason.fill(1);
  const std::string text = summary_text(counters, Instant{});
  for (const ReasonInfo& reason : all_reasons())
    EXPECT_NE(text.find("  " + std::string(reason.name) + "  "), std::string::npos) << reason.name;
}

}  // namespace
}  // namespace tunstack::test::summary_test
