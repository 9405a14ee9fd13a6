// The MTU of paths over IPv4, learnt from fragmentation needed. Echo replies stand for all that a host sends.
#include "tests/conformance/icmp/reported_errors.hpp"

namespace tunstack::test::path_mtu_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// An echo request whose reply is a datagram of `size` octets.
Packet echo_of(std::size_t size, std::string_view source = "192.0.2.1") {
  return echo4({.source = source}, counting(size - 28));
}

/// What the RFC allows to be believed, rather than what is believed by default.
constexpr const char* down_to_68 = "ip4.pmtu.min=68";

/// The sizes of what the host sends in answer.
std::vector<std::size_t> sizes(Host& host, const Packet& request) {
  std::vector<std::size_t> all;
  for (const Packet& packet : host.send(request)) all.push_back(packet.size());
  return all;
}

std::size_t largest(Host& host, const Packet& request) {
  const auto all = sizes(host, request);
  return all.empty() ? 0 : *std::max_element(all.begin(), all.end());
}

/// The largest fragment for an MTU: whole units of 8 octets behind a header of 20 (RFC 791 3.2).
constexpr std::size_t fragment_for(std::size_t mtu) { return 20 + (mtu - 20) / 8 * 8; }

/// A host that has sent a datagram of 1500 octets to 192.0.2.1, and has heard of a link of `mtu` on the way.
Packet lower_to(Host& host, std::uint32_t mtu) {
  const Packet sent = host.answer(echo_of(1500));
  EXPECT_THAT(host.send(too_big(sent, mtu)), IsEmpty()) << "an error begets nothing";
  return sent;
}

// ---- lowering ----

TEST(PathMtu, PMTU4_001_what_follows_fits_the_mtu_that_was_reported) {
  for (const std::uint32_t mtu : {1499U, 1300U, 1299U, 1006U, 576U, 508U, 296U, 69U, 68U}) {
    Host host({down_to_68});
    const Packet sent = lower_to(host, mtu);
    EXPECT_EQ(host.count(Reason::path_mtu_lowered), 1U) << mtu;
    const auto fragments = host.send(echo_of(1500));
    ASSERT_GE(fragments.size(), 2U) << mtu;
    Packet data;
    for (const Packet& fragment : fragments) {
      EXPECT_LE(fragment.size(), mtu);
      EXPECT_EQ(be16(fragment, 6) & 0x4000, 0) << "a fragment may be cut further";
      data = data + from(fragment, 20);
    }
    EXPECT_EQ(fragments[0].size(), fragment_for(mtu)) << "no smaller than it must be";
    EXPECT_EQ(data, from(sent, 20)) << "the whole reply";
    EXPECT_THAT(sizes(host, echo_of(fragment_for(mtu))), SizeIs(1)) << "what fits is not cut";
  }
}

TEST(PathMtu, PMTU4_001_of_one_destination_only) {
  Host host;
  lower_to(host, 1300);
  for (const std::string_view other : {"192.0.2.3", "203.0.113.77", "198.51.100.1"})
    EXPECT_THAT(sizes(host, echo_of(1500, other)), testing::ElementsAre(1500U)) << other;
  EXPECT_EQ(largest(host, echo_of(1500)), 1300U);
}

TEST(PathMtu, PMTU4_001_errors_are_made_to_fit) {
  Host host({down_to_68});
  EXPECT_EQ(host.answer(udp4({}, 33434, counting(1400))).size(), 576U);
  lower_to(host, 300);
  const Packet error = host.answer(udp4({}, 33434, counting(1400)));
  EXPECT_EQ(error.size(), 300U) << "in one piece, quoting less";
  EXPECT_EQ(be16(error, 6) & 0x3fff, 0);
}

TEST(PathMtu, PMTU4_001_datagrams_of_services_obey_it) {
  Host host({"udp.echo=on"});
  const Packet sent = host.answer(udp4({}, 7, counting(1400)));
  host.send(too_big(sent, 1000));
  const auto fragments = host.send(udp4({}, 7, counting(1400)));
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(fragments[0].size(), fragment_for(1000));
}

// DF on what would not pass would ask for the next error.
TEST(PathMtu, PMTU4_001_no_DF_on_replies_that_are_cut) {
  Host host({"icmp4.echo_df=on"});
  const Packet sent = lower_to(host, 1300);
  EXPECT_EQ(be16(sent, 6), 0x4000U);
  const auto fragments = host.send(echo_of(1500));
  EXPECT_THAT(fragments, SizeIs(2));
  for (const Packet& fragment : fragments) EXPECT_EQ(be16(fragment, 6) & 0x4000, 0);
  EXPECT_EQ(be16(host.answer(echo_of(1300)), 6), 0x4000U) << "what fits has it";
}

