// Extended echo: questions about the interfaces of a host, over both families (RFC 8335).
#include <netinet/ip_icmp.h>

#include "tests/conformance/probe/extended_echo_messages.hpp"
#include "tests/conformance/probe/probing_host.hpp"

namespace tunstack::test::probe_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

#ifdef ICMP_EXT_ECHO  // ICMP4-RX-013
static_assert(static_cast<int>(ExtendedEchoCode::malformed_query) == ICMP_EXT_CODE_MAL_QUERY);
static_assert(static_cast<int>(ExtendedEchoCode::no_such_interface) == ICMP_EXT_CODE_NO_IF);
static_assert(static_cast<int>(ExtendedEchoCode::no_such_table_entry) == ICMP_EXT_CODE_NO_TABLE_ENT);
static_assert(static_cast<int>(ExtendedEchoCode::multiple_interfaces) == ICMP_EXT_CODE_MULT_IFS);
static_assert(extended_echo_flag::active == ICMP_EXT_ECHOREPLY_ACTIVE);
static_assert(extended_echo_flag::ipv4 == ICMP_EXT_ECHOREPLY_IPV4);
static_assert(extended_echo_flag::ipv6 == ICMP_EXT_ECHOREPLY_IPV6);
#endif

/// Code and last octet of the header, which hold all that a reply says.
struct Answer {
  unsigned code;
  unsigned state;
  friend bool operator==(const Answer&, const Answer&) = default;
};
void PrintTo(const Answer& answer, std::ostream* out) { *out << "code " << answer.code << " state " << answer.state; }

/// The answer of a fresh host to `body`; both families say the same.
Answer ask(const NodeConfig& config, const Packet& body, std::uint32_t l = local) {
  Host host(config);
  const Packet reply4 = host.answer(probe4(body, {}, 0x1234ff00 | l));
  const Packet reply6 = host.answer(probe6(body, {}, 0x1234ff00 | l));
  EXPECT_EQ(icmp4_type(reply4), 43U);
  EXPECT_EQ(icmp6_type(reply6), 161U);
  EXPECT_EQ(icmp4_code(reply4), icmp6_code(reply6));
  EXPECT_EQ(reply4.at(27), reply6.at(47));
  return {icmp4_code(reply4), reply4.at(27)};
}

Answer ask(const Packet& body, std::uint32_t l = local) { return ask(probing(), body, l); }

constexpr Answer all_up{0, 7};
constexpr Answer malformed{1, 0};
constexpr Answer no_interface{2, 0};
constexpr Answer no_entry{3, 0};
constexpr Answer several{4, 0};

// ---- messages ----

TEST(Probe, PROBE_001_off_by_default) {
  Host host;
  EXPECT_SILENT(host, probe4(good_query()), Reason::extended_echo_off);
  EXPECT_SILENT(host, probe6(good_query()), Reason::extended_echo_off);
  NodeConfig config = host_config();
  config.options = options_of(Profile::hardened);
  config.options.own.reports_ipv6_groups = false;
  Host hardened(config);
  EXPECT_SILENT(hardened, probe4(good_query()), Reason::extended_echo_off);
}

// PROBE-002, PROBE-003
TEST(Probe, PROBE_002_code_and_reserved_bits_of_the_request_are_ignored) {
  Host host(probing());
  for (const unsigned code : {0U, 1U, 255U})
    for (const std::uint32_t reserved : {0x00U, 0x02U, 0x80U, 0xfeU}) {
      EXPECT_EQ(part(host.answer(probe4(good_query(), {}, 0x1234ff01 | reserved, code)), 20, 2), hex("2b 00"));
      EXPECT_EQ(part(host.answer(probe6(good_query(), {}, 0x1234ff01 | reserved, code)), 40, 2), hex("a1 00"));
      EXPECT_EQ(be32(host.answer(probe4(good_query(), {}, 0x1234ff01 | reserved, code)), 24), 0x1234ff07U);
      host.wait(1s);
    }
}

TEST(Probe, PROBE_003_identifier_and_sequence_number_are_copied) {
  for (const std::uint32_t id_seq : {0x00000000U, 0x1234ff00U, 0xffffff00U, 0x00010200U}) {
    Host host(probing());
    EXPECT_EQ(be32(host.answer(probe4(good_query(), {}, id_seq | local)), 24), id_seq | 7);
    EXPECT_EQ(be32(host.answer(probe6(good_query(), {}, id_seq | local)), 44), id_seq | 7);
    EXPECT_EQ(be32(host.answer(probe4({}, {}, id_seq | 0xff)), 24), id_seq) << "nothing of the request's last octet";
  }
}

