// Questions about packets: the ladder of tables, what decides, and what would bring another answer.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/support/host.hpp"
#include "tests/support/planned_network.hpp"
#include "tests/tunstack/options/every_option.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/options/options.hpp"
#include "tunstack/why/examples.hpp"
#include "tunstack/why/why_text.hpp"

namespace tunstack::test::why_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using why::Outcome;
using why::World;

World world() { return {host_config()}; }

Packet packet_of(const std::string& line) { return notation::parse_packet(line).value(); }

std::uint64_t below(Random& random, std::uint64_t bound) { return random.next() % bound; }

std::vector<std::string> tables_of(const Outcome& outcome) {
  std::vector<std::string> tables;
  for (const auto& table : outcome.ladder) tables.emplace_back(table.table);
  return tables;
}

why::OtherAnswers others_of(const World& world, Bytes packet, const Outcome& now) {
  why::WorldOracle oracle(world);
  return why::other_answers(oracle, packet, now);
}

std::vector<std::string> changes_in(const why::OtherAnswers& answers) {
  std::vector<std::string> changes;
  for (const auto& answer : answers.found)
    changes.push_back(answer.change + ": " + std::string(answer.outcome.verdict));
  return changes;
}

// ---- the ladder ----

TEST(Why, every_table_that_is_asked_in_its_order) {
  EXPECT_THAT(tables_of(why::ask(world(), echo4())), ElementsAre("ipv4_shape_rules", "ipv4_header_rules",
                                                                 "ipv4_delivery_rules", "icmpv4_rules", "echo4_rules"));
  EXPECT_THAT(tables_of(why::ask(world(), echo6())), ElementsAre("ipv6_shape_rules", "icmpv6_rules", "echo6_rules"));
  EXPECT_THAT(
      tables_of(why::ask(world(), packet_of("fe80::1 > ff02::1:ff00:2 ICMP6 neighbor solicitation of 2001:db8::2"))),
      ElementsAre("ipv6_shape_rules", "ipv6_destination_rules", "icmpv6_rules", "nd_rules",
                  "neighbor_solicitation_rules"));
}

TEST(Why, a_table_that_ends_the_matter_says_at_which_row) {
  const Outcome outcome = why::ask(world(), echo4({.destination = "192.0.2.255"}));
  const auto& last = outcome.ladder.back();
  EXPECT_TRUE(last.broken);
  EXPECT_EQ(*last.broken, Reason::icmp4_echo_to_group);
  EXPECT_EQ(outcome.reason, Reason::icmp4_echo_to_group);
  EXPECT_EQ(outcome.verdict, "drop");
  for (const auto& table : outcome.ladder) EXPECT_EQ(bool(table.broken), &table == &last) << table.table;
}

TEST(Why, what_is_withheld_in_the_end_decides) {
  const Outcome outcome = why::ask(world(), udp4({.destination = "192.0.2.255"}, 33434, {}));
  EXPECT_EQ(outcome.verdict, "drop");
  EXPECT_EQ(info(outcome.reason).area, "suppression");
}

TEST(Why, what_would_be_sent) {
  const Outcome outcome = why::ask(world(), echo4({}, counting(20)));
  ASSERT_EQ(outcome.sent.size(), 1U);
  EXPECT_EQ(Packet(outcome.sent[0]).size(), 48U);
  EXPECT_EQ(icmp4_type(outcome.sent[0]), 0U);
}

TEST(Why, what_came_before_counts) {
  World later = world();
  const Packet first = packet_of("192.0.2.1 > 192.0.2.2 protocol 17, mf, length 8, ip id 7");
  const Packet last = packet_of("192.0.2.1 > 192.0.2.2 protocol 17, offset 8, length 8, ip id 7");
  EXPECT_EQ(why::ask(later, last).verdict, "hold");
  const std::vector<why::Earlier> earlier{{first, std::chrono::seconds(1)}};
  later.earlier = earlier;
  EXPECT_NE(why::ask(later, last).verdict, "hold") << "a whole datagram";
  later.after_start = std::chrono::seconds(100);
  EXPECT_EQ(why::ask(later, last).verdict, "hold") << "the first one was given up meanwhile";
}

TEST(Why, a_frame_to_a_group_is_one) {
  World in_group = world();
  in_group.link_layer_group = true;
  EXPECT_EQ(why::ask(in_group, echo4()).reason, Reason::ipv4_unicast_in_link_layer_group);
}

/// A router advertises for as long as it runs.
TEST(Why, a_capture_whose_clock_jumps_by_a_century_is_asked_about_all_the_same) {
  World router{host_config()};
  router.node.interfaces[0].role = Role::router;
  for (const char* setting : {"nd.adv.enable=on", "nd.adv.max=4"})
    ASSERT_FALSE(set_option(router.node.options, setting).has_value());
  router.after_start = std::chrono::years(100);
  EXPECT_EQ(why::ask(router, echo4()).verdict, "reply");
}

