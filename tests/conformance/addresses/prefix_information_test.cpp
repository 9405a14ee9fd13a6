// Prefix options of router advertisements that are wrong in themselves: what of them a host still uses.
#include "tests/conformance/routers/router_wire.hpp"

namespace tunstack::test::prefix_information_test {

using namespace router_messages;
using namespace routers;
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr std::string_view in_prefix = "2001:db8:1::9";       // of prefix_option()
constexpr std::string_view formed = "2001:db8:1::ff:fe00:2";  // of it and the link-layer address
constexpr std::uint32_t for_ever = 0xffffffff;

/// A host whose start is over, with routers that answer.
struct Host6 : Line {
  explicit Host6(const NodeConfig& config = learning_host({"slaac.iid=eui64"})) : Line(config) {
    add_routers();
    add_station("2001:db8::1", peer_mac, false);
    wait(20s);
    send(router_advertisement({.options = source_option(mac_a)}));
  }

  void hear(const Packet& options) { send(router_advertisement({.options = source_option(mac_a) + options})); }
  bool answers_at(std::string_view address) {
    return !only(echo_reply6, send(echo6({.destination = address}))).empty();
  }
  bool is_on_link(std::string_view address) { return hop_to(address) == "? " + std::string(address); }
  std::vector<std::string> addresses() {
    std::vector<std::string> all;
    node().state().addresses.for_each_address(
        [&](InterfaceId, const IpPrefix& prefix, ip::AddressUse) { all.push_back(to_text(prefix.address)); });
    return all;
  }
  std::size_t prefixes() { return node().state().interfaces[0].routers.routing.prefixes.prefixes().size(); }
};

TEST(PrefixInformation, ND_RA_022_what_is_used_of_an_option) {
  struct Row {
    PrefixFields told;
    bool on_link, address;
    const char* why;
  };
  for (const Row& row : {
           Row{{}, true, true, "both"},
           Row{{.valid = 100, .preferred = 100}, true, true, "preferred as long as valid"},
           Row{{.valid = for_ever, .preferred = for_ever}, true, true, "both for ever"},
           Row{{.valid = for_ever, .preferred = 100}, true, true, "valid for ever"},
           Row{{.valid = 100, .preferred = 101}, true, false, "preferred above valid (RFC 4862 5.5.3(c))"},
           Row{{.valid = 100, .preferred = for_ever}, true, false, "preferred for ever, but not valid so long"},
           Row{{.valid = for_ever - 1, .preferred = for_ever}, true, false, "likewise"},
           Row{{.valid = 0, .preferred = 1}, false, false, "not valid, but preferred"},
           Row{{.flags = 0x40, .valid = 100, .preferred = 101}, false, false, "A alone, preferred above valid"},
           Row{{.flags = 0x80, .valid = 100, .preferred = 101},
               true,
               false,
               "L alone: lifetimes of addresses do not count"},
           Row{{.prefix = in_prefix, .length = 128}, true, false, "one address (RFC 4861 4.6.2)"},
       }) {
    Host6 host;
    host.hear(prefix_option(row.told));
    host.wait(5s);
    EXPECT_EQ(host.answers_at(formed), row.address) << row.why;
    EXPECT_EQ(host.is_on_link(in_prefix), row.on_link) << row.why;
  }
}

// However wrong its length is taken, it makes nothing on the link and no address.
TEST(PrefixInformation, ND_RA_022_lengths_above_128) {
  for (unsigned length = 129; length <= 255; ++length)
    for (const std::string_view prefix : {in_prefix, formed, std::string_view("2001:db8:1::")}) {
      SCOPED_TRACE(std::to_string(length));
      Host6 host;
      const auto addresses = host.addresses();
      const std::size_t prefixes = host.prefixes();
      host.hear(prefix_option({.prefix = prefix, .length = length}));
      EXPECT_EQ(host.addresses(), addresses);
      EXPECT_EQ(host.prefixes(), prefixes);
      EXPECT_EQ(host.hop_to(in_prefix), router_a);
      EXPECT_EQ(host.hop_to(far6), router_a);
      EXPECT_FALSE(host.answers_at(formed));
    }
}

TEST(PrefixInformation, ND_RA_022_on_tun) {
  const PrefixFields too_long{.length = 129}, too_preferred{.valid = 100, .preferred = 200};
  for (const PrefixFields& told : {too_long, too_preferred}) {
    Host6 host(on_tun(learning_host()));
    const auto addresses = host.addresses();
    host.hear(prefix_option(told));
    host.wait(5s);
    EXPECT_EQ(host.addresses(), addresses);
    host.hear(prefix_option());
    host.wait(5s);
    EXPECT_EQ(host.addresses().size(), addresses.size() + 1) << "a good one after it";
  }
}

TEST(PrefixInformation, ND_RA_022_other_options_count_all_the_same) {
  const Packet good = prefix_option({.prefix = "2001:db8:2::"});
  for (const PrefixFields& wrong : {PrefixFields{.length = 129}, {.length = 255}, {.valid = 100, .preferred = 200}})
    for (const Packet& options : {prefix_option(wrong) + good, good + prefix_option(wrong)}) {
      Host6 host;
      host.hear(options + mtu_option(1400));
      host.wait(5s);
      EXPECT_TRUE(host.answers_at("2001:db8:2::ff:fe00:2"));
      EXPECT_TRUE(host.is_on_link("2001:db8:2::9"));
      EXPECT_FALSE(host.answers_at(formed));
      EXPECT_EQ(host.node().state().interfaces[0].mtu(Family::ipv6), 1400U);
      EXPECT_EQ(host.hop_to(far6), router_a);
    }
}

// An address that is there keeps its lifetimes; the prefix gets the new one, which only its valid lifetime is about.
TEST(PrefixInformation, ND_RA_022_preferred_above_valid_does_not_renew_an_address) {
  struct Row {
    Duration wait;
    bool address, on_link;
    const char* why;
  };
  for (const Row& row : {
           Row{999s - 20s, true, true, "as told first"},
           Row{1000s - 20s, false, true, "the address is over"},
           Row{29'999s - 20s, false, true, "the prefix was renewed"},
           Row{30'000s, false, false, "and is over"},
       }) {
    Host6 host;
    host.hear(prefix_option({.valid = 1000, .preferred = 1000}));
    host.wait(20s);
    host.hear(prefix_option({.valid = 30'000, .preferred = 30'001}));
    host.wait(row.wait);
    host.send(router_advertisement({.options = source_option(mac_a)}));  // it is a router still
    EXPECT_EQ(host.answers_at(formed), row.address) << row.why;
    EXPECT_EQ(host.is_on_link(in_prefix), row.on_link) << row.why;
  }
}

TEST(PrefixInformation, ND_RA_022_nothing_wrong_ends_what_is_there) {
  Host6 host;
  host.hear(prefix_option());
  host.wait(5s);
  const PrefixFields wrong[] = {{.length = 129, .valid = 0, .preferred = 0},
                                {.length = 192, .valid = 0, .preferred = 0},
                                {.prefix = in_prefix, .length = 255, .valid = 0, .preferred = 0},
                                {.flags = 0x40, .valid = 0, .preferred = 1}};
  for (const PrefixFields& told : wrong) host.hear(prefix_option(told));
  host.wait(10h);
  EXPECT_TRUE(host.answers_at(formed)) << "preferred 0 or the rest of two hours was not taken (RFC 4862 5.5.3(e))";
  EXPECT_TRUE(host.is_on_link(in_prefix));
}

}  // namespace
}  // namespace tunstack::test::prefix_information_test