TEST(Probe, PROBE_004_the_header_of_an_ipv4_reply) {
  Host host(node_with({{"192.0.2.2/24", "192.0.2.3/24"}}, {"probe.enable=on", "ip4.ttl=17"}));
  for (const unsigned flags : {0U, 0x4000U}) {
    const Packet reply = host.answer(probe4(
        good_query(),
        {.source = "203.0.113.9", .destination = "192.0.2.3", .tos = 0xb9, .ttl = 3, .flags_and_offset = flags}));
    EXPECT_EQ(source_of(reply), "192.0.2.3");
    EXPECT_EQ(destination_of(reply), "203.0.113.9");
    EXPECT_EQ(reply.at(1), 0) << "TOS";
    EXPECT_EQ(reply.at(8), 255) << "TTL";
    EXPECT_EQ(be16(reply, 6), 0x4000) << "DF";
  }
  EXPECT_EQ(host.answer(echo4()).at(8), 17) << "the TTL of other replies";
}

TEST(Probe, PROBE_004_the_header_of_an_ipv6_reply) {
  Host host(node_with({{"2001:db8::2/64"}}, {"probe.enable=on", "icmp6.reflect_flowlabel=on"}));
  const Packet reply = host.answer(
      probe6(good_query(), {.source = "2001:db8:77::9", .traffic_class = 0xb9, .flow_label = 0x12345, .hop_limit = 3}));
  EXPECT_EQ(part(reply, 0, 4), hex("60000000")) << "neither traffic class nor flow label";
  EXPECT_EQ(part(reply, 6, 2), hex("3a ff")) << "ICMPv6 at once, hop limit 255";
  EXPECT_EQ(source_of(reply), "2001:db8::2");
  EXPECT_EQ(destination_of(reply), "2001:db8:77::9");
}

// A request in fragments whose copy would not fit the link.
TEST(Probe, PROBE_004_a_reply_is_not_fragmented) {
  Host host(probing());
  const Packet message = icmpv4(42, 0, 0x1234ff01, good_query() + Packet(2000));
  EXPECT_THAT(host.send(ipv4({.flags_and_offset = 0x2000}, part(message, 0, 1024))), IsEmpty());
  EXPECT_SILENT(host, ipv4({.flags_and_offset = 128}, from(message, 1024)), Reason::larger_than_link_mtu);
  Host short_replies(probing({"probe.reply_body=none"}));
  short_replies.send(ipv4({.flags_and_offset = 0x2000}, part(message, 0, 1024)));
  EXPECT_THAT(short_replies.answer(ipv4({.flags_and_offset = 128}, from(message, 1024))), SizeIs(28));
}

TEST(Probe, PROBE_005_the_body_is_copied_or_left_out) {
  Host copying(probing());
  Host brief(probing({"probe.reply_body=none"}));
  for (const Packet& body :
       {good_query(), good_query() + counting(40), structure(by_index(9)), hex("dead"), Packet{}}) {
    EXPECT_EQ(from(copying.answer(probe4(body)), 28), body);
    EXPECT_EQ(from(copying.answer(probe6(body)), 48), body);
    EXPECT_THAT(brief.answer(probe4(body)), SizeIs(28)) << "8 octets of ICMP";
    EXPECT_THAT(brief.answer(probe6(body)), SizeIs(48));
  }
}

// PROBE-019: not covered by the checksum of the structure; some cover it all the same.
TEST(Probe, PROBE_019_data_behind_the_object) {
  for (const std::size_t size : {1U, 2U, 3U, 4U, 7U, 40U, 1000U}) {
    EXPECT_EQ(ask(good_query() + counting(size)), all_up) << size;
    EXPECT_EQ(ask(structure(by_name("tun0") + counting(size))), all_up) << "checksum over all, " << size;
    EXPECT_EQ(ask(good_query() + Packet(size, 0xff)), all_up);
    EXPECT_EQ(ask(good_query() + Packet(size, 3)), all_up) << "the class alone makes no object";
  }
}

// ---- code 1 ----

struct Query {
  const char* what;
  Packet body;
};

Packet with_checksum(Packet structure, unsigned checksum) {
  set_be16(structure, 2, checksum);
  return structure;
}

/// `object` that says it has another length than it has.
Packet claiming(Packet object, unsigned length) {
  set_be16(object, 0, length);
  return object;
}

