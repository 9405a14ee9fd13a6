// Which IPv6 addresses a host gives itself (RFC 4862 5.3, 5.5) and how it makes them (RFC 7217).
#include <nlohmann/json.hpp>
#include <set>

#include "tests/conformance/addresses/own_addresses.hpp"
#include "tunstack/report/state_report.hpp"

namespace tunstack::test::autoconfiguration_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A host whose start is over.
struct Settled : OwnAddresses {
  explicit Settled(std::initializer_list<std::string_view> settings = {}) : Settled(autoconfiguring_host(settings)) {}
  explicit Settled(const NodeConfig& config) : OwnAddresses(config) { wait(20s); }

  /// What it probes because of a prefix, until that is over.
  std::vector<std::string> made_of(const PrefixFields& prefix) {
    auto targets = targets_in(send(router_advertisement({.options = prefix_option(prefix)})));
    for (const auto& target : targets_in(wait(10s))) targets.push_back(target);
    return targets;
  }
};

// ---- the link-local address ----

TEST(Autoconfiguration, SLAAC_001_link_local_address) {
  struct Row {
    const char* what;
    NodeConfig config;
    std::string_view address;  // "" if it cannot be told beforehand
  };
  for (const Row& row : {
           Row{"configured", checking_host(), "fe80::2"},
           Row{"modified EUI-64", self_addressed_host(), eui64_link_local},
           Row{"stable", self_addressed_host({"slaac.iid=stable"}), ""},
       }) {
    OwnAddresses line(row.config);
    std::string address;
    for (const auto& target : targets_in(line.wait(5s)))
      if (target.starts_with("fe80::")) address = target;
    if (!row.address.empty()) {
      EXPECT_EQ(address, row.address) << row.what;
    }
    EXPECT_TRUE(line.answers(address)) << row.what;
    line.wait(100 * 24h);
    EXPECT_TRUE(line.answers(address)) << row.what << ": it lasts for ever";
  }
}

// An interface has one whenever it is enabled; routers and who learns nothing from them too (RFC 4862 5.3).
TEST(Autoconfiguration, SLAAC_001_whatever_is_thought_of_routers) {
  NodeConfig router = self_addressed_host();
  router.interfaces[0].role = Role::router;
  const struct {
    const char* what;
    NodeConfig config;
  } rows[] = {{"slaac.enable=off", self_addressed_host({"slaac.enable=off"})},
              {"nd.accept_ra=off", self_addressed_host({"nd.accept_ra=off"})},
              {"a router", router}};
  for (const auto& row : rows) {
    OwnAddresses line(row.config);
    line.wait(5s);
    EXPECT_TRUE(line.answers(eui64_link_local)) << row.what;
  }
}

// ---- prefixes ----

TEST(Autoconfiguration, SLAAC_002_prefixes_that_give_no_address) {
  struct Row {
    const char* what;
    PrefixFields prefix;
    MaybeReason refused;
  };
  for (const Row& row : {
           Row{"as it should be", {}, {}},
           Row{"A is 0", {.flags = 0x80}, Reason::address_prefix_not_autonomous},
           Row{"L is 0", {.flags = 0x40}, {}},
           Row{"the link-local prefix", {.prefix = "fe80::"}, Reason::address_prefix_link_local},
           Row{"link-local, another one", {.prefix = "fe80:0:0:1::"}, Reason::address_prefix_link_local},
           Row{"multicast", {.prefix = "ff15::"}, Reason::address_prefix_not_unicast},
           Row{"preferred above valid",
               {.valid = 1000, .preferred = 1001},
               Reason::address_prefix_preferred_after_valid},
           Row{"preferred equal to valid", {.valid = 1000, .preferred = 1000}, {}},
           Row{"preferred for ever, valid not",
               {.valid = 1000, .preferred = 0xffffffff},
               Reason::address_prefix_preferred_after_valid},
           Row{"both for ever", {.valid = 0xffffffff, .preferred = 0xffffffff}, {}},
       }) {
    Settled line;
    EXPECT_THAT(line.made_of(row.prefix), SizeIs(row.refused ? 0 : 1)) << row.what;
    EXPECT_EQ(line.answers(eui64_global), !row.refused) << row.what;
    EXPECT_FALSE(line.answers(eui64_link_local)) << row.what;
    if (row.refused) {
      EXPECT_EQ(line.count(*row.refused), 1U) << row.what;
    }
  }
}

