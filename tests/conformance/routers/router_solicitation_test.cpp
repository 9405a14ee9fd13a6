// A host that asks for routers by IPv6, and does not answer who asks it.
#include "tests/conformance/routers/router_timing.hpp"

namespace tunstack::test::router_solicitation_test {

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

AllSent solicitations_in(const AllSent& all) { return only(solicitation_type6, all); }
/// Without IPv4, whose questions do not matter here.
NodeConfig asking_host(std::initializer_list<std::string_view> settings = {}) {
  NodeConfig config = learning_host(settings);
  config.options.discovers_routers4 = false;
  return config;
}

TEST(RouterSolicitation, ND_RS_001_three_four_seconds_apart) { expect_three_questions(asking_host(), 4s); }

TEST(RouterSolicitation, ND_RS_001_ND_RS_002_what_is_sent) {
  Line line(asking_host());
  const AllSent sent = line.wait(1s);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].octets, router_solicitation({.source = "fe80::2", .options = source_option(own_mac)}));
  EXPECT_EQ(sent[0].to, hex("33 33 00 00 00 02"));
}

TEST(RouterSolicitation, ND_RS_002_no_address_where_there_is_none) {
  Line tun(on_tun(asking_host()));
  const AllSent on_tun = tun.wait(1s);
  ASSERT_THAT(on_tun, SizeIs(1));
  EXPECT_EQ(on_tun[0].octets, router_solicitation({.source = "fe80::2"}));
  NodeConfig without_address = with_addresses(asking_host(), {"192.0.2.2/24"});
  ASSERT_FALSE(
      set_option(without_address.options, "dad.transmits=1").has_value());  // the one that it makes is tentative
  Line nameless(without_address);
  AllSent from_nobody = nameless.wait(1s);
  std::erase_if(from_nobody, [](const auto& sent) { return icmp6_type(sent.octets) != 133; });
  ASSERT_THAT(from_nobody, SizeIs(1));
  EXPECT_EQ(from_nobody[0].octets, router_solicitation({.source = "::"})) << "never with a source address option";
}

TEST(RouterSolicitation, ND_RS_001_an_answer_ends_it) {
  struct Row {
    Duration answer_after;
    unsigned lifetime;
    std::size_t asked;
    const char* why;
  };
  for (const Row& row : {
           Row{1s, 1800, 1, "answered"},
           Row{1s, 1, 1, "answered, by a router that soon is none"},
           Row{1s, 0, 3, "of no default router"},
           Row{5s, 1800, 2, "answered after the second"},
           Row{0s, 1800, 1, "before the first, which is sent all the same (RFC 4861 6.3.7)"},
       }) {
    Line line(asking_host());
    std::size_t asked = solicitations_in(line.wait(row.answer_after)).size();
    line.send(router_advertisement({.lifetime = row.lifetime}));
    asked += solicitations_in(line.wait(1h)).size();
    EXPECT_EQ(asked, row.asked) << row.why;
  }
}

TEST(RouterSolicitation, ND_RS_001_an_advertisement_that_is_not_valid_ends_nothing) {
  Line line(asking_host());
  line.wait(1s);
  line.send(router_advertisement({.source = "2001:db8::1"}));
  line.send(router_advertisement({.ip_hop_limit = 64}));
  EXPECT_THAT(solicitations_in(line.wait(1h)), SizeIs(2));
}

TEST(RouterSolicitation, ND_RS_003_with_backoff_it_goes_on) {
  for_seeds(5, [](std::uint64_t seed) {
    Line line(with_seed(asking_host({"nd.rs_backoff=on"}), seed));
    const auto gaps = gaps_of(line.wait(24h));
    ASSERT_THAT(gaps, SizeIs(Ge(20U)));
    EXPECT_GE(gaps[0], 3600ms);
    EXPECT_LE(gaps[0], 4400ms);
    for (std::size_t i = 1; i < gaps.size(); ++i) {
      if (gaps[i - 1] > 1700s) {
        EXPECT_GE(gaps[i], 3240s) << "an hour at most, a tenth more or less";
        EXPECT_LE(gaps[i], 3960s);
      } else {
        EXPECT_GE(gaps[i], gaps[i - 1] * 19 / 10);
        EXPECT_LE(gaps[i], gaps[i - 1] * 21 / 10);
      }
    }
    line.send(router_advertisement());
    EXPECT_THAT(solicitations_in(line.wait(24h)), IsEmpty()) << "until somebody answers";
  });
}

TEST(RouterSolicitation, ND_RS_001_switched_off) {
  NodeConfig configured = asking_host();
  configured.interfaces[0].configures_itself = false;
  for (const NodeConfig& config : {asking_host({"nd.accept_ra=off"}), configured}) {
    Line line(config);
    EXPECT_THAT(line.wait(1h), IsEmpty());
    line.send(router_advertisement({.hop_limit = 33, .options = source_option(mac_a)}));
    EXPECT_EQ(line.count(Reason::router_advertisement_ignored), 1U);
    EXPECT_EQ(line.hop_to(far6), "");
    EXPECT_EQ(line.reply6().at(7), 64);
  }
}

TEST(RouterSolicitation, ND_RS_005_a_host_answers_none) {
  for (const NodeConfig& config : {asking_host(), on_tun(asking_host())})
    for (const std::string_view destination : {"fe80::2", "ff02::1"}) {
      Line line(config);
      line.wait(10s);
      EXPECT_THAT(line.send(router_solicitation({.destination = destination, .options = source_option(peer_mac)})),
                  IsEmpty());
      EXPECT_EQ(line.count(Reason::router_solicitation_to_no_advertiser), 1U) << destination;
      EXPECT_THAT(line.wait(1h), IsEmpty());
      EXPECT_EQ(line.neighbor("fe80::1"), nullptr);
    }
}

TEST(RouterSolicitation, ND_RS_005_a_host_does_not_listen_to_all_routers) {
  Line ethernet(asking_host());
  EXPECT_THAT(ethernet.send(router_solicitation()), IsEmpty());
  EXPECT_EQ(ethernet.count(Reason::router_solicitation_to_no_advertiser), 0U);
  Line tun(on_tun(asking_host()));
  EXPECT_THAT(tun.send(router_solicitation()), IsEmpty());
  EXPECT_EQ(tun.count(Reason::router_solicitation_to_no_advertiser), 0U);
}

}  // namespace
}  // namespace tunstack::test::router_solicitation_test