// PROBE-006 with PROBE-013 and PROBE-018
TEST(Probe, PROBE_006_malformed_queries_about_interfaces_here) {
  for (const Query& query : {
           Query{"no structure", {}},
           Query{"part of a structure", hex("2000")},
           Query{"a structure without an object", structure({})},
           Query{"half an object header", structure(hex("0008"))},
           Query{"version 0", structure(by_name("tun0"), 0)},
           Query{"version 1", structure(by_name("tun0"), 1)},
           Query{"version 3", structure(by_name("tun0"), 3)},
           Query{"checksum", with_checksum(good_query(), 0x1234)},
           Query{"checksum off by one", with_checksum(good_query(), be16(good_query(), 2) + 1U)},
           Query{"two objects", structure(by_name("tun0") + by_name("tun0"))},
           Query{"two objects, different", structure(by_index(1) + by_address(1, own4))},
           Query{"another class", structure(object(2, 1, text("tun0")))},
           Query{"another class first", structure(object(200, 1, text("tun0")) + by_name("tun0"))},
           Query{"c-type 0", structure(object(3, 0, text("tun0")))},
           Query{"c-type 4", structure(object(3, 4, text("tun0")))},
           Query{"c-type 255", structure(object(3, 255, text("tun0")))},
           Query{"length 0", structure(claiming(by_name("tun0"), 0))},
           Query{"length 3", structure(claiming(by_name("tun0"), 3))},
           Query{"length beyond the end", structure(claiming(by_name("tun0"), 12))},
           Query{"length 65535", structure(claiming(by_name("tun0"), 65535))},
           Query{"index of 0 octets", structure(object(3, 2, {}))},
           Query{"index of 3 octets", structure(object(3, 2, counting(3)))},
           Query{"index of 8 octets", structure(object(3, 2, hex("00000001 00000001")))},
           Query{"address without a header", structure(object(3, 3, hex("0001")))},
           Query{"address beyond the object", structure(object(3, 3, hex("00010400")))},
           Query{"IPv4 address of 16 octets", structure(by_address(1, own6))},
           Query{"IPv4 address of 3 octets", structure(by_address(1, own4, 3))},
           Query{"IPv6 address of 4 octets", structure(by_address(2, own4))},
           Query{"IPv6 address cut", structure(by_address(2, part(own6, 0, 12), 16))},
           Query{"MAC address of 8 octets", structure(by_address(16389, counting(8)))},
           Query{"MAC address without its padding", structure(object(3, 3, hex("40050600") + counting(6)))},
           Query{"unknown family beyond the object", structure(by_address(77, counting(4), 5))},
       })
    EXPECT_EQ(ask(query.body), malformed) << query.what;
}

// Not even a header to answer with. The checksums are right, for whatever is there.
TEST(Probe, PROBE_006_shorter_than_the_header_of_the_message) {
  Host host(probing());
  for (std::size_t size = 4; size < 8; ++size) {
    Packet message4(size);
    message4[0] = 42;
    set_be16(message4, 2, plain_checksum(message4));
    EXPECT_SILENT(host, ipv4({}, message4), Reason::icmp4_too_short);
    Packet message6(size);
    message6[0] = 160;
    Packet pseudo_header = hex("20010db8000000000000000000000001 20010db8000000000000000000000002 00000000 0000003a");
    pseudo_header[35] = static_cast<std::uint8_t>(size);
    set_be16(message6, 2, plain_checksum(pseudo_header + message6));
    EXPECT_SILENT(host, ipv6({}, message6), Reason::icmp6_too_short);
  }
}

// Only an address can be asked about elsewhere (RFC 8335 2).
TEST(Probe, PROBE_006_malformed_queries_about_interfaces_elsewhere) {
  EXPECT_EQ(ask(good_query(), 0), malformed);
  EXPECT_EQ(ask(structure(by_index(1)), 0), malformed);
  EXPECT_EQ(ask(structure(by_address(1, own6)), 0), malformed);
  EXPECT_EQ(ask({}, 0), malformed);
}

TEST(Probe, PROBE_018_a_checksum_of_0_by_option) {
  const Packet zero = with_checksum(good_query(), 0);
  EXPECT_EQ(ask(zero), all_up) << "not computed (RFC 4884 7)";
  EXPECT_EQ(ask(zero + counting(40)), all_up);
  EXPECT_EQ(ask(probing({"probe.zero_checksum=reject"}), zero), malformed);
  EXPECT_EQ(ask(probing({"probe.zero_checksum=reject"}), good_query()), all_up);
}

// ---- codes 2 to 4 ----

// PROBE-007 with PROBE-013 and PROBE-014
TEST(Probe, PROBE_007_no_such_interface) {
  for (const Query& query : {
           Query{"another name", structure(by_name(std::string_view("nosuch\0\0", 8)))},
           Query{"upper case", structure(by_name("TUN0"))},
           Query{"part of the name", structure(by_name(std::string_view("tun\0", 4)))},
           Query{"more than the name", structure(by_name(std::string_view("tun00\0\0\0", 8)))},
           Query{"no name", structure(object(3, 1, {}))},
           Query{"an empty name", structure(by_name(std::string_view("\0\0\0\0", 4)))},
           Query{"index 0", structure(by_index(0))},
           Query{"index 2", structure(by_index(2))},
           Query{"greatest index", structure(by_index(0xffffffff))},
           Query{"somebody else's IPv4 address", structure(by_address(1, hex("c0000201")))},
           Query{"somebody else's IPv6 address", structure(by_address(2, hex("20010db8 00000000 00000000 00000001")))},
           Query{"MAC address where there is none", structure(by_address(16389, counting(6)))},
           Query{"unknown family", structure(by_address(77, own4))},
           Query{"unknown family, odd length", structure(by_address(77, counting(5)))},
           Query{"unknown family, no address", structure(by_address(0, {}))},
       })
    EXPECT_EQ(ask(query.body), no_interface) << query.what;
}

