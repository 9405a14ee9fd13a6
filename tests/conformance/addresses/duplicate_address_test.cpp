// IPv6 addresses before they are used: checked for duplicates on the link (RFC 4862 5.4).
#include <set>

#include "tests/conformance/addresses/own_addresses.hpp"

namespace tunstack::test::duplicate_address_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::AllOf;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using testing::UnorderedElementsAreArray;

constexpr std::string_view own = "2001:db8::2";

/// In the course of a check: at its start, when the probe has just left, and right before its end.
enum class Moment : std::uint8_t { at_start, after_probe, before_end };
constexpr Moment moments[] = {Moment::at_start, Moment::after_probe, Moment::before_end};

void go_to(Moment moment, OwnAddresses& line) {
  if (moment == Moment::at_start) line.wait(0s);
  if (moment != Moment::at_start) line.wait_for_probe(own);
  if (moment == Moment::before_end) line.wait(998ms);
}
std::string text(const char* what, Moment moment) {
  return std::string(what) + ", moment " + std::to_string(static_cast<int>(moment));
}

// ---- what is sent ----

TEST(DuplicateAddress, DAD_001_each_address_and_no_other_one) {
  for (const unsigned transmits : {0U, 1U, 3U}) {
    const std::string setting = "dad.transmits=" + std::to_string(transmits);
    OwnAddresses line(with_addresses(checking_host({setting}), {"2001:db8::2/64", "2001:db8::3/64", "fe80::2/64"}));
    std::vector<std::string> expected;
    for (const char* address : {"2001:db8::2", "2001:db8::3", "fe80::2"})
      expected.resize(expected.size() + transmits, address);
    const auto sent = line.wait(1min);
    EXPECT_THAT(targets_in(sent), UnorderedElementsAreArray(expected));
    EXPECT_THAT(sent, SizeIs(expected.size())) << "nor anything else";
  }
}

TEST(DuplicateAddress, DAD_001_without_probes_usable_at_once) {
  OwnAddresses line(checking_host({"dad.transmits=0"}));
  EXPECT_TRUE(line.answers(own));
}

TEST(DuplicateAddress, DAD_002_form_of_a_probe) {
  OwnAddresses line(checking_host({"dad.transmits=2"}));
  const auto sent = line.wait(1min);
  ASSERT_THAT(sent, SizeIs(4)) << "2001:db8::2 and fe80::2";
  std::set<Packet> nonces;
  for (const Sent& probe : sent) {
    ASSERT_EQ(probe.octets.size(), 40U + 24 + 8);
    const Packet nonce = from(probe.octets, 66);
    EXPECT_EQ(probe.octets, probe_of_another(target_of(probe), nonce_option(nonce)));
    EXPECT_EQ(probe.to, hex("33 33 ff 00 00 02"));
    nonces.insert(nonce);
  }
  EXPECT_THAT(nonces, SizeIs(4)) << "each has one of its own (RFC 7527 4.1)";
}

TEST(DuplicateAddress, DAD_002_the_group_is_reported_before_the_probe) {
  OwnAddresses line(checking_host({"mld.enable=on"}));
  const auto sent = line.wait(1min);
  for (const std::string_view target : {"2001:db8::2", "fe80::2"}) {
    const auto probe = std::ranges::find_if(sent, [&](const Sent& s) { return is_probe(s) && target_of(s) == target; });
    ASSERT_NE(probe, sent.end()) << target;
    const auto report = std::find_if(sent.begin(), probe, [](const Sent& s) {
      // Behind a header of hop-by-hop options: type 143, one record, CHANGE_TO_EXCLUDE_MODE of the group.
      return s.octets.size() == 76 && part(s.octets, 48, 1) == hex("8f") &&
             part(s.octets, 54, 4) == hex("0001 04 00") && part(s.octets, 60, 16) == octets_of("ff02::1:ff00:2");
    });
    ASSERT_NE(report, probe) << target;
    EXPECT_EQ(source_of(report->octets), "::") << "before there is an address (RFC 3590 4)";
    EXPECT_EQ(destination_of(report->octets), "ff02::16");
  }
}

