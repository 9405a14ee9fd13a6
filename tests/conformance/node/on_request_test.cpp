// Options of a running node are changed.
#include <gmock/gmock.h>

#include "tests/support/host.hpp"
#include "tests/tunstack/options/every_option.hpp"
#include "tunstack/options/option_value.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::test::on_request_test {
namespace {

using testing::IsEmpty;

NodeOptions with(const NodeOptions& before, std::string_view setting) {
  NodeOptions options = before;
  EXPECT_FALSE(set_option(options, setting).has_value()) << setting;
  return options;
}

void change(Host& host, const NodeOptions& options) {
  Outbox out;
  host.node_for_replay().change_options(options, host.now(), out);
}

// ---- options ----

TEST(OnRequest, options_are_others_from_now_on) {
  Host host;
  EXPECT_EQ(host.send(echo4()).size(), 1U);
  change(host, with(host.node().state().options, "icmp4.echo=off"));
  EXPECT_THAT(host.send(echo4()), IsEmpty());
  change(host, with(host.node().state().options, "icmp4.echo=on"));
  EXPECT_EQ(host.send(echo4()).size(), 1U);
  EXPECT_EQ(host.count(Reason::options_changed), 2U);
}

/// What is read at the start stays; every other option is as if the node had been made with it.
TEST(OnRequest, every_option_that_is_not_read_at_the_start_is_changed) {
  std::size_t changed = 0;
  for (const OptionArea& area : option_areas())
    for (const OptionRow& row : area.rows) {
      Host host;
      NodeOptions other = options_of(Profile::hardened);
      const std::string before = option::value_text(row.kind, host.node().state().options);
      change(host, other);
      const std::string expected = option::is_read_at_start(row.kind) ? before : std::string(row.hardened);
      EXPECT_EQ(option::value_text(row.kind, host.node().state().options), expected) << row.key;
      changed += expected != before;
    }
  EXPECT_GT(changed, 10U);
}

/// The same packets, to a node that is told later and to one that was made so.
TEST(OnRequest, a_node_told_later_answers_as_one_made_so) {
  const std::vector<Packet> packets{echo4(),
                                    echo6(),
                                    udp4(),
                                    echo4({.destination = "192.0.2.255"}),
                                    icmpv4(13, 0, 0, counting(12)),
                                    icmpv4(17, 0, 0, counting(4)),
                                    icmpv4(15, 0, 0, {})};
  for (const char* setting : {"icmp4.echo=off", "icmp6.echo=off", "icmp4.timestamp=off", "icmp4.echo_broadcast=on",
                              "l4.udp_closed=drop", "icmp4.quote=8"}) {
    NodeOptions options;
    if (set_option(options, setting)) continue;  // a key of another name
    Host later, made({setting});
    change(later, options);
    for (const Packet& packet : packets) {
      const auto verdict = [&](Host& host) { return reason_of(host.decide(packet)); };
      EXPECT_EQ(verdict(later), verdict(made)) << setting;
      EXPECT_EQ(later.send(packet).size(), made.send(packet).size()) << setting;
    }
  }
}

}  // namespace
}  // namespace tunstack::test::on_request_test