// RFC 1191 3: the MTU is the lower half of the field, the upper is unused (and now the length of the quote).
TEST(PathMtu, PMTU4_001_the_upper_half_of_the_field_is_no_mtu) {
  Host host;
  host.send(too_big(host.answer(echo_of(1500)), 0xff000000 | 1300));
  EXPECT_EQ(largest(host, echo_of(1500)), 1300U);
}

TEST(PathMtu, PMTU4_001_several_reports_one_after_the_other) {
  Host host({down_to_68});
  lower_to(host, 1400);
  for (const std::uint32_t mtu : {1300U, 800U, 300U}) {
    const auto fragments = host.send(echo_of(1500));
    host.send(too_big(fragments.at(0), mtu));
    EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(mtu));
  }
  EXPECT_EQ(host.count(Reason::path_mtu_lowered), 4U);
}

// ---- limits of what is believed ----

TEST(PathMtu, PMTU4_002_an_mtu_below_68_is_ignored) {
  for (const std::uint32_t mtu : {1U, 40U, 67U}) {
    Host host;
    const Packet sent = host.answer(echo_of(1500));
    EXPECT_SILENT(host, too_big(sent, mtu), Reason::path_mtu_below_minimum);
    EXPECT_THAT(sizes(host, echo_of(1500)), testing::ElementsAre(1500U)) << mtu;
  }
}

TEST(PathMtu, PMTU4_002_never_below_68_by_plateaus) {
  Host host({down_to_68});
  lower_to(host, 68);
  for (int i = 0; i < 3; ++i) {
    const auto fragments = host.send(echo_of(200));
    EXPECT_EQ(fragments.at(0).size(), 68U);
    EXPECT_THAT(host.send(too_big(fragments.at(0), 0)), IsEmpty());
  }
  EXPECT_EQ(host.count(Reason::path_mtu_not_below_size_sent), 3U);
}

struct Plateau {
  std::size_t sent;
  std::size_t mtu;
};

// RFC 1191 7: between two plateaus, on one, and just above it.
TEST(PathMtu, PMTU4_003_mtu_0_means_the_next_plateau) {
  for (const Plateau& c :
       {Plateau{65535, 32000}, Plateau{32001, 32000}, Plateau{32000, 17914}, Plateau{17914, 8166}, Plateau{9000, 8166},
        Plateau{8166, 4352}, Plateau{4352, 2002}, Plateau{2002, 1492}, Plateau{1500, 1492}, Plateau{1492, 1006},
        Plateau{1007, 1006}, Plateau{1006, 508}, Plateau{508, 296}, Plateau{296, 68}, Plateau{69, 68}}) {
    NodeConfig config = host_config();
    config.interfaces[0].mtu = 65535;
    config.options.path_mtu_minimum = 68;
    Host host(config);
    host.send(too_big(host.answer(echo_of(c.sent)), 0));
    EXPECT_EQ(host.count(Reason::path_mtu_lowered), 1U) << c.sent;
    EXPECT_EQ(largest(host, echo_of(65535)), fragment_for(c.mtu)) << c.sent;
  }
}

/// `sent` as a router quotes it that counts the header twice (RFC 1191 5).
Packet with_length(Packet sent, unsigned length) {
  set_be16(sent, 2, length);
  mend_header_checksum(sent);
  return sent;
}

TEST(PathMtu, PMTU4_003_a_length_that_counts_the_header_twice_is_corrected) {
  Host host;
  host.send(too_big(with_length(host.answer(echo_of(1500)), 1520), 0));
  EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1492));
  Host with_options;
  const Packet request = echo4({.options = hex("07 07 04 00000000 00")}, counting(1464));
  host.send(too_big(with_length(with_options.answer(request), 1528), 0));
  with_options.send(too_big(with_length(with_options.answer(request), 1528), 0));
  EXPECT_EQ(largest(with_options, echo_of(1500)), fragment_for(1492)) << "the header has 28 octets";
}

TEST(PathMtu, PMTU4_003_a_length_that_no_packet_of_ours_can_have) {
  for (const unsigned length : {1521U, 1600U, 65535U}) {
    Host host;
    const Packet sent = host.answer(echo_of(1500));
    EXPECT_SILENT(host, too_big(with_length(sent, length), 0), Reason::icmp4_error_about_packet_not_sent);
    EXPECT_SILENT(host, too_big(with_length(sent, length), 1300), Reason::icmp4_error_about_packet_not_sent);
    EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
  }
}