/// When a host with this seed probes its address for the first time, and when it sends anything at all.
struct FirstMessage {
  Duration probe, any;
};
FirstMessage first_message(std::uint64_t seed, std::string_view setting) {
  OwnAddresses line(with_seed(with_addresses(checking_host({setting}), {"2001:db8::2/64"}), seed));
  const auto sent = line.wait(1min);
  const auto probes = probes_in(sent);
  if (probes.size() != 1) ADD_FAILURE() << "not one probe";
  return {probes.at(0).at, sent.at(0).at};
}

TEST(DuplicateAddress, DAD_003_ten_starts) {
  std::set<Duration> delays;
  for_seeds(10, [&](std::uint64_t seed) {
    const Duration delay = first_message(seed, "mld.enable=off").probe;
    EXPECT_THAT(delay, AllOf(Ge(0s), Le(1s)));
    delays.insert(delay);
  });
  EXPECT_THAT(delays, SizeIs(10));
  EXPECT_LT(*delays.begin(), 500ms);
  EXPECT_GT(*delays.rbegin(), 500ms);
}

// "The delay for joining the multicast address thus means delaying transmission of the corresponding MLD report
// message" (RFC 4862 5.4.2).
TEST(DuplicateAddress, DAD_003_the_report_of_its_group_waits_as_well) {
  for_seeds(10, [](std::uint64_t seed) {
    const FirstMessage first = first_message(seed, "mld.enable=on");
    EXPECT_EQ(first.any, first.probe);
  });
}

TEST(DuplicateAddress, DAD_009_usable_one_retransmission_timer_after_the_last_probe) {
  struct Row {
    std::initializer_list<std::string_view> settings;
    std::vector<Duration> gaps;  // between probes
    Duration wait;               // after the last one
    const char* why;
  };
  for (const Row& row : {
           Row{{}, {}, 1s, "RetransTimer is 1 s"},
           Row{{"dad.transmits=3"}, {1s, 1s}, 1s, "from the last one, not from the first"},
           Row{{"nd.retrans=200"}, {}, 200ms, "as it was set"},
           Row{{"nd.retrans=3000", "dad.transmits=2"}, {3s}, 3s, "between probes too"},
       }) {
    NodeConfig config = with_addresses(checking_host(row.settings), {"2001:db8::2/64"});
    const AllSent probes = OwnAddresses(config).wait(1min);
    EXPECT_EQ(gaps_of(probes), row.gaps) << row.why;
    OwnAddresses line(config);
    line.wait(probes.back().at + row.wait - 1ns);
    EXPECT_FALSE(line.answers(own)) << row.why;
    EXPECT_TRUE(line.node().has_tentative_addresses());
    line.wait(1ns);
    EXPECT_TRUE(line.answers(own)) << row.why;
    EXPECT_FALSE(line.node().has_tentative_addresses());
    EXPECT_EQ(line.count(Reason::address_in_use), 1U);
  }
}

TEST(DuplicateAddress, DAD_009_the_timer_that_a_router_tells) {
  OwnAddresses line(autoconfiguring_host());
  line.wait(20s);
  line.send(router_advertisement({.retransmit = 3000, .options = prefix_option()}));
  line.wait_for_probe(eui64_global);
  line.wait(2998ms);
  EXPECT_FALSE(line.answers(eui64_global));
  line.wait(2ms);
  EXPECT_TRUE(line.answers(eui64_global));
}

// ---- while tentative ----

TEST(DuplicateAddress, DAD_004_nothing_is_answered) {
  const Ipv6Fields to_all{.destination = "ff02::1", .next_header = 60};
  const struct {
    const char* what;
    Packet packet;
  } rows[] = {
      {"echo request", echo6()},
      {"closed port", udp6()},
      {"unknown next header", ipv6({.next_header = 253}, counting(8))},
      {"neighbor solicitation", question_of_peer(own)},
      {"the same to the address itself", solicitation({.destination = own})},
      {"echo request to all nodes", echo6({.destination = "ff02::1"})},
      {"an option that asks for an error, to all nodes", ipv6(to_all, hex("3b 00 80 00 01 02 00 00"))},
  };
  for (const Moment moment : moments)
    for (const auto& row : rows) {
      OwnAddresses line;
      go_to(moment, line);
      EXPECT_THAT(line.send(row.packet), IsEmpty()) << text(row.what, moment);
      EXPECT_EQ(line.node().state().neighbors.size(), 0U) << text(row.what, moment);
      line.wait(3s);
      ASSERT_TRUE(line.answers(own)) << text(row.what, moment);
      EXPECT_THAT(line.send(row.packet), SizeIs(1)) << text(row.what, moment) << ": in use";
    }
}

