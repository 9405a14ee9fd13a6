// A host that asks for IPv4 routers, and what it believes of their advertisements (RFC 1256 5).
#include "tests/conformance/routers/router_timing.hpp"

namespace tunstack::test::irdp_reception_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

constexpr std::uint32_t never = 0x80000000;

AllSent solicitations_in(const AllSent& all) { return only(solicitation_type4, all); }
/// Without IPv6, whose questions do not matter here.
NodeConfig asking_host(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = learning_host(settings);
  config.options.accept_advertisements = false;
  return config;
}

/// A host whose start is over, and two routers that have not said anything yet.
struct Listening : Line {
  explicit Listening(const NodeConfig& config = asking_host()) : Line(config) {
    add_routers();
    wait(20s);
  }
};

// ---- asking ----

TEST(IrdpReception, ICMP4_RD_012_three_three_seconds_apart) { expect_three_questions(asking_host(), 3s); }

TEST(IrdpReception, ICMP4_RD_012_what_is_sent) {
  Line line(asking_host());
  const AllSent sent = line.wait(1s);
  ASSERT_THAT(sent, SizeIs(1));
  const Packet& packet = sent[0].octets;
  EXPECT_EQ(source_of(packet), "192.0.2.2");
  EXPECT_EQ(destination_of(packet), "224.0.0.2");
  EXPECT_EQ(packet.at(8), 1) << "TTL";
  EXPECT_EQ(from(packet, 20), icmpv4(10, 0, 0));
  EXPECT_EQ(sent[0].to, hex("01 00 5e 00 00 02"));
}

TEST(IrdpReception, ICMP4_RD_012_without_an_address) {
  Line line(with_addresses(asking_host(), {"2001:db8::2/64", "fe80::2/64"}));
  const AllSent sent = line.wait(1s);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(source_of(sent[0].octets), "0.0.0.0");
}

TEST(IrdpReception, ICMP4_RD_012_an_answer_ends_it) {
  struct Row {
    Duration answer_after;
    IrdpFields answer;
    std::size_t asked;
    const char* why;
  };
  const Row rows[] = {
      {1s, {.entries = {{router_a4}}}, 1, "answered"},
      {4s, {.entries = {{router_a4}}}, 2, "answered after the second"},
      {0s, {.entries = {{router_a4}}}, 0, "before the first"},
      {1s, {.entries = {{router_a4}}, .code = 1}, 3, "not valid"},
      {1s, {.entries = {}}, 3, "not valid"},
  };
  for (const Row& row : rows) {
    Line line(asking_host());
    std::size_t asked = solicitations_in(line.wait(row.answer_after)).size();
    line.send(irdp_advertisement(row.answer));
    asked += solicitations_in(line.wait(1h)).size();
    EXPECT_EQ(asked, row.asked) << row.why;
  }
}

TEST(IrdpReception, ICMP4_RD_013_switched_off) {
  NodeConfig configured = asking_host();
  configured.interfaces[0].configures_itself = false;
  for (const NodeConfig& config : {asking_host({"irdp.accept_ra=off"}), configured}) {
    Listening line(config);
    Line fresh(config);
    EXPECT_THAT(fresh.wait(1h), IsEmpty());
    EXPECT_THAT(line.send(irdp_advertisement({.entries = {{router_a4}}})), IsEmpty());
    EXPECT_EQ(line.count(Reason::irdp_host_off), 1U);
    EXPECT_EQ(line.hop_to(far4), "");
  }
}

// ---- which ----

TEST(IrdpReception, ICMP4_RD_014_those_that_are_not_valid) {
  Packet bad_checksum = irdp_advertisement({.entries = {{router_a4}}});
  bad_checksum[23] ^= 1;
  Packet of_7_octets = hex("09 00 0000 01 02 07");
  set_be16(of_7_octets, 2, plain_checksum(of_7_octets + Packet(1)));
  struct Row {
    const char* what;
    Packet packet;
    Reason reason;
  };
  const Row rows[] = {
      {"a wrong checksum", bad_checksum, Reason::icmp4_checksum_wrong},
      {"code 1", irdp_advertisement({.entries = {{router_a4}}, .code = 1}), Reason::irdp_advertisement_code_unknown},
      {"code 15", irdp_advertisement({.entries = {{router_a4}}, .code = 15}), Reason::irdp_advertisement_code_unknown},
      {"code 17", irdp_advertisement({.entries = {{router_a4}}, .code = 17}), Reason::irdp_advertisement_code_unknown},
      {"7 octets", ipv4({.source = router_a4, .destination = "224.0.0.1"}, of_7_octets), Reason::icmp4_too_short},
      {"no address", irdp_advertisement({.entries = {{router_a4}}, .count = 0}), Reason::irdp_advertisement_empty},
      {"entries of one word", irdp_advertisement({.entries = {{router_a4}}, .words = 1}),
       Reason::irdp_advertisement_entries_too_small},
      {"entries of no word", irdp_advertisement({.entries = {{router_a4}}, .words = 0}),
       Reason::irdp_advertisement_entries_too_small},
      {"three announced, one there", irdp_advertisement({.entries = {{router_a4}}, .count = 3}),
       Reason::irdp_advertisement_cut_short},
      {"255 of 255 words", irdp_advertisement({.entries = {{router_a4}}, .words = 255, .count = 255}),
       Reason::irdp_advertisement_cut_short},
  };
  for (const Row& row : rows) {
    Listening line;
    EXPECT_THAT(line.send(row.packet), IsEmpty()) << row.what;
    EXPECT_EQ(line.count(row.reason), 1U) << row.what;
    EXPECT_EQ(line.hop_to(far4), "") << row.what;
  }
}

