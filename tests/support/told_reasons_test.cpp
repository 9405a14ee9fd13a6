// The listener that holds what is told against what is counted: it must notice when they differ.
#include "tests/support/told_reasons.hpp"

#include <gtest/gtest-spi.h>

#include "tests/support/frames.hpp"

namespace tunstack::test::told_reasons_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

TEST(ToldReasons, a_count_that_was_not_told_is_a_failure) {
  ReasonCounts everybody{};
  ToldReasons listener(everybody);
  Host host;
  host.send(echo4());
  host.observe(listener);
  host.send(Packet{});
  host.stop_observing(listener);
  EXPECT_NONFATAL_FAILURE(listener.ended(host.node()), "icmp4_echo_request_for_us: counted 1, told 0");
  EXPECT_EQ(everybody[index_of(Reason::empty_read)], 1U);
  EXPECT_EQ(everybody[index_of(Reason::icmp4_echo_request_for_us)], 0U);
}

TEST(ToldReasons, what_was_told_too_often_differs_too) {
  ReasonCounts counted{}, told{};
  EXPECT_THAT(differences(counted, told), IsEmpty());
  told[index_of(Reason::empty_read)] = 2;
  EXPECT_THAT(differences(counted, told), ElementsAre("empty_read: counted 0, told 2"));
}

TEST(ToldReasons, decisions_what_was_withheld_originations_and_notes_are_tallied) {
  ReasonCounts everybody{};
  const MakeListener before = listen_to_every_node([&everybody] { return std::make_unique<ToldReasons>(everybody); });
  {
    Driver driver(ethernet_config({"dad.transmits=1"}));
    driver.run_for(10s);
    driver.receive({framed(echo4())});
  }
  listen_to_every_node(before);
  for (const Reason reason : {Reason::icmp4_echo_request_for_us, Reason::neighbor_resolution_pending,
                              Reason::address_probed, Reason::address_in_use})
    EXPECT_THAT(never_told(everybody), Not(Contains(std::string(info(reason).name)))) << info(reason).name;
  EXPECT_THAT(never_told(everybody), Contains("device_write_failed"));
}

}  // namespace
}  // namespace tunstack::test::told_reasons_test
