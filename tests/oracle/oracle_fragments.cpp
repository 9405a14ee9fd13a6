// Fragments that the host cuts, put together by libtins, and fragments of what libtins wrote, put together by the host.
//
// Known limits of libtins 4.0 met here:
//  - it cuts nothing: a datagram goes into fragments octet by octet here, with the headers that libtins writes;
//  - its reassembler keys datagrams by identification and the pair of addresses in any order, not by protocol;
//  - it keeps fragments for ever and takes the first of two that overlap; so neither is asked about;
//  - a packet that is assigned to leaks what it held, so none is;
//  - it writes the length field of RFC 4884 into every error that quotes more than 128 octets, extensions or not, so
//    such errors are not written again.
#include <algorithm>

#include "tests/oracle/oracle.hpp"

namespace tunstack::test::oracle_fragments {
namespace {

/// What libtins puts together of all that the host sent.
Tins::IP reassembled(const std::vector<Packet>& fragments) {
  Tins::IPv4Reassembler reassembler;
  for (std::size_t number = 1; number <= fragments.size(); ++number) {
    auto ip = read<Tins::IP>(fragments[number - 1]);
    EXPECT_TRUE(ip.is_fragmented());
    const bool is_whole = reassembler.process(ip) == Tins::IPv4Reassembler::REASSEMBLED;
    EXPECT_EQ(is_whole, number == fragments.size()) << number;
    if (is_whole) return ip;
  }
  return {};
}

Tins::ICMP echo_request() {
  Tins::ICMP echo;
  echo.set_echo_request(0xbeef, 0x0102);
  return echo;
}

void expect_echo_reply(const Tins::IP& ip, std::size_t size) {
  const auto& reply = ip.rfind_pdu<Tins::ICMP>();
  EXPECT_EQ(reply.type(), Tins::ICMP::ECHO_REPLY);
  EXPECT_EQ(reply.id(), 0xbeef);
  EXPECT_EQ(reply.sequence(), 0x0102);
  EXPECT_EQ(data_of(reply), counting(size));
}

// ---- that the host cuts ----

// V4-TX-006, TUN-003
TEST(OracleFragments, TUN_003_replies_that_the_host_cuts) {
  for (const std::size_t size : {1473U, 4000U, 65507U}) {
    Host host;
    const auto sent = host.send((ip_to_host() / echo_request() / Tins::RawPDU(counting(size))).serialize());
    EXPECT_EQ(sent.size(), (size + 8 + 1479) / 1480);
    for (const Packet& fragment : sent) {
      EXPECT_LE(fragment.size(), 1500U);
      read_and_written_again<Tins::IP>(fragment);
    }
    Tins::IP ip = reassembled(sent);
    EXPECT_EQ(ip.src_addr().to_string(), host4);
    EXPECT_EQ(ip.dst_addr().to_string(), peer4);
    EXPECT_EQ(ip.ttl(), 64);
    EXPECT_EQ(ip.tos(), 0xb8);
    expect_echo_reply(ip, size);
    Packet message;
    for (const Packet& fragment : sent) message = message + from(fragment, 20);
    EXPECT_EQ(ip.inner_pdu()->serialize(), message) << "and writes the same octets, with their checksum";
  }
}

TEST(OracleFragments, TUN_003_answers_of_the_echo_service_that_the_host_cuts) {
  Host host({"udp.echo=on"});
  const auto sent = host.send((ip_to_host() / Tins::UDP(7, 40000) / Tins::RawPDU(counting(3000))).serialize());
  EXPECT_EQ(sent.size(), 3U);
  const Tins::IP ip = reassembled(sent);
  const auto& udp = ip.rfind_pdu<Tins::UDP>();
  EXPECT_EQ(udp.sport(), 7);
  EXPECT_EQ(udp.dport(), 40000);
  EXPECT_EQ(udp.length(), 3008);
  EXPECT_EQ(data_of(udp), counting(3000));
}

// RFC 791 3.1: the timestamp option stands in the first fragment only, a source route in all.
TEST(OracleFragments, V4_OPT_017_options_of_fragments) {
  Host host;
  const Packet request = echo4({.options = hex("44 08 05 00 00000000 83 07 08 c6336401 00")}, counting(3000));
  const auto sent = host.send(request);
  ASSERT_EQ(sent.size(), 3U);
  std::vector<Tins::IP> fragments;
  for (const Packet& packet : sent) fragments.push_back(read<Tins::IP>(packet));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(fragments[i].dst_addr().to_string(), "198.51.100.1");
    EXPECT_EQ(fragments[i].lsrr().routes.at(0).to_string(), peer4) << i;
    EXPECT_EQ(fragments[i].search_option(68) != nullptr, i == 0) << i;
  }
}

// ---- that the host puts together ----

/// `datagram`, without options, in fragments with `size` octets of data and headers that libtins writes.
std::vector<Packet> cut(Tins::IP datagram, std::size_t size) {
  const Packet payload = from(datagram.serialize(), 20);
  std::vector<Packet> fragments;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    const std::size_t left = std::min(size, payload.size() - at);
    Tins::IP header = ip_to_host();
    header.fragment_offset(static_cast<std::uint16_t>(at / 8));
    if (at + left < payload.size()) header.flags(Tins::IP::MORE_FRAGMENTS);
    Packet fragment = (header / Tins::RawPDU(part(payload, at, left))).serialize();
    fragment[9] = datagram.protocol();
    mend_header_checksum(fragment);
    fragments.push_back(fragment);
  }
  return fragments;
}