TEST(IrdpReception, ICMP4_RD_014_one_word_too_few_of_the_last_entry) {
  Packet packet = irdp_advertisement({.entries = {{router_a4}, {router_b4}}});
  Packet message = from(packet, 20);
  message.resize(message.size() - 4);
  set_be16(message, 2, 0);
  set_be16(message, 2, plain_checksum(message));
  Listening line;
  line.send(ipv4({.source = router_a4, .destination = "224.0.0.1", .ttl = 1}, message));
  EXPECT_EQ(line.count(Reason::irdp_advertisement_cut_short), 1U);
  EXPECT_EQ(line.hop_to(far4), "") << "not even the first entry counts";
}

TEST(IrdpReception, ICMP4_RD_015_longer_entries) {
  for (const unsigned words : {2U, 3U, 4U, 20U}) {
    Listening line;
    line.send(irdp_advertisement({.entries = {{router_a4, 1}, {router_b4, 2}}, .words = words}));
    EXPECT_EQ(line.hop_to(far4), router_b4) << words;
    line.send(irdp_advertisement({.entries = {{router_b4, 2}}, .lifetime = 0, .words = words}));
    EXPECT_EQ(line.hop_to(far4), router_a4) << words << ": both were learned";
  }
}

TEST(IrdpReception, ICMP4_RD_014_octets_beyond_the_entries_do_not_count) {
  Listening line;
  line.send(irdp_advertisement({.entries = {{router_a4, 1}, {router_b4, 2}}, .count = 1}));
  EXPECT_EQ(line.hop_to(far4), router_a4);
}

TEST(IrdpReception, ICMP4_RD_016_only_addresses_of_the_link) {
  struct Row {
    std::vector<IrdpEntry> entries;
    std::string_view hop;
    const char* why;
  };
  const Row rows[] = {
      {{{"203.0.113.1", 9}, {router_a4, 1}}, router_a4, "one off the link is ignored"},
      {{{"203.0.113.1", 9}}, "", "alone too"},
      {{{"192.0.3.10", 9}}, "", "next to the subnet"},
      {{{"192.0.2.255", 9}, {router_a4, 1}}, router_a4, "the broadcast address is nobody's"},
      {{{"192.0.2.0", 9}, {router_a4, 1}}, router_a4, "nor is the network's"},
      {{{"192.0.2.2", 9}, {router_a4, 1}}, router_a4, "the host does not route to itself"},
      {{{"224.0.0.2", 9}, {"0.0.0.0", 9}, {"127.0.0.1", 9}, {router_a4, 1}}, router_a4, "no addresses of routers"},
      {{{router_b4, 1}, {router_a4, 1}}, router_b4, "whoever sent it"},
  };
  for (const Row& row : rows) {
    Listening line;
    line.send(irdp_advertisement({.entries = row.entries}));
    EXPECT_EQ(line.hop_to(far4), row.hop) << row.why;
  }
}

TEST(IrdpReception, ICMP4_RD_016_by_broadcast_or_to_us) {
  for (const std::string_view destination : {"224.0.0.1", "255.255.255.255", "192.0.2.2"}) {
    Listening line;
    line.send(irdp_advertisement({.entries = {{router_a4}}, .destination = destination}));
    EXPECT_EQ(line.hop_to(far4), router_a4) << destination;
  }
}