TEST(PathMtu, PMTU4_004_never_raised_by_a_report) {
  Host host;
  const Packet sent = lower_to(host, 1300);
  for (const std::uint32_t mtu : {1301U, 1400U, 1499U, 1500U, 65535U}) {
    EXPECT_SILENT(host, too_big(sent, mtu), Reason::path_mtu_not_below_size_sent);
    const auto fragments = host.send(echo_of(1500));
    EXPECT_SILENT(host, too_big(fragments.at(0), mtu), Reason::path_mtu_not_below_size_sent);
    EXPECT_SILENT(host, too_big(host.answer(echo_of(1300)), mtu), Reason::path_mtu_not_below_size_sent);
    EXPECT_EQ(largest(host, echo_of(1500)), 1300U) << mtu;
  }
}

TEST(PathMtu, PMTU4_006_an_mtu_that_the_packet_would_have_passed) {
  Host host({down_to_68});
  for (const std::uint32_t mtu : {500U, 501U, 1300U, 1500U, 65535U}) {
    EXPECT_SILENT(host, too_big(host.answer(echo_of(500)), mtu), Reason::path_mtu_not_below_size_sent);
    EXPECT_EQ(largest(host, echo_of(1500)), 1500U) << mtu;
  }
  host.send(too_big(host.answer(echo_of(500)), 499));
  EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(499));
}

// Whoever guesses an identification makes this host send in pieces no smaller than that.
TEST(PathMtu, PMTU4_006_not_below_the_minimum_that_is_configured) {
  Host host;
  lower_to(host, 68);
  EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(552));
  Host of_1000({"ip4.pmtu.min=1000"});
  lower_to(of_1000, 68);
  EXPECT_EQ(largest(of_1000, echo_of(1500)), fragment_for(1000));
}

// A quote of a datagram larger than any that was sent there is none of ours, whatever its identification.
TEST(PathMtu, PMTU4_006_no_larger_than_what_was_sent) {
  Host host;
  const Packet sent = host.answer(echo_of(600));
  EXPECT_SILENT(host, too_big(with_length(sent, 1500), 560), Reason::icmp4_error_about_packet_not_sent);
  EXPECT_THAT(sizes(host, echo_of(600)), testing::ElementsAre(600U));
  host.send(too_big(sent, 560));
  EXPECT_EQ(largest(host, echo_of(600)), fragment_for(560));
}

// What left more than a minute ago is quoted by nobody who is honest.
TEST(PathMtu, PMTU4_006_identifications_grow_old) {
  Host host;
  const Packet sent = host.answer(echo_of(1500));
  host.wait(61s);
  EXPECT_SILENT(host, too_big(sent, 1300), Reason::icmp4_error_about_packet_not_sent);
  host.answer(echo_of(1500));
  EXPECT_SILENT(host, too_big(sent, 1300), Reason::icmp4_error_about_packet_not_sent);
}

struct Forgery {
  std::size_t at;  // what is changed in the quote
  unsigned value;
  Reason reason;
};

TEST(PathMtu, PMTU4_006_forged_reports) {
  for (const Forgery& c : {Forgery{14, 0x0203, Reason::icmp4_error_about_foreign_packet},
                           Forgery{12, 0xc633, Reason::icmp4_error_about_foreign_packet},
                           Forgery{18, 0x0209, Reason::icmp4_error_about_packet_not_sent},
                           Forgery{8, 0x4011, Reason::icmp4_error_about_packet_not_sent}}) {
    Host host;
    Packet quote = host.answer(echo_of(1500));
    set_be16(quote, c.at, c.value);
    mend_header_checksum(quote);
    EXPECT_SILENT(host, too_big(quote, 1300), c.reason);
    EXPECT_EQ(largest(host, echo_of(1500)), 1500U) << "octet " << c.at;
    EXPECT_EQ(largest(host, echo_of(1500, "192.0.2.9")), 1500U);
  }
}

TEST(PathMtu, PMTU4_006_an_identification_that_was_never_given) {
  for (const unsigned away : {1U, 2U, 1000U, 32768U, 60000U}) {
    Host host;
    Packet quote = host.answer(echo_of(1500));
    set_be16(quote, 4, be16(quote, 4) + away);
    mend_header_checksum(quote);
    EXPECT_SILENT(host, too_big(quote, 1300), Reason::icmp4_error_about_packet_not_sent);
    EXPECT_EQ(largest(host, echo_of(1500)), 1500U) << away;
  }
}