TEST(Autoconfiguration, SLAAC_003_new_prefixes) {
  struct Row {
    const char* what;
    PrefixFields prefix;
    bool gives, is_on_link;
  };
  for (const Row& row : {
           Row{"64 bits", {}, true, true},
           Row{"bits behind it do not count", {.prefix = "2001:db8:1::77:0:1"}, true, true},
           Row{"48 bits", {.length = 48}, false, true},
           Row{"63 bits", {.length = 63}, false, true},
           Row{"65 bits", {.length = 65}, false, true},
           Row{"80 bits", {.length = 80}, false, true},
           Row{"47 bits", {.length = 47}, false, false},
           Row{"0 bits", {.length = 0}, false, false},
           Row{"129 bits", {.length = 129}, false, false},
           Row{"not valid", {.valid = 0, .preferred = 0}, false, false},
           Row{"valid for ever", {.valid = 0xffffffff}, true, true},
       }) {
    Settled line;
    const auto made = line.made_of(row.prefix);
    EXPECT_EQ(made, row.gives ? std::vector{std::string(eui64_global)} : std::vector<std::string>()) << row.what;
    EXPECT_EQ(line.answers(eui64_global), row.gives) << row.what;
    EXPECT_EQ(line.hop_to("2001:db8:1::9"), row.is_on_link ? "? 2001:db8:1::9" : "? fe80::a") << row.what;
  }
}

TEST(Autoconfiguration, SLAAC_003_each_prefix_once) {
  Settled line;
  const auto two = prefix_option() + prefix_option({.prefix = "2001:db8:2::"});
  line.send(router_advertisement({.options = two + prefix_option()}));
  EXPECT_THAT(targets_in(line.wait(10s)), testing::UnorderedElementsAre(eui64_global, "2001:db8:2::ff:fe00:2"));
  EXPECT_THAT(line.made_of({}), IsEmpty()) << "known";
  EXPECT_TRUE(line.answers(eui64_global));
  EXPECT_TRUE(line.answers("2001:db8:2::ff:fe00:2"));
}

TEST(Autoconfiguration, SLAAC_003_as_many_addresses_as_there_are_places) {
  constexpr unsigned places = 32, configured = 2;  // 2001:db8::2 and fe80::2
  Settled line;
  const auto offer = [&line](unsigned number) {
    const std::string router = "fe80::a" + std::to_string(number / 8), prefix = "fd00:0:1:" + std::to_string(number);
    line.send(router_advertisement({.source = router, .options = prefix_option({.prefix = prefix + "::"})}));
  };
  for (unsigned number = 1; number <= places - configured; ++number) offer(number);
  EXPECT_EQ(line.count(Reason::address_table_full), 0U);
  offer(99);
  EXPECT_EQ(line.count(Reason::address_table_full), 1U);
  line.wait(10s);
  EXPECT_TRUE(line.answers("fd00:0:1:30:0:ff:fe00:2"));
  EXPECT_FALSE(line.answers("fd00:0:1:99:0:ff:fe00:2"));
}

TEST(Autoconfiguration, SLAAC_008_on_by_default_for_hosts_only) {
  EXPECT_TRUE(options_of(Profile::lab).own.autoconfigures);
  NodeConfig router = autoconfiguring_host();
  router.interfaces[0].role = Role::router;
  NodeConfig passive = autoconfiguring_host();
  passive.interfaces[0].configures_itself = false;
  for (const NodeConfig& config :
       {autoconfiguring_host({"slaac.enable=off"}), autoconfiguring_host({"nd.accept_ra=off"}), router, passive}) {
    Settled line(config);
    EXPECT_THAT(line.made_of({}), IsEmpty());
    EXPECT_FALSE(line.answers(eui64_global));
    EXPECT_TRUE(line.answers("2001:db8::2")) << "what is configured";
  }
}

// ---- identifiers ----

/// The address of a stable identifier in the prefix.
std::string stable_address(NodeConfig config, const char* prefix = "2001:db8:1::") {
  Settled line(config);
  const auto made = line.made_of({.prefix = prefix});
  if (made.size() != 1) ADD_FAILURE() << "not one address";
  EXPECT_TRUE(line.answers(made.at(0)));
  return made.at(0);
}

TEST(Autoconfiguration, SLAAC_009_stable_identifiers) {
  const NodeConfig config = autoconfiguring_host({"slaac.iid=stable", "slaac.secret=one"});
  const std::string first = stable_address(config);
  EXPECT_EQ(first, "2001:db8:1:0:80e6:40af:5ca1:7ffc") << "in every version";
  EXPECT_EQ(stable_address(with_seed(config, 77)), first) << "after a restart";
  const auto identifier = [](const std::string& address) { return from(octets_of(address), 8); };
  EXPECT_NE(identifier(stable_address(config, "2001:db8:2::")), identifier(first)) << "another prefix";
  EXPECT_NE(stable_address(with_settings(config, {"slaac.secret=two"})), first) << "another secret";
  NodeConfig elsewhere = config;
  elsewhere.interfaces[0].name = "tap1";
  EXPECT_NE(stable_address(elsewhere), first) << "another interface";
  EXPECT_NE(first, eui64_global);
}

