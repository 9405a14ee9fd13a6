// IPv4 options that libtins writes, and those of the answers as it reads them.
//
// Known limits of libtins 4.0 met here:
//  - for each option with a length octet it overwrites one octet behind the header with 0, so the payload is put in
//    place once more;
//  - where such options and what pads them leave one octet over a word, the header becomes one word too short;
//  - it throws on two octets or more of padding, so the answers here have one or none;
//  - it has no type for the timestamp option, which is read as octets.
#include <algorithm>

#include "tests/oracle/oracle.hpp"

namespace tunstack::test::oracle_options {
namespace {

using Route = Tins::IP::generic_route_option_type;
using Option = Tins::IP::option;

constexpr std::uint8_t timestamp_option = 68;

std::vector<std::string> texts(const Route::routes_type& addresses) {
  std::vector<std::string> all;
  for (const auto& address : addresses) all.push_back(address.to_string());
  return all;
}

void expect_route(const Route& route, unsigned pointer, const std::vector<std::string>& addresses) {
  EXPECT_EQ(route.pointer, pointer);
  EXPECT_EQ(texts(route.routes), addresses);
}

/// An echo request behind the header and options that libtins writes.
Packet echo_behind(const Tins::IP& ip) {
  Tins::ICMP echo;
  echo.set_echo_request(0xbeef, 0x0102);
  auto message = echo / Tins::RawPDU(counting(56));
  Packet packet = (ip / message).serialize();
  const Packet payload = message.serialize();
  std::ranges::copy(payload, packet.end() - static_cast<std::ptrdiff_t>(payload.size()));
  return packet;
}

/// What libtins makes of the answer, of which it must write header and payload once more to the same octets.
Tins::IP answer_of(Host& host, const Packet& request) {
  const Packet answer = host.answer(request);
  auto ip = read<Tins::IP>(answer);
  const std::size_t header = ip.head_len() * 4U;
  EXPECT_EQ(part(ip.serialize(), 0, header), part(answer, 0, header));
  EXPECT_EQ(ip.inner_pdu()->serialize(), from(answer, header));
  return ip;
}

Tins::IP answer_to(const Packet& request) {
  Host host;
  return answer_of(host, request);
}

void expect_echo_reply(const Tins::IP& ip) {
  const auto& reply = ip.rfind_pdu<Tins::ICMP>();
  EXPECT_EQ(reply.type(), Tins::ICMP::ECHO_REPLY);
  EXPECT_EQ(reply.id(), 0xbeef);
  EXPECT_EQ(data_of(reply), counting(56));
}

// ---- record route ----

TEST(OracleOptions, V4_OPT_011_record_route) {
  Tins::IP request = ip_to_host();
  request.record_route(Route(8, {"198.51.100.1", "0.0.0.0", "0.0.0.0"}));
  const Tins::IP ip = answer_to(echo_behind(request));
  EXPECT_EQ(ip.head_len(), 9);
  EXPECT_EQ(ip.dst_addr().to_string(), peer4);
  expect_route(ip.record_route(), 12, {"198.51.100.1", host4, "0.0.0.0"});
  expect_echo_reply(ip);
}

TEST(OracleOptions, V4_OPT_006_a_full_record_route_comes_back_as_it_was) {
  const Route::routes_type nine(9, Tins::IPv4Address("198.51.100.1"));
  Tins::IP request = ip_to_host();
  request.record_route(Route(40, nine));
  const Tins::IP ip = answer_to(echo_behind(request));
  EXPECT_EQ(ip.head_len(), 15);
  expect_route(ip.record_route(), 40, texts(nine));
}

// ---- timestamp: libtins knows it as an option like any other ----

/// The data of the reply's timestamp option: pointer, overflow and flag, entries.
Packet timestamp_answered(const Packet& data) {
  NodeConfig config = host_config();
  config.time_of_day_at_start = std::chrono::milliseconds(0x01020304);
  Host host(config);
  Tins::IP request = ip_to_host();
  request.add_option(Option(timestamp_option, data.begin(), data.end()));
  const Tins::IP ip = answer_of(host, echo_behind(request));
  expect_echo_reply(ip);
  const Option* option = ip.search_option(timestamp_option);
  if (option == nullptr) return {};
  return {option->data_ptr(), option->data_ptr() + option->data_size()};
}

TEST(OracleOptions, V4_OPT_012_timestamps_only) {
  EXPECT_EQ(timestamp_answered(hex("05 00 00000000 00000000")), hex("09 00 01020304 00000000"));
}

TEST(OracleOptions, V4_OPT_013_timestamps_with_addresses) {
  EXPECT_EQ(timestamp_answered(hex("0d 01 c6336401 00000007 00000000 00000000")),
            hex("15 01 c6336401 00000007 c0000202 01020304"));
}

TEST(OracleOptions, V4_OPT_014_timestamps_of_addresses_that_are_given) {
  EXPECT_EQ(timestamp_answered(hex("05 03 c0000202 00000000 c6336401 00000000")),
            hex("0d 03 c0000202 01020304 c6336401 00000000"));
  EXPECT_EQ(timestamp_answered(hex("05 03 c6336401 00000000 c0000202 00000000")),
            hex("05 03 c6336401 00000000 c0000202 00000000"));
}

TEST(OracleOptions, V4_OPT_015_a_full_timestamp_option_counts) {
  EXPECT_EQ(timestamp_answered(hex("09 e0 00000007")), hex("09 f0 00000007"));
}

// ---- source routes ----

TEST(OracleOptions, V4_OPT_017_the_way_back_of_a_loose_source_route) {
  Tins::IP request = ip_to_host();
  request.lsrr(Route(16, {"198.51.100.1", "198.51.100.2", "198.51.100.3"}));
  const Tins::IP ip = answer_to(echo_behind(request));
  EXPECT_EQ(ip.src_addr().to_string(), host4);
  EXPECT_EQ(ip.dst_addr().to_string(), "198.51.100.3");
  expect_route(ip.lsrr(), 4, {"198.51.100.2", "198.51.100.1", peer4});
  expect_echo_reply(ip);
}

TEST(OracleOptions, V4_OPT_017_the_way_back_of_a_strict_source_route) {
  Tins::IP request = ip_to_host();
  request.ssrr(Route(8, {"198.51.100.1"}));
  const Tins::IP ip = answer_to(echo_behind(request));
  EXPECT_EQ(ip.dst_addr().to_string(), "198.51.100.1");
  expect_route(ip.ssrr(), 4, {peer4});
  EXPECT_EQ(ip.search_option(131), nullptr);
}

TEST(OracleOptions, V4_OPT_018_a_route_that_begins_with_its_sender) {
  Tins::IP request = ip_to_host();
  request.lsrr(Route(12, {peer4, "198.51.100.1"}));
  const Tins::IP ip = answer_to(echo_behind(request));
  EXPECT_EQ(ip.dst_addr().to_string(), "198.51.100.1");
  expect_route(ip.lsrr(), 4, {peer4});
}

TEST(OracleOptions, V4_OPT_019_a_route_that_goes_on) {
  Tins::IP request = ip_to_host();
  request.lsrr(Route(4, {"198.51.100.1"}));
  const Tins::IP ip = answer_to(echo_behind(request));
  expect_header_back(ip, 1);
  expect_error<Tins::ICMP>(ip, 3, 5, echo_behind(request));
}

// ---- other options ----

// V4-OPT-005, V4-OPT-026: nothing that is not known comes back
TEST(OracleOptions, V4_OPT_005_options_that_are_ignored) {
  Tins::IP request = ip_to_host();
  request.stream_identifier(0x1234);
  request.security(Tins::IP::security_type(0x746a, 26539, 0x77ab, 0x6ab));
  const Tins::IP ip = answer_to(echo_behind(request));
  expect_header_back(ip, 1);
  expect_echo_reply(ip);
}

TEST(OracleOptions, V4_OPT_001_several_options_at_once) {
  Tins::IP request = ip_to_host();
  const Packet timestamp = hex("05 01 00000000 00000000");
  request.noop();
  request.add_option(Option(timestamp_option, timestamp.begin(), timestamp.end()));
  request.lsrr(Route(8, {"198.51.100.1"}));
  const Tins::IP ip = answer_to(echo_behind(request));
  EXPECT_EQ(ip.dst_addr().to_string(), "198.51.100.1");
  expect_route(ip.lsrr(), 4, {peer4});
  const Option* option = ip.search_option(timestamp_option);
  ASSERT_NE(option, nullptr);
  EXPECT_EQ(Packet(option->data_ptr(), option->data_ptr() + 6), hex("0d 01 c0000202"));
}

TEST(OracleOptions, V4_OPT_007_a_pointer_that_cannot_be_right) {
  Tins::IP request = ip_to_host();
  request.noop();
  request.record_route(Route(3, {"0.0.0.0"}));
  const Tins::IP ip = answer_to(echo_behind(request));
  expect_header_back(ip, 1);
  EXPECT_EQ(expect_error<Tins::ICMP>(ip, 12, 0, echo_behind(request)).pointer(), 23)
      << "the third octet behind the no-operation";
}

}  // namespace
}  // namespace tunstack::test::oracle_options