// The finding: type 9 with TTL 50 from elsewhere took the place of the configured gateway.
TEST(IrdpReception, ICMP4_RD_016_advertisements_from_off_the_link) {
  struct Row {
    const char* what;
    IrdpFields advertisement;
    Reason reason;
  };
  const std::vector<IrdpEntry> entries{{router_b4, 0x7fffffff}};
  for (const Row& row : {
           Row{"from elsewhere, to us",
               {.entries = entries, .source = "198.51.100.9", .destination = "192.0.2.2", .ttl = 50},
               Reason::irdp_advertisement_source_off_link},
           Row{"from elsewhere, to all",
               {.entries = entries, .source = "198.51.100.9"},
               Reason::irdp_advertisement_source_off_link},
           Row{"through a router", {.entries = entries, .ttl = 50}, Reason::irdp_advertisement_ttl_not_1},
       })
    for (const bool has_gateway : {true, false}) {
      Listening line(has_gateway ? with_gateways(asking_host(), {router_a4}) : asking_host());
      EXPECT_THAT(line.send(irdp_advertisement(row.advertisement)), IsEmpty()) << row.what;
      EXPECT_EQ(line.count(row.reason), 1U) << row.what;
      EXPECT_EQ(line.hop_to(far4), has_gateway ? router_a4 : "") << row.what;
    }
}

TEST(IrdpReception, ICMP4_RD_016_one_message_does_not_fill_the_list) {
  std::vector<IrdpEntry> entries;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("192.0.2." + std::to_string(100 + i));
  for (const std::string& name : names) entries.push_back({name, 0x7fffffff});
  Listening line;
  line.send(irdp_advertisement({.entries = entries, .source = router_b4}));
  EXPECT_EQ(line.count(Reason::router_share_used), 12U) << "behind the sixteenth nobody looks";
  line.send(irdp_advertisement({.entries = {{router_a4}}}));
  for (int i = 0; i < 4; ++i) {  // those made up do not answer
    line.hop_to(far4);
    line.wait(4s);
  }
  EXPECT_EQ(line.hop_to(far4), router_a4);
}

TEST(IrdpReception, ICMP4_RD_013_hardened_hosts_do_not_listen) {
  NodeConfig config = asking_host();
  config.options = options_of(Profile::hardened);
  Line line(config);
  EXPECT_THAT(solicitations_in(line.wait(1min)), IsEmpty());
  line.send(irdp_advertisement({.entries = {{router_a4}}}));
  EXPECT_EQ(line.count(Reason::irdp_host_off), 1U);
}

TEST(IrdpReception, ICMP4_RD_017_preferences) {
  struct Row {
    std::vector<IrdpEntry> entries;
    std::string_view hop;
    const char* why;
  };
  const Row rows[] = {
      {{{router_a4, 0xffffffff}, {router_b4, 5}, {"192.0.2.12", never}}, router_b4, "-1, 5, never"},
      {{{router_a4, 0xffffffff}, {router_b4, 0}}, router_b4, "-1 is below 0"},
      {{{router_a4, 0x80000001}, {router_b4, 0x80000002}}, router_b4, "the least two"},
      {{{router_a4, 0x7fffffff}, {router_b4, 0x7ffffffe}}, router_a4, "the greatest two"},
      {{{router_a4, never}}, "", "never"},
      {{{router_a4, never}, {router_b4, 0x80000001}}, router_b4, "never, and hardly ever"},
  };
  for (const Row& row : rows) {
    Listening line;
    line.send(irdp_advertisement({.entries = row.entries}));
    EXPECT_EQ(line.hop_to(far4), row.hop) << row.why;
  }
}

TEST(IrdpReception, ICMP4_RD_017_one_that_is_not_to_be_used_any_more) {
  Listening line;
  line.send(irdp_advertisement({.entries = {{router_a4, 5}, {router_b4, 1}}}));
  EXPECT_EQ(line.hop_to(far4), router_a4);
  line.send(irdp_advertisement({.entries = {{router_a4, never}}}));
  EXPECT_EQ(line.hop_to(far4), router_b4);
}

TEST(IrdpReception, ICMP4_RD_018_lifetimes) {
  struct Row {
    unsigned lifetime;
    Duration after;
    std::string_view hop;
  };
  for (const Row& row : {Row{10, 9999ms, router_a4}, Row{10, 10s, router_b4}, Row{65535, 65534s, router_a4},
                         Row{65535, 65535s, router_b4}}) {
    Listening line;
    line.send(irdp_advertisement({.entries = {{router_a4, 5}}, .lifetime = row.lifetime}));
    line.wait(row.after - 1s);
    line.send(irdp_advertisement({.entries = {{router_b4, 1}}}));
    line.wait(1s);
    EXPECT_EQ(line.hop_to(far4), row.hop) << row.lifetime;
  }
}