/// Whatever comes, the ladder ends as the stack decides.
TEST(Why, any_packet_ends_in_the_reason_that_is_counted) {
  Random random(7);
  std::map<Reason, int> seen;
  for (int i = 0; i < 1000; ++i) {
    Packet packet = i % 2 == 0 ? echo4({}, counting(below(random, 41))) : echo6({}, counting(below(random, 41)));
    for (std::uint64_t flips = below(random, 4); flips > 0; --flips)
      packet[below(random, packet.size())] = static_cast<std::uint8_t>(random.next());
    Host host;
    host.send(packet);
    const Outcome outcome = why::ask(world(), packet);
    ++seen[outcome.reason];
    EXPECT_EQ(host.count(outcome.reason), 1U) << info(outcome.reason).name;
    const bool by_table = !outcome.ladder.empty() && outcome.ladder.back().broken;
    if (by_table) {
      EXPECT_EQ(outcome.ladder.back().broken, outcome.reason);
    }
  }
  EXPECT_GT(seen.size(), 10U);
}

// ---- other answers ----

TEST(Why, options_and_changes_that_would_bring_another_answer) {
  const Packet packet = echo4({.destination = "192.0.2.255"});
  const auto others = others_of(world(), packet, why::ask(world(), packet));
  EXPECT_THAT(changes_in(others), ElementsAre("--set icmp4.echo_broadcast=on: reply", "destination 192.0.2.2: reply",
                                              "source 192.0.2.3, destination 192.0.2.2: reply"));
  EXPECT_GT(others.settings_tried, every_option().size());
}

TEST(Why, each_small_change_is_tried) {
  struct Row {
    Packet packet;
    const char* change;
  };
  Packet wrong_length = echo4();
  set_be16(wrong_length, 2, static_cast<std::uint16_t>(wrong_length.size() + 1));
  for (const Row& row : {
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request, bad checksum"), "checksums mended: reply"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request, bad header checksum"), "checksums mended: reply"},
           Row{wrong_length, "length and checksums mended: reply"},
           Row{packet_of("192.0.2.1 > 198.51.100.1 ICMP echo request"), "destination 192.0.2.2: reply"},
           Row{packet_of("127.0.0.1 > 192.0.2.2 ICMP echo request"), "source 192.0.2.3: reply"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request, mf"), "whole, not a fragment: reply"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP timestamp request, code 1"), "code 0: reply"},
           Row{packet_of("192.0.2.1 > 192.0.2.2 ICMP echo request, options 0702"), "without options: reply"},
           Row{packet_of("2001:db8::1 > 2001:db8::2 RH type 0 left 1, ICMP6 echo request"),
               "without extension headers: reply"},
           Row{packet_of("fe80::1 > fe80::2 ICMP6 neighbor solicitation of fe80::2, hop limit 254"),
               "hop limit + 1: take"},
       }) {
    const auto others = others_of(world(), row.packet, why::ask(world(), row.packet));
    EXPECT_THAT(changes_in(others), Contains(row.change));
  }
}

TEST(Why, what_others_answer_can_be_tried) {
  const Packet packet = packet_of("192.0.2.1 > 192.0.2.2 ICMP address mask request");
  World off = world();
  ASSERT_FALSE(set_option(off.node.options, "icmp4.mask_agent=off").has_value());
  const auto others = others_of(off, packet, why::ask(off, packet));
  ASSERT_THAT(changes_in(others), Contains("--set icmp4.mask_agent=on: reply"));
  ASSERT_FALSE(set_option(off.node.options, "icmp4.mask_agent=on").has_value());
  EXPECT_EQ(why::ask(off, packet).verdict, "reply");
}

// ---- examples ----

struct Found {
  why::Example example;
  Outcome outcome;
};
std::map<std::string_view, Found> all_examples() {
  std::map<std::string_view, Found> found;
  why::try_packets(world(), [&](const why::Example& example, const Outcome& outcome) {
    found.try_emplace(info(outcome.reason).name, Found{example, outcome});
    return false;
  });
  return found;
}
World world_of(const why::Example& example) {
  World changed = world();
  if (!example.setting.empty()) {
    EXPECT_FALSE(set_option(changed.node.options, example.setting).has_value());
  }
  return changed;
}

/// Of reasons for which a single packet is dropped by a host, most say what would be answered.
TEST(Why, examples_of_reasons_end_in_them_and_most_drops_name_another_answer) {
  int drops = 0, with_others = 0;
  for (const auto& [name, found] : all_examples()) {
    const World asked = world_of(found.example);
    const Outcome outcome = why::ask(asked, found.example.packet);
    EXPECT_EQ(info(outcome.reason).name, name);
    if (outcome.verdict != "drop") continue;
    ++drops;
    const auto others = others_of(asked, found.example.packet, outcome);
    with_others += !others.found.empty();
    if (others.found.empty()) {
      EXPECT_THAT(why::answer_text({found.example.packet, outcome, others}, false),
                  HasSubstr("would bring another answer"));
    }
  }
  EXPECT_GT(drops, 100);
  EXPECT_GT(with_others, drops / 2);
}