// Without a secret they come from the seed: no two nodes that were started by chance have the same.
TEST(Autoconfiguration, SLAAC_009_without_a_secret_the_seed_makes_them) {
  const NodeConfig config = autoconfiguring_host({"slaac.iid=stable"});
  const std::string first = stable_address(with_seed(config, 1));
  EXPECT_EQ(stable_address(with_seed(config, 1)), first);
  EXPECT_NE(stable_address(with_seed(config, 2)), first);
  EXPECT_NE(stable_address(with_settings(config, {"slaac.secret=one"})), first);
}

TEST(Autoconfiguration, SLAAC_009_they_are_the_default) {
  EXPECT_EQ(options_of(Profile::lab).own.identifiers, IdentifierKind::stable);
}

/// Each address that is probed is a duplicate, for as often as `claims` says. All that were probed.
std::vector<std::string> tried(OwnAddresses& line, unsigned claims) {
  std::vector<std::string> all;
  for (std::string target = line.wait_for_any_probe(); !target.empty(); target = line.wait_for_any_probe()) {
    all.push_back(target);
    if (all.size() <= claims) line.send(claim_of_another(target));
  }
  return all;
}

TEST(Autoconfiguration, SLAAC_010_up_to_three_addresses_are_tried) {
  struct Row {
    unsigned duplicates, tries;
    bool has_address;
  };
  for (const Row& row : {Row{0, 1, true}, Row{1, 2, true}, Row{2, 3, true}, Row{3, 3, false}}) {
    Settled line({"slaac.iid=stable"});
    line.send(router_advertisement({.options = prefix_option()}));
    const auto addresses = tried(line, row.duplicates);
    ASSERT_THAT(addresses, SizeIs(row.tries)) << row.duplicates;
    EXPECT_THAT(std::set(addresses.begin(), addresses.end()), SizeIs(row.tries)) << "all differ";
    for (const auto& address : addresses)
      EXPECT_EQ(line.answers(address), row.has_address && address == addresses.back()) << row.duplicates;
    EXPECT_THAT(line.made_of({}), IsEmpty()) << "the next advertisement changes nothing";
  }
}

TEST(Autoconfiguration, SLAAC_010_an_identifier_in_use_here_counts_as_tried) {
  Settled line(with_addresses(autoconfiguring_host(), {"2001:db8::2/64", "2001:db8:1::ff:fe00:2/64"}));
  EXPECT_THAT(line.made_of({}), IsEmpty());
  EXPECT_EQ(line.count(Reason::address_no_identifier), 1U);
  EXPECT_TRUE(line.answers(eui64_global)) << "as it is configured";
}

TEST(Autoconfiguration, SLAAC_010_an_identifier_of_the_mac_is_not_changed) {
  Settled line;
  line.send(router_advertisement({.options = prefix_option()}));
  EXPECT_THAT(tried(line, 1), ElementsAre(eui64_global));
  EXPECT_FALSE(line.answers(eui64_global));
  EXPECT_TRUE(line.answers("2001:db8::2"));
}

// ---- other configuration ----

TEST(Autoconfiguration, SLAAC_012_the_flags_are_shown_and_no_more) {
  struct Row {
    unsigned flags;
    bool managed, other;
  };
  for (const Row& row : {Row{0, false, false}, Row{0x80, true, false}, Row{0x40, false, true}, Row{0xc0, true, true}}) {
    Settled line;
    AllSent sent = line.send(router_advertisement({.flags = row.flags, .options = prefix_option()}));
    for (const Sent& later : line.wait(1h)) sent.push_back(later);
    const auto interface = state_report(line.node(), Instant{2h}).at("interfaces").at(0);
    EXPECT_EQ(interface.at("managed"), row.managed) << row.flags;
    EXPECT_EQ(interface.at("other"), row.other) << row.flags;
    EXPECT_THAT(targets_in(sent), SizeIs(1)) << "the prefix gives its address all the same";
    for (const Sent& one : sent) EXPECT_TRUE(one.is_arp || one.octets.at(6) == 58) << "no UDP: no DHCPv6";
  }
}

}  // namespace
}  // namespace tunstack::test::autoconfiguration_test