TEST(IrdpReception, ICMP4_RD_018_renewed_removed_and_gone) {
  Listening line;
  line.send(irdp_advertisement({.entries = {{router_a4}}, .lifetime = 10}));
  line.wait(9s);
  line.send(irdp_advertisement({.entries = {{router_a4}}, .lifetime = 10}));
  line.wait(9s);
  EXPECT_EQ(line.hop_to(far4), router_a4) << "renewed";
  line.wait(1s);
  EXPECT_EQ(line.hop_to(far4), "") << "over";
  EXPECT_EQ(line.count(Reason::no_route), 1U);
  line.send(irdp_advertisement({.entries = {{router_a4, 5}, {router_b4, 1}}}));
  line.send(irdp_advertisement({.entries = {{router_a4, 5}}, .lifetime = 0}));
  EXPECT_EQ(line.hop_to(far4), router_b4) << "removed at once";
}

TEST(IrdpReception, ICMP4_RD_019_who_routes_no_common_traffic) {
  Listening line;
  line.send(irdp_advertisement({.entries = {{router_a4}}, .code = 16}));
  EXPECT_EQ(line.count(Reason::irdp_no_common_traffic), 1U);
  EXPECT_EQ(line.hop_to(far4), "");
  Line asking(asking_host());
  asking.wait(1s);
  asking.send(irdp_advertisement({.entries = {{router_a4}}, .code = 16}));
  EXPECT_THAT(solicitations_in(asking.wait(1h)), IsEmpty()) << "a valid answer all the same";
}

TEST(IrdpReception, ICMP4_RD_020_a_configured_gateway_comes_before_all_that_advertise_themselves) {
  for (const std::uint32_t preference : {0xffffffffU, 1U, 0x7fffffffU}) {
    Listening line(with_gateways(asking_host(), {router_a4}));
    EXPECT_EQ(line.hop_to(far4), router_a4);
    line.send(irdp_advertisement({.entries = {{router_b4, preference}}}));
    EXPECT_EQ(line.hop_to(far4), router_a4) << preference;
    line.remove_station(router_a4);
    line.add_station("192.0.2.77", mac_a4);  // packets still go to where it was
    for (Duration left{}; left < 2min && line.hop_to(far4) == "192.0.2.77"; left += 1s) line.wait(1s);
    EXPECT_EQ(line.hop_to(far4), router_b4) << preference << ": but not if it fails";
  }
}

TEST(IrdpReception, ICMP4_RD_020_configured_gateways_in_their_order) {
  Listening line(with_gateways(asking_host(), {router_a4, router_b4}));
  line.hop_to(router_b4);
  EXPECT_EQ(line.hop_to(far4), router_a4) << "although the other one is known to be reachable";
}

TEST(IrdpReception, ICMP4_RD_020_a_configured_gateway_cannot_be_told_away) {
  Listening line(with_gateways(asking_host(), {router_a4}));
  line.send(irdp_advertisement({.entries = {{router_a4}}, .lifetime = 0}));
  EXPECT_EQ(line.hop_to(far4), router_a4);
}

TEST(IrdpReception, V4_TX_013_one_that_does_not_answer_is_left) {
  Listening line;
  line.remove_station(router_a4);
  line.send(irdp_advertisement({.entries = {{router_a4, 5}, {router_b4, 1}}}));
  EXPECT_EQ(line.hop_to(far4), "? 192.0.2.10");
  line.wait(3s);
  EXPECT_EQ(line.hop_to(far4), router_b4);
  EXPECT_THAT(line.wait(25min), IsEmpty()) << "nobody is probed while idle";
  line.send(irdp_advertisement({.entries = {{router_b4, 1}}}));
  line.wait(10min);
  EXPECT_EQ(line.hop_to(far4), router_b4) << "the other one's lifetime is over";
}

TEST(IrdpReception, ICMP4_RD_021_a_host_answers_no_solicitations) {
  for (const NodeConfig& config : {asking_host(), on_tun(asking_host())})
    for (const std::string_view destination : {"224.0.0.1", "192.0.2.2", "255.255.255.255"})
      for (const std::string_view source : {"192.0.2.1", "0.0.0.0"}) {
        Line line(config);
        line.wait(10s);
        EXPECT_THAT(line.send(irdp_solicitation(source, destination)), IsEmpty());
        EXPECT_THAT(line.wait(1h), IsEmpty());
        EXPECT_EQ(line.count(Reason::irdp_solicitation_to_host), 1U) << destination << " from " << source;
      }
}

TEST(IrdpReception, ICMP4_RD_021_nor_does_it_listen_to_all_routers) {
  Line line(on_tun(asking_host()));
  line.send(irdp_solicitation());
  EXPECT_EQ(line.count(Reason::ipv4_destination_not_ours), 1U);
}

}  // namespace
}  // namespace tunstack::test::irdp_reception_test