TEST(Why, a_reason_has_the_first_example_that_is_found) {
  const auto echo_off = why::example_of(info(Reason::icmp4_echo_off), world());
  ASSERT_TRUE(echo_off.has_value());
  EXPECT_EQ(echo_off->setting, "icmp4.echo=off");
  EXPECT_EQ(why::example_of(info(Reason::icmp4_echo_to_group), world())->setting, "");
  EXPECT_FALSE(why::example_of(info(Reason::neighbor_evicted), world()).has_value());
}

// ---- in words ----

TEST(Why, the_answer_in_words) {
  const Packet packet = echo4({.destination = "192.0.2.255"});
  const Outcome outcome = why::ask(world(), packet);
  const std::string text = why::answer_text({packet, outcome, others_of(world(), packet, outcome)}, false);
  EXPECT_THAT(
      text,
      AllOf(HasSubstr("192.0.2.1 > 192.0.2.255  ICMP echo request"),
            HasSubstr("  ipv4 shape ....................... 5 rows pass\n"), HasSubstr("DROP   RFC 1122 3.2.2.6: "),
            HasSubstr("https://www.rfc-editor.org/rfc/rfc1122#section-3.2.2.6\n"),
            HasSubstr("    --set icmp4.echo_broadcast=on                 reply  icmp4_echo_request_for_us\n"),
            Not(HasSubstr("sent:"))));
}

TEST(Why, the_octets_of_what_is_sent_on_request) {
  const Outcome outcome = why::ask(world(), echo4());
  EXPECT_THAT(why::answer_text({echo4(), outcome, {}}, true), HasSubstr("      0000  45 00 "));
  EXPECT_THAT(why::answer_text({echo4(), outcome, {}}, false), Not(HasSubstr("0000  45")));
}

TEST(Why, links_lead_to_sections) {
  const auto link = [](Reason reason) { return link_of(info(reason)); };
  EXPECT_EQ(link(Reason::icmp6_error_rate_of_node), "https://www.rfc-editor.org/rfc/rfc4443#section-2.4");
  for (const ReasonInfo& reason : all_reasons()) {
    const std::string of_this = link_of(reason);
    EXPECT_EQ(of_this.empty(), !reason.rfc.starts_with("RFC ")) << reason.name;
    EXPECT_THAT(of_this, Not(HasSubstr("(")));
    EXPECT_FALSE(of_this.ends_with(".") || of_this.ends_with("-")) << of_this;
  }
}

TEST(Why, the_answer_as_json) {
  const Packet packet = echo4({.destination = "192.0.2.255"});
  const Outcome outcome = why::ask(world(), packet);
  const auto json = why::answer_json({packet, outcome, others_of(world(), packet, outcome)});
  EXPECT_EQ(json["verdict"], "drop");
  EXPECT_EQ(json["decided"]["reason"], "icmp4_echo_to_group");
  EXPECT_EQ(json["tables"].back()["broken"], "icmp4_echo_to_group");
  EXPECT_TRUE(json["tables"][0]["broken"].is_null());
  EXPECT_EQ(json["others"][0]["change"], "--set icmp4.echo_broadcast=on");
  EXPECT_THAT(json["sent"], IsEmpty());
}

// ---- networks ----

why::Outcome asked_of(const NetworkPlan& plan, const Packet& packet) {
  Network network(plan);
  return why::ask(network, {.interface = InterfaceId{0}, .bytes = packet, .now = Instant(std::chrono::seconds(1))});
}

std::vector<std::string> hops_of(const why::Outcome& outcome) {
  std::vector<std::string> names;
  for (const why::Hop& hop : outcome.hops) names.push_back(hop.node);
  return names;
}

TEST(WhyNetwork, follows_the_packet_to_the_node_that_decides) {
  const why::Outcome outcome = asked_of(row_of({.routers = 3}), echo4({.destination = row_right4, .ttl = 3}));
  EXPECT_THAT(hops_of(outcome), testing::ElementsAre("r1", "r2"));
  EXPECT_EQ(outcome.node, "r3");
  EXPECT_EQ(outcome.verdict, "error");
  EXPECT_EQ(outcome.reason, Reason::forward4_ttl_exceeded);
  ASSERT_EQ(outcome.sent.size(), 1U) << "its own message, and not what others do with that";
  EXPECT_EQ(source_of(outcome.sent[0]), left_address4(3));
}

// What a bad link happens to do to a packet is no rule.
TEST(WhyNetwork, is_asked_behind_bad_links) {
  const why::Outcome outcome =
      asked_of(row_of({.routers = 2, .impairments = {.loss = 1, .corrupt = 1, .delay = std::chrono::seconds(90)}}),
               echo4({.destination = left_address4(2)}));
  EXPECT_THAT(hops_of(outcome), testing::ElementsAre("r1"));
  EXPECT_EQ(outcome.verdict, "reply");
  EXPECT_EQ(outcome.reason, Reason::icmp4_echo_request_for_us);
}

}  // namespace
}  // namespace tunstack::test::why_test
