// What befell a packet is told from how far it came, what rules said of it and what came back: the lines of the table,
// and the pairs that look alike from outside.
#include "tunstack/firewall/verdict.hpp"

#include <gmock/gmock.h>

#include "tests/tunstack/firewall/observations.hpp"
#include "tunstack/firewall/enum_names.hpp"

namespace tunstack::firewall::verdict_test {
namespace {

using namespace observed;  // NOLINT
using enum Point;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::initializer_list<Point> before_input{prerouting, input_first};
constexpr std::initializer_list<Point> through_input{prerouting, input_first, input_last};
constexpr std::initializer_list<Point> through_forward{prerouting, forward_first, forward_last};
constexpr unsigned syn = 0x02, rst_ack = 0x14, syn_ack = 0x12;

void expect(const Verdict& verdict, Fate fate, Decider decider, const std::string& detail = {}) {
  EXPECT_STREQ(fate_name(verdict.fate), fate_name(fate));
  EXPECT_STREQ(decider_name(verdict.decider), decider_name(decider));
  EXPECT_EQ(verdict.detail, detail);
}

// ---- each line of the table ----

TEST(Verdict, the_device_refuses) {
  const Verdict verdict = Seen().at({device}, 0).verdict();
  expect(verdict, Fate::kernel_early, Decider::device, "refused by the device");
}

TEST(Verdict, a_rule_of_netdev_drops) {
  TraceStep step = rule_step("drop", 3, "ingress");
  step.family = "netdev";
  const Verdict verdict = Seen().at({ingress}).traced(step).verdict();
  expect(verdict, Fate::dropped, Decider::rule);
  EXPECT_EQ(verdict.rule, step);
}

TEST(Verdict, the_kernel_drops_before_all_rules) {
  const Verdict verdict = Seen().at({ingress}).counted("InReceives").counted("InHdrErrors").verdict();
  expect(verdict, Fate::kernel_early, Decider::kernel, "InHdrErrors");
}

TEST(Verdict, the_kernel_may_answer_before_all_rules) {  // a jumbo option: no rule rejects
  const Verdict verdict = Seen().at({ingress}).reacted(error4(12, 0)).verdict();
  expect(verdict, Fate::kernel_early, Decider::kernel);
  EXPECT_THAT(verdict.reactions, ElementsAre("ICMP parameter problem 12/0"));
  EXPECT_FALSE(verdict.is_positive);
}

TEST(Verdict, a_rule_of_prerouting_drops) {
  const TraceStep step = rule_step("drop", 4, "raw");
  const Verdict verdict = Seen().at({prerouting}).traced(rule_step("continue", 3, "raw")).traced(step).verdict();
  expect(verdict, Fate::dropped, Decider::rule);
  EXPECT_EQ(verdict.rule, step);
}

TEST(Verdict, routing_drops) {
  const Verdict verdict = Seen()
                              .at({prerouting})
                              .counted("InAddrErrors")
                              .counted("IPReversePathFilter")
                              .counted("InOctets", 40)
                              .counted("InDiscards", -1)
                              .verdict();
  expect(verdict, Fate::kernel_route, Decider::kernel, "InAddrErrors, IPReversePathFilter");
  EXPECT_FALSE(verdict.rule);
}

TEST(Verdict, routing_may_answer) {  // a TTL that ends, before FORWARD
  const Verdict verdict = Seen().at({prerouting, output_first, output_last}).reacted(error4(11, 0)).verdict();
  expect(verdict, Fate::kernel_route, Decider::kernel);
  EXPECT_THAT(verdict.reactions, ElementsAre("ICMP time exceeded, in transit 11/0"));
}

Packet fragment4(unsigned flags_and_offset) {
  Ipv4Fields fields = to_host;
  fields.flags_and_offset = flags_and_offset;
  return ipv4(fields, counting(16));
}

TEST(Verdict, a_fragment_waits) {
  expect(Seen(fragment4(0x2000)).at({prerouting}).verdict(), Fate::held, Decider::kernel);
  expect(Seen(fragment4(0x0002)).at({prerouting}).verdict(), Fate::held, Decider::kernel);
}

TEST(Verdict, a_fragment_of_ipv6_waits) {
  const Ipv6Fields fields{.source = "2001:db8:1::2", .destination = "2001:db8:1::1", .next_header = 44};
  const Packet later = ipv6(fields, hex("3a 00 00 08 00 00 00 01") + counting(8));
  const Packet atomic = ipv6(fields, hex("3a 00 00 00 00 00 00 01") + counting(8));
  expect(Seen(later).at({prerouting}).verdict(), Fate::held, Decider::kernel);
  expect(Seen(atomic).at({prerouting}).verdict(), Fate::kernel_route, Decider::kernel);
}

TEST(Verdict, fragments_that_cannot_be_put_together_wait_no_more) {
  expect(Seen(fragment4(0x2000)).at({prerouting}).counted("ReasmFails").verdict(), Fate::kernel_route, Decider::kernel,
         "ReasmFails");
}

TEST(Verdict, what_passes_with_nothing_but_connection_tracking_not_is_its_doing) {
  const Verdict held = Seen(fragment4(0x2000)).at({prerouting}).verdict();
  const Verdict passed = Seen(fragment4(0x2000)).at(through_input).verdict();
  expect(attributed(held, {.none = passed, .conntrack = held}), Fate::held, Decider::conntrack);
  expect(attributed(held, {.none = held, .conntrack = held}), Fate::held, Decider::kernel);
  expect(attributed(held, {.none = passed, .conntrack = passed}), Fate::held, Decider::kernel);
}

TEST(Verdict, a_rule_of_input_drops) {
  const TraceStep step = rule_step("drop");
  const Verdict verdict = Seen().at(before_input).traced(rule_step("jump icmp", 6)).traced(step).verdict();
  expect(verdict, Fate::dropped, Decider::rule);
  EXPECT_EQ(verdict.rule, step);
  EXPECT_FALSE(verdict.is_positive);
}

TEST(Verdict, the_policy_drops) {
  const Verdict verdict = Seen().at(before_input).traced(policy_step()).verdict();
  expect(verdict, Fate::dropped, Decider::policy);
  EXPECT_EQ(verdict.rule, policy_step());
}

TEST(Verdict, a_rule_of_forward_drops) {
  const Verdict verdict = Seen().at({prerouting, forward_first}).traced(rule_step("drop", 8, "forward")).verdict();
  expect(verdict, Fate::dropped, Decider::rule);
}

TEST(Verdict, without_a_trace_points_tell_that_rules_dropped) {  // legacy iptables
  expect(Seen().at(before_input).verdict(), Fate::dropped, Decider::unknown);
}

TEST(Verdict, a_rule_behind_forward_drops) {
  const Verdict verdict =
      Seen().at(through_forward).traced(rule_step("accept")).traced(rule_step("drop", 5, "postrouting")).verdict();
  expect(verdict, Fate::dropped, Decider::rule);
}

TEST(Verdict, the_protocol_ignores) {
  const Verdict verdict = Seen().at(through_input).counted("InCsumErrors").traced(rule_step("accept")).verdict();
  expect(verdict, Fate::passed, Decider::rule, "InCsumErrors");
  EXPECT_THAT(verdict.reactions, IsEmpty());
  EXPECT_FALSE(verdict.is_positive);
}

TEST(Verdict, an_answer_comes) {
  const Verdict verdict = Seen().at(through_input).at({output_first, output_last}).reacted(echo_reply()).verdict();
  expect(verdict, Fate::answered, Decider::nobody);
  EXPECT_THAT(verdict.reactions, ElementsAre("ICMP echo reply"));
  EXPECT_TRUE(verdict.is_positive);
}

TEST(Verdict, the_rule_that_let_it_in_is_named_rather_than_a_later_policy) {
  const Verdict verdict = Seen()
                              .at(through_input)
                              .traced(rule_step("accept", 5))
                              .traced(policy_step("accept"))
                              .reacted(echo_reply())
                              .verdict();
  ASSERT_TRUE(verdict.rule);
  EXPECT_EQ(verdict.rule->handle, 5U);
  EXPECT_EQ(verdict.decider, Decider::rule);
}

TEST(Verdict, an_effect_is_positive) {
  const Verdict verdict = Seen().at(through_input).effect(Effect::path_mtu, "path MTU 1280").verdict();
  expect(verdict, Fate::passed, Decider::nobody);
  EXPECT_THAT(verdict.reactions, ElementsAre("path MTU 1280"));
  EXPECT_TRUE(verdict.is_positive);
}

TEST(Verdict, an_effect_that_is_told_not_to_be_there_is_none) {
  EXPECT_FALSE(Seen().at(through_input).effect(Effect::route, "route unchanged").verdict().is_positive);
  EXPECT_FALSE(Seen().at(through_input).effect(Effect::address, "no address").verdict().is_positive);
}

TEST(Verdict, forwarded) {
  const Packet out = echo4({.source = "198.51.100.1", .destination = "203.0.113.7", .ttl = 63});
  const Verdict verdict = Seen().at(through_forward).reacted(out, Side::inside).verdict(case_of(Mode::router));
  expect(verdict, Fate::forwarded, Decider::nobody);
  EXPECT_THAT(verdict.reactions, ElementsAre("forwarded"));
  EXPECT_EQ(verdict.left_as, out);
  EXPECT_TRUE(verdict.is_positive);
}

TEST(Verdict, the_conversation_could_not_be_opened) {
  Observation seen = Seen().observation();
  seen.failed_precondition = "no SYN-ACK for the host's connection";
  expect(verdict_of({}, seen), Fate::precondition_failed, Decider::unknown, seen.failed_precondition);
}

// ---- pairs that look alike ----

TEST(Verdict, a_rejection_with_port_unreachable_is_no_closed_port) {
  const Verdict rejected =
      Seen(udp4(to_host)).at(before_input).traced(rule_step("drop")).reacted(error4(3, 3)).verdict();
  const Verdict closed = Seen(udp4(to_host)).at(through_input).reacted(error4(3, 3)).verdict();
  expect(rejected, Fate::rejected, Decider::rule, "3/3");
  expect(closed, Fate::passed, Decider::nobody);
  EXPECT_THAT(closed.reactions, ElementsAre("ICMP port unreachable 3/3"));
  EXPECT_EQ(closed.reactions, rejected.reactions);
  EXPECT_EQ(verdict_text(rejected), "rejected 3/3");
}

TEST(Verdict, a_rejection_with_a_reset_is_no_closed_port) {
  const Seen to_rules =
      Seen(segment_to_host(syn)).at(before_input).traced(rule_step("drop")).reacted(segment_from_host(rst_ack));
  const Seen to_port = Seen(segment_to_host(syn)).at(through_input).reacted(segment_from_host(rst_ack));
  expect(to_rules.verdict(), Fate::rejected, Decider::rule, "RST");
  expect(to_port.verdict(), Fate::passed, Decider::nobody);
  EXPECT_THAT(to_port.verdict().reactions, ElementsAre("TCP [R.]"));
  EXPECT_FALSE(to_port.verdict().is_positive);
}

TEST(Verdict, silence_by_rule_is_not_silence_by_the_kernel) {
  expect(Seen().at(before_input).traced(policy_step()).verdict(), Fate::dropped, Decider::policy);
  expect(Seen().at(through_input).traced(policy_step("accept")).verdict(), Fate::passed, Decider::policy);
  expect(Seen().at({prerouting}).verdict(), Fate::kernel_route, Decider::kernel);
}

TEST(Verdict, a_drop_on_the_way_in_is_no_drop_of_the_answer) {
  const Verdict answer =
      Seen().at(through_input).at({output_first}).traced(rule_step("accept")).traced(answer_step()).verdict();
  expect(answer, Fate::answer_dropped, Decider::rule);
  EXPECT_EQ(answer.rule, answer_step());
  expect(Seen().at(before_input).traced(rule_step("drop")).verdict(), Fate::dropped, Decider::rule);
}

TEST(Verdict, an_error_of_routing_that_output_drops) {  // how a blocking OUTPUT makes a black hole of a router
  const Verdict verdict = Seen().at({prerouting, output_first}).traced(answer_step()).verdict();
  expect(verdict, Fate::answer_dropped, Decider::rule);
}

TEST(Verdict, an_error_that_came_out_makes_up_for_chatter_that_was_dropped) {
  const Verdict verdict =
      Seen(udp4(to_host)).at(through_input).at({output_first}).traced(answer_step()).reacted(error4(3, 3)).verdict();
  EXPECT_EQ(verdict.fate, Fate::passed);
}

TEST(Verdict, a_policy_has_no_rejection) {
  expect(Seen().at(before_input).at({output_first}).traced(policy_step()).verdict(), Fate::dropped, Decider::policy);
}

TEST(Verdict, an_effect_makes_up_for_chatter_that_was_dropped) {  // an address is configured, its DAD not let out
  const Verdict verdict = Seen()
                              .at(through_input)
                              .at({output_first})
                              .traced(answer_step())
                              .effect(Effect::address, "address configured")
                              .verdict();
  EXPECT_EQ(verdict.fate, Fate::passed);
}

TEST(Verdict, a_reject_rule_that_stays_silent_drops) {  // F5
  const Verdict verdict = Seen().at(before_input).traced(rule_step("drop")).verdict();
  expect(with_rule_text(verdict, "reject with tcp reset"), Fate::dropped, Decider::rule,
         "by a reject rule that stays silent");
  EXPECT_EQ(verdict_text(with_rule_text(verdict, "-j REJECT")), "dropped (by a reject rule that stays silent)");
  EXPECT_EQ(verdict_text(with_rule_text(verdict, "counter drop")), "dropped");
  EXPECT_EQ(verdict_text(with_rule_text(verdict, "iifname rejects drop comment \"we reject\"")), "dropped");
  expect(Seen().at(before_input).traced(rule_step("reject")).verdict(), Fate::dropped, Decider::rule,
         "by a reject rule that stays silent");
}

TEST(Verdict, a_rejection_may_not_be_let_out) {
  const Verdict verdict =
      Seen().at(before_input).at({output_first}).traced(rule_step("drop")).traced(answer_step()).verdict();
  expect(verdict, Fate::dropped, Decider::rule, "its rejection was not let out");
  EXPECT_FALSE(verdict.rule->of_answer);
  EXPECT_EQ(with_rule_text(verdict, "reject").detail, "its rejection was not let out");
  EXPECT_EQ(with_rule_text(verdict, "drop").detail, "") << "it was something else";
}

TEST(Verdict, a_rejection_towards_a_source_behind_the_router_is_not_forwarded) {  // a forged source
  for (const Packet& packet : {udp4(to_host), echo4(to_host)}) {
    const Verdict verdict = Seen(packet)
                                .at({prerouting, forward_first})
                                .traced(rule_step("drop", 8, "forward"))
                                .reacted(error4(3, 13), Side::inside)
                                .verdict(case_of(Mode::router));
    expect(verdict, Fate::rejected, Decider::rule, "3/13");
  }
}

TEST(Verdict, a_syn_proxy_answers_in_place_of_the_host) {
  const Verdict verdict = Seen(segment_to_host(syn))
                              .at(before_input)
                              .traced(rule_step("accept", 3, "raw"))
                              .traced(rule_step("stolen"))
                              .reacted(segment_from_host(syn_ack))
                              .verdict();
  expect(verdict, Fate::answered, Decider::rule);
  EXPECT_EQ(verdict.rule->verdict, "stolen");
  EXPECT_THAT(verdict.reactions, ElementsAre("TCP [S.]"));
}

// ---- several packets ----

TEST(Verdict, some_of_many_are_limited) {
  Seen seen;
  for (int i = 0; i < 39; ++i) seen.inject(echo4(to_host));
  const Verdict verdict = std::move(seen)
                              .at(before_input, 40)
                              .at({input_last}, 3)
                              .traced(rule_step("drop"))
                              .reacted(echo_reply())
                              .verdict(repeated(40));
  expect(verdict, Fate::limited, Decider::rule, "3 of 40");
  EXPECT_EQ(verdict_text(verdict), "limited 3 of 40");
  EXPECT_TRUE(verdict.is_positive);
}

TEST(Verdict, all_or_none_of_many_are_not_limited) {
  expect(Seen().at(through_input, 5).verdict(repeated(5)), Fate::passed, Decider::nobody);
  expect(Seen().at(before_input, 5).traced(rule_step("drop")).verdict(repeated(5)), Fate::dropped, Decider::rule);
}

TEST(Verdict, fragments_come_singly_and_go_on_whole) {
  const Verdict verdict = Seen().at({prerouting}, 3).at({input_first, input_last}).verdict(in_three_fragments());
  expect(verdict, Fate::passed, Decider::nobody);
}

TEST(Verdict, a_datagram_that_lost_a_fragment_to_a_rule_is_dropped) {  // IPv6 without connection tracking
  const Verdict verdict = Seen()
                              .at({prerouting, input_first}, 3)
                              .at({input_last}, 2)
                              .traced(rule_step("drop"))
                              .traced(rule_step("accept", 8))
                              .verdict(in_three_fragments());
  expect(verdict, Fate::dropped, Decider::rule);
  EXPECT_EQ(verdict.rule->handle, 7U);
}

TEST(Verdict, so_it_is_without_a_trace) {
  const Verdict verdict = Seen().at({prerouting, input_first}, 3).at({input_last}, 2).verdict(in_three_fragments());
  expect(verdict, Fate::dropped, Decider::unknown);
}

TEST(Verdict, an_effect_shows_that_enough_passed) {
  const Verdict verdict =
      Seen().at(before_input, 2).at({input_last}).traced(rule_step("drop")).effect(Effect::data, "delivered").verdict();
  EXPECT_EQ(verdict.fate, Fate::passed);
}

TEST(Verdict, packets_of_several_kinds_are_not_limited) {
  Case a_case;
  a_case.packets = {"one", "another"};
  const Verdict verdict = Seen().at(before_input, 2).at({input_last}).traced(rule_step("drop")).verdict(a_case);
  expect(verdict, Fate::dropped, Decider::rule);
}

TEST(Verdict, of_several_that_are_dropped_the_last_is_told) {
  const Verdict verdict =
      Seen().at(before_input, 2).traced(rule_step("drop", 3)).traced(rule_step("drop", 4)).verdict();
  EXPECT_EQ(verdict.rule->handle, 4U);
}

// ---- without probes ----

TEST(Verdict, without_probes_silence_and_errors_tell_nothing) {
  expect(Seen().without_probes().verdict(), Fate::not_observable, Decider::unknown);
  expect(Seen().reacted(error4(3, 13)).without_probes().verdict(), Fate::not_observable, Decider::unknown, "3/13");
  expect(Seen().reacted(echo_reply()).without_probes().verdict(), Fate::answered, Decider::unknown);
  expect(Seen().effect(Effect::data, "delivered").without_probes().verdict(), Fate::passed, Decider::unknown);
}

// ---- reactions in words ----

std::vector<std::string> words_of(const Packet& reaction, const Packet& injected = echo4(to_host)) {
  return Seen(injected).at(through_input).reacted(reaction).verdict().reactions;
}

TEST(Verdict, reactions_have_no_addresses_identifiers_and_lengths) {
  const Ipv6Fields fields{.source = "2001:db8:1::1", .destination = "2001:db8:1::2"};
  EXPECT_THAT(words_of(echo_reply()), ElementsAre("ICMP echo reply"));
  EXPECT_THAT(words_of(ipv6(fields, icmpv6(fields, 1, 4, 0, udp6()))), ElementsAre("ICMP6 port unreachable 1/4"));
  EXPECT_THAT(words_of(ipv6(fields, icmpv6(fields, 136, 0, 0, counting(16)))),
              ElementsAre("ICMP6 neighbor advertisement"));
  EXPECT_THAT(words_of(segment_from_host(syn_ack)), ElementsAre("TCP [S.]"));
  EXPECT_THAT(words_of(udp4(from_host)), ElementsAre("UDP"));
  EXPECT_THAT(words_of(ipv4({.protocol = 253}, counting(8))), ElementsAre("protocol 253"));
  EXPECT_THAT(words_of(hex("00")), ElementsAre("no packet"));
}

TEST(Verdict, reactions_are_told_once_and_in_order) {
  const Verdict verdict = Seen()
                              .at(through_input)
                              .effect(Effect::data, "delivered")
                              .reacted(echo_reply())
                              .reacted(error4(3, 3))
                              .reacted(echo_reply())
                              .verdict();
  EXPECT_THAT(verdict.reactions, ElementsAre("ICMP echo reply", "ICMP port unreachable 3/3", "delivered"));
}

TEST(Verdict, what_the_machine_says_by_itself_is_no_reaction) {
  const Ipv6Fields fields{.source = "fe80::1", .destination = "ff02::16", .hop_limit = 1};
  const Packet report = ipv6(fields, icmpv6(fields, 143, 0, 0));
  const Packet query = ipv6(fields, icmpv6(fields, 130, 0, 0, counting(16)));
  const Packet solicitation = ipv6(fields, icmpv6(fields, 133, 0, 0));
  EXPECT_THAT(words_of(report), IsEmpty());
  EXPECT_THAT(words_of(solicitation, query), IsEmpty());
  EXPECT_THAT(words_of(report, query), ElementsAre("ICMP6 multicast listener report v2"));
}

TEST(Verdict, the_later_fragments_of_an_answer_are_no_second_reaction) {
  Ipv4Fields later = from_host;
  later.flags_and_offset = 0x00b9;
  const Verdict verdict = Seen().at(through_input).reacted(echo_reply()).reacted(ipv4(later, counting(64))).verdict();
  EXPECT_THAT(verdict.reactions, ElementsAre("ICMP echo reply"));
}

TEST(Verdict, the_first_fragment_of_an_answer_is_one) {
  const Ipv6Fields fields{.source = "2001:db8:1::1", .destination = "2001:db8:1::2", .next_header = 44};
  const Packet first = ipv6(fields, hex("3a 00 00 01 00 00 00 01 81 00 00 00 05 01 00 01"));
  EXPECT_THAT(words_of(first), ElementsAre("ICMP6 echo reply"));
}

TEST(Verdict, packets_may_be_cut_anywhere) {
  const Ipv6Fields fields{.source = "2001:db8:1::1", .destination = "2001:db8:1::2", .next_header = 0};
  const Packet chain = ipv6(fields, hex("2c 00 01 04 00 00 00 00 06 00 00 01 00 00 00 01") + counting(24));
  for (const Packet& whole : {echo_reply(), error4(3, 3), segment_from_host(syn_ack), chain})
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const Packet part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const Verdict verdict = Seen(part).at(through_input).reacted(part).reacted(part, Side::inside).verdict();
      EXPECT_FALSE(verdict.reactions.empty()) << size;
    }
}

// ---- what the machine itself sends ----

Verdict of_outbound(const Seen& seen) {
  Observation observation = seen.observation();
  observation.injections[0].side = Side::host;
  Case a_case;
  a_case.from = Side::host;
  return verdict_of(a_case, observation);
}

TEST(Verdict, what_the_machine_sends_passes_if_it_comes_out) {
  const Packet sent = segment_from_host(syn);
  const Verdict verdict =
      of_outbound(Seen(sent).at({output_first, output_last}).traced(answer_step("accept")).reacted(sent));
  expect(verdict, Fate::passed, Decider::rule);
  EXPECT_THAT(verdict.reactions, ElementsAre("sent"));
  EXPECT_EQ(verdict.left_as, sent);
}

TEST(Verdict, what_the_machine_sends_is_dropped_by_output_or_behind_it) {
  const Packet sent = segment_from_host(syn);
  expect(of_outbound(Seen(sent).at({output_first}).traced(answer_step())), Fate::dropped, Decider::rule);
  expect(of_outbound(Seen(sent).at({output_first, output_last}).traced(answer_step())), Fate::dropped, Decider::rule);
  expect(of_outbound(Seen(sent).at({output_first})), Fate::dropped, Decider::unknown);
}

TEST(Verdict, what_the_machine_sends_without_a_route_is_the_kernels) {
  expect(of_outbound(Seen(segment_from_host(syn))), Fate::kernel_route, Decider::kernel);
}

TEST(Verdict, names_lead_back) {
  for (int i = 0; i <= static_cast<int>(Fate::precondition_failed); ++i)
    EXPECT_EQ(fate_of_name(fate_name(static_cast<Fate>(i))), static_cast<Fate>(i));
  for (int i = 0; i <= static_cast<int>(Result::precondition); ++i)
    EXPECT_EQ(result_of_name(result_name(static_cast<Result>(i))), static_cast<Result>(i));
  EXPECT_STREQ(fate_name(Fate::answer_dropped), "answer-dropped");
  EXPECT_STREQ(level_name(Level::must_pass), "must-pass");
  EXPECT_STREQ(result_name(Result::fail), "FAIL");
  EXPECT_STREQ(point_name(output_last), "output-last");
  EXPECT_FALSE(fate_of_name("eaten"));
}

}  // namespace
}  // namespace tunstack::firewall::verdict_test