TEST(DuplicateAddress, DAD_004_the_reason_is_told) {
  OwnAddresses line;
  line.send(echo6());
  EXPECT_EQ(line.count(Reason::ipv6_destination_tentative), 1U);
  line.send(question_of_peer(own));
  EXPECT_EQ(line.count(Reason::address_resolved_while_tentative), 1U);
}

TEST(DuplicateAddress, DAD_004_others_are_used_meanwhile) {
  OwnAddresses line(autoconfiguring_host());
  line.wait(20s);
  line.send(router_advertisement({.options = prefix_option()}));
  line.wait_for_probe(eui64_global);
  EXPECT_TRUE(line.answers(own));
  EXPECT_FALSE(line.answers(eui64_global));
  EXPECT_EQ(line.source_towards("2001:db8:1::1"), own) << "not the one in the prefix of the peer";
  line.wait(1s);
  EXPECT_EQ(line.source_towards("2001:db8:1::1"), eui64_global);
}

// ---- what others say ----

struct Saying {
  const char* what;
  Packet packet;
  bool is_duplicate;
};

/// Of each saying, at each moment of a check, what becomes of the address.
void expect_fates(const std::vector<Saying>& sayings) {
  for (const Moment moment : moments)
    for (const Saying& saying : sayings) {
      OwnAddresses line;
      go_to(moment, line);
      EXPECT_THAT(line.send(saying.packet), IsEmpty()) << text(saying.what, moment);
      line.wait(5s);
      EXPECT_EQ(line.answers(own), !saying.is_duplicate) << text(saying.what, moment);
      EXPECT_EQ(line.count(Reason::address_duplicate), saying.is_duplicate ? 1U : 0U) << text(saying.what, moment);
      EXPECT_TRUE(line.answers("fe80::2")) << text(saying.what, moment) << ": the other address";
    }
}

TEST(DuplicateAddress, DAD_005_solicitations_heard) {
  const std::string group = solicited_node(own);
  const auto probe = [&](SolicitationFields fields) {
    fields.source = "::";
    fields.destination = group;
    fields.options = {};
    return solicitation(fields);
  };
  Packet wrong_checksum = probe_of_another(own);
  wrong_checksum[43] ^= 1;
  expect_fates({
      {"a probe", probe_of_another(own), true},
      {"with a nonce of another node", probe_of_another(own, nonce_option(hex("01 02 03 04 05 06"))), true},
      {"with a longer nonce", probe_of_another(own, nonce_option(counting(14))), true},
      {"P asks for its neighbor", question_of_peer(own), false},
      {"with the link-local address", solicitation({.source = "fe80::1"}), false},
      {"for another address of the group", probe_of_another("2001:db8:5::2"), false},
      {"through a router", probe({.hop_limit = 254}), false},
      {"code 1", probe({.code = 1}), false},
      {"with a link-layer address", probe_of_another(own, source_option(other_mac)), false},
      {"with an option of length 0", probe_of_another(own, hex("0e00 010203040506")), false},
      {"to all nodes", solicitation({.source = "::", .destination = "ff02::1", .options = {}}), false},
      {"wrong checksum", wrong_checksum, false},
  });
}

TEST(DuplicateAddress, DAD_006_advertisements_heard) {
  const auto claim = [](AdvertisementFields fields) {
    fields.source = fields.target = own;
    fields.destination = "ff02::1";
    return advertisement(fields);
  };
  expect_fates({
      {"an advertisement", claim_of_another(own), true},
      {"that does not override", claim({.flags = 0}), true},
      {"of a router", claim({.flags = router_flag | override_flag}), true},
      {"without a link-layer address", claim({.flags = override_flag, .options = {}}), true},
      {"of another address", claim_of_another("2001:db8:5::2"), false},
      {"solicited, but to all", claim({.flags = solicited_flag | override_flag}), false},
      {"through a router", claim({.flags = override_flag, .hop_limit = 254}), false},
      {"code 1", claim({.flags = override_flag, .code = 1}), false},
      {"with an option of length 0", claim({.flags = override_flag, .options = hex("0200 020000000077")}), false},
  });
}

}  // namespace
}  // namespace tunstack::test::duplicate_address_test