// Whoever knows no identification may try them all; of a host that has sent nothing none can be right.
TEST(PathMtu, PMTU4_006_nothing_is_believed_about_a_destination_that_nothing_was_sent_to) {
  Host host;
  Packet quote = ipv4({.source = "192.0.2.2", .destination = "192.0.2.1"}, icmpv4(0, 0, 0, counting(1472)));
  for (unsigned identification = 0; identification < 65536; ++identification) {
    set_be16(quote, 4, identification);
    mend_header_checksum(quote);
    host.send(too_big(quote, 68));
  }
  EXPECT_EQ(host.count(Reason::path_mtu_lowered), 0U);
  EXPECT_EQ(host.count(Reason::icmp4_error_about_packet_not_sent), 65536U);
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

TEST(PathMtu, PMTU4_006_other_codes_and_types_change_nothing) {
  Host host;
  const Packet sent = host.answer(echo_of(1500));
  for (unsigned code = 0; code < 16; ++code)
    if (code != 4) host.send(error_about(sent, {.code = code, .rest = 1300}));
  for (const unsigned type : {4U, 5U, 11U, 12U}) host.send(error_about(sent, {.type = type, .code = 4, .rest = 1300}));
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

// ---- ageing ----

TEST(PathMtu, PMTU4_005_the_path_is_tried_again_after_ten_minutes) {
  Host host;
  lower_to(host, 1300);
  host.wait(600s - 1ns);
  EXPECT_EQ(largest(host, echo_of(1500)), 1300U);
  host.wait(1ns);
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

TEST(PathMtu, PMTU4_005_the_age_is_an_option_of_5_minutes_at_least) {
  Host host({"ip4.pmtu.age=300"});
  lower_to(host, 1300);
  host.wait(299s);
  EXPECT_EQ(largest(host, echo_of(1500)), 1300U);
  host.wait(1s);
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
  NodeOptions options;
  for (const std::string_view setting : {"ip4.pmtu.age=299", "ip4.pmtu.age=0", "ip4.pmtu.age=60"})
    EXPECT_TRUE(set_option(options, setting).has_value()) << setting;
}

TEST(PathMtu, PMTU4_005_a_further_decrease_starts_the_time_again) {
  Host host;
  lower_to(host, 1300);
  host.wait(500s);
  const auto fragments = host.send(echo_of(1500));
  host.send(too_big(fragments.at(0), 1000));
  host.wait(599s);
  EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1000));
  host.wait(1s);
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

TEST(PathMtu, PMTU4_005_reports_that_are_not_believed_keep_nothing_alive) {
  Host host;
  const Packet sent = lower_to(host, 1300);
  host.wait(599s);
  host.send(too_big(sent, 1400));
  host.wait(1s);
  EXPECT_EQ(largest(host, echo_of(1500)), 1500U);
}

// Still too small for the path: learnt anew, and aged anew.
TEST(PathMtu, PMTU4_005_learnt_again_after_it_grew_old) {
  Host host;
  lower_to(host, 1300);
  host.wait(600s);
  lower_to(host, 1200);
  host.wait(599s);
  EXPECT_EQ(largest(host, echo_of(1500)), fragment_for(1200));
}

// ---- memory ----

std::string address_of(std::uint32_t number) { return to_text(IpAddress(Ipv4Address{0x0a000000 + number})); }

// ROB-001 too: a fixed number of destinations is remembered, the last ones among them.
TEST(PathMtu, PMTU4_001_thousands_of_destinations_do_not_grow_the_table) {
  constexpr std::uint32_t destinations = 5000;
  Host host;
  for (std::uint32_t i = 0; i < destinations; ++i) {
    host.send(too_big(host.answer(echo_of(1500, address_of(i))), 1300));
    EXPECT_EQ(largest(host, echo_of(1500, address_of(i))), 1300U) << "the last one is known";
    host.wait(1ms);
  }
  std::size_t known = 0;
  for (std::uint32_t i = 0; i < destinations; ++i) known += largest(host, echo_of(1500, address_of(i))) == 1300;
  EXPECT_LE(known, 1024U);
  EXPECT_GT(known, 900U) << "nearly all places are in use";
  host.wait(600s);
  for (std::uint32_t i = 0; i < destinations; ++i)
    EXPECT_EQ(largest(host, echo_of(1500, address_of(i))), 1500U) << "all of them are forgotten";
}

}  // namespace
}  // namespace tunstack::test::path_mtu_test