TEST(OracleFragments, V4_FRAG_001_requests_in_fragments_in_any_order) {
  std::vector<Packet> fragments = cut(ip_to_host() / echo_request() / Tins::RawPDU(counting(1400)), 488);
  ASSERT_EQ(fragments.size(), 3U);
  std::ranges::sort(fragments);
  do {
    Host host;
    const auto sent = sent_for(host, fragments);
    ASSERT_EQ(sent.size(), 1U);
    const auto ip = read_and_written_again<Tins::IP>(sent[0]);
    expect_header_back(ip, 1);
    expect_echo_reply(ip, 1400);
  } while (std::ranges::next_permutation(fragments).found);
}

TEST(OracleFragments, V4_FRAG_003_the_largest_datagram_there_and_back) {
  Host host;
  const auto sent = sent_for(host, cut(ip_to_host() / echo_request() / Tins::RawPDU(counting(65507)), 1480));
  EXPECT_EQ(sent.size(), 45U);
  expect_echo_reply(reassembled(sent), 65507);
}

TEST(OracleFragments, V4_FRAG_017_errors_about_what_came_in_fragments) {
  Tins::IP datagram = ip_to_host() / Tins::UDP(33434, 40000) / Tins::RawPDU(counting(800));
  const auto fragments = cut(datagram, 400);
  Host host;
  const auto sent = sent_for(host, fragments);
  ASSERT_EQ(sent.size(), 1U);
  const auto ip = read<Tins::IP>(sent[0]);
  expect_header_back(ip, 1);
  const auto& error = ip.rfind_pdu<Tins::ICMP>();
  EXPECT_EQ(error.type(), 3);
  EXPECT_EQ(error.code(), 3);
  const auto quoted = read<Tins::IP>(data_of(error));
  EXPECT_EQ(quoted.flags(), Tins::IP::MORE_FRAGMENTS) << "the header as it arrived";
  EXPECT_EQ(quoted.tot_len(), 420);
  EXPECT_EQ(part(data_of(error), 20, 528), part(datagram.serialize(), 20, 528))
      << "548 octets in all (RFC 1812 4.3.2.3)";
}

TEST(OracleFragments, V4_FRAG_008_time_is_over) {
  const auto fragments = cut(ip_to_host() / echo_request() / Tins::RawPDU(counting(800)), 400);
  Host host;
  EXPECT_TRUE(host.send(fragments[0]).empty());
  host.wait(std::chrono::seconds(60));
  const auto sent = host.send(fragments[1]);
  ASSERT_EQ(sent.size(), 1U);
  const auto ip = read<Tins::IP>(sent[0]);
  expect_header_back(ip, 1);
  expect_error<Tins::ICMP>(ip, 11, 1, fragments[0]);
}

}  // namespace
}  // namespace tunstack::test::oracle_fragments