TEST(Probe, PROBE_008_no_such_table_entry) {
  for (const Packet& address : {by_address(1, own4), by_address(1, hex("c0000201")), by_address(2, own6),
                                by_address(2, hex("fe800000000000000000000000000001")), by_address(16389, counting(6)),
                                by_address(77, counting(5))})
    EXPECT_EQ(ask(structure(address), 0), no_entry);
}

TEST(Probe, PROBE_009_several_interfaces_with_one_address) {
  NodeConfig config =
      node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"198.51.100.2/24", "2001:db8:1::2/64"}}, {"probe.enable=on"});
  EXPECT_EQ(ask(config, structure(by_address(2, link_local))), several);
  EXPECT_EQ(ask(config, structure(by_address(2, own6))), all_up) << "of one of them";
  config.interfaces[1].name = "tun0";
  EXPECT_EQ(ask(config, good_query()), several);
  config.interfaces[1].up = false;
  EXPECT_EQ(ask(config, good_query()), several) << "up or down";
  NodeConfig twice = node_with({{"192.0.2.2/24", "192.0.2.2/25", "2001:db8::2/64"}}, {"probe.enable=on"});
  EXPECT_EQ(ask(twice, structure(by_address(1, own4))), all_up) << "twice on one interface";
}

// ---- code 0 ----

// PROBE-012, PROBE-013: any family of addresses over any family of packets
TEST(Probe, PROBE_012_every_way_to_name_an_interface) {
  for (const Query& query : {
           Query{"name that fills the object", structure(by_name("tun0"))},
           Query{"name with padding", structure(by_name(std::string_view("tun0\0\0\0\0", 8)))},
           Query{"name with something behind NUL", structure(by_name(std::string_view("tun0\0xyz", 8)))},
           Query{"index", structure(by_index(1))},
           Query{"IPv4 address", structure(by_address(1, own4))},
           Query{"IPv6 address", structure(by_address(2, own6))},
           Query{"link-local address", structure(by_address(2, link_local))},
       })
    EXPECT_EQ(ask(query.body), all_up) << query.what;
}

TEST(Probe, PROBE_012_the_reserved_octet_of_an_address_is_ignored) {
  EXPECT_EQ(ask(structure(object(3, 3, hex("000104ff c0000202")))), all_up);
}

// Names without NUL end with the object, names of all lengths (RFC 8335 2.1).
TEST(Probe, PROBE_014_names_of_every_length) {
  for (std::size_t length = 1; length <= 20; ++length) {
    NodeConfig config = probing();
    config.interfaces[0].name = std::string("abcdefghijklmnopqrstuvwxyz", length);
    std::string padded = config.interfaces[0].name;
    padded.resize((length + 3) / 4 * 4);
    EXPECT_EQ(ask(config, structure(by_name(padded))), all_up) << length;
    padded[length - 1] ^= 0x20;
    EXPECT_EQ(ask(config, structure(by_name(padded))), no_interface) << "the last letter counts";
  }
}

TEST(Probe, PROBE_010_flags_of_the_interface_that_is_asked_about) {
  NodeConfig config = node_with({{"192.0.2.2/24", "2001:db8::2/64"}, {"198.51.100.2/24"}, {"2001:db8:2::2/64"}, {}},
                                {"probe.enable=on"});
  constexpr unsigned flags[] = {7, 6, 5, 4};
  for (std::uint32_t index = 1; index <= 4; ++index) {
    EXPECT_EQ(ask(config, structure(by_index(index))), (Answer{0, flags[index - 1]})) << index;
    if (index == 1) continue;  // who asks comes in there
    config.interfaces[index - 1].up = false;
    EXPECT_EQ(ask(config, structure(by_index(index))), (Answer{0, 0})) << "down";
    config.interfaces[index - 1].up = true;
  }
  EXPECT_EQ(ask(config, structure(by_name("tun1"))), (Answer{0, 6}));
  EXPECT_EQ(ask(config, structure(by_address(1, hex("c6336402")))), (Answer{0, 6}));
}

}  // namespace
}  // namespace tunstack::test::probe_test
