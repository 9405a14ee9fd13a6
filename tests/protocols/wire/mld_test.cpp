// MLD on the wire: queries as they are understood, and messages as they leave.
#include "protocols/wire/mld.hpp"

#include <gtest/gtest.h>

#include "protocols/wire/emit.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::mld_test {
namespace {

using namespace std::chrono_literals;

Ipv6Address ip6(std::string_view text) { return parse_address(text)->ipv6(); }

template <class M>
Packet written(const M& message) {
  Packet bytes(message.size(), 0xee);
  message.write(bytes);
  set_be16(bytes, 2, 0);
  return bytes;
}

// ---- queries ----

struct CodeCase {
  unsigned code;
  std::uint32_t milliseconds;
};

TEST(MldWire, MLD_007_maximum_response_code) {
  for (const CodeCase& c : {CodeCase{0, 0}, CodeCase{1, 1}, CodeCase{10'000, 10'000}, CodeCase{0x7fff, 32'767},
                            CodeCase{0x8000, 32'768}, CodeCase{0x8001, 32'776}, CodeCase{0x8fff, 65'528},
                            CodeCase{0x9000, 65'536}, CodeCase{0xf000, 4'194'304}, CodeCase{0xffff, 8'387'584}}) {
    const auto code = static_cast<std::uint16_t>(c.code);
    EXPECT_EQ(mld_maximum_response(code, GroupVersion::current), std::chrono::milliseconds(c.milliseconds)) << c.code;
    EXPECT_EQ(mld_maximum_response(code, GroupVersion::older), std::chrono::milliseconds(c.code)) << "version 1: plain";
  }
}

TEST(MldWire, MLD_008_a_query_of_24_octets_is_of_version_1) {
  const Packet message = hex("82 00 0000 9000 0000 ff020000000000000000000000000123");
  const MldQuery query = parse_mld_query(message);
  EXPECT_EQ(query.version, GroupVersion::older);
  EXPECT_EQ(query.maximum_response, 36'864ms);
  EXPECT_EQ(query.group, ip6("ff02::123"));
  EXPECT_FALSE(query.is_general());
  EXPECT_TRUE(query.sources.empty());
}

TEST(MldWire, MLD_008_a_query_of_28_octets_is_of_version_2) {
  const Packet message = hex("82 00 0000 9000 0000 00000000000000000000000000000000 02 7d 0000");
  const MldQuery query = parse_mld_query(message);
  EXPECT_EQ(query.version, GroupVersion::current);
  EXPECT_EQ(query.maximum_response, 65'536ms);
  EXPECT_TRUE(query.is_general());
  EXPECT_EQ(query.source_count(), 0U);
}

TEST(MldWire, MLD_005_sources_of_a_query) {
  const Packet message = hex("82 00 0000 03e8 0000 ff020000000000000000000000000123 02 7d 0002") +
                         hex("20010db8000000000000000000000001 20010db8000000000000000000000002") + counting(5);
  const MldQuery query = parse_mld_query(message);
  ASSERT_EQ(query.source_count(), 2U) << "what follows the sources does not count";
  EXPECT_EQ(query.source(0), ip6("2001:db8::1"));
  EXPECT_EQ(query.source(1), ip6("2001:db8::2"));
}

TEST(MldWire, MLD_011_what_a_query_tells_routers) {
  struct Row {
    const char* octets;  // S and QRV, QQIC
    bool leaves_timers;
    unsigned robustness;
    Duration query_interval;
  };
  for (const Row& row : {Row{"02 7d", false, 2, 125s}, Row{"0f 00", true, 7, 0s}, Row{"f0 7f", false, 0, 127s},
                         Row{"08 80", true, 0, 128s}, Row{"01 ff", false, 1, 31'744s}}) {
    const MldQuery query = parse_mld_query(hex("82 00 0000 03e8 0000") + Packet(16) + hex(row.octets) + Packet(2));
    EXPECT_EQ(query.leaves_timers, row.leaves_timers) << row.octets;
    EXPECT_EQ(query.robustness, row.robustness) << row.octets;
    EXPECT_EQ(query.query_interval, row.query_interval) << row.octets;
  }
  const MldQuery older = parse_mld_query(hex("82 00 0000 03e8 0000") + Packet(16));
  EXPECT_FALSE(older.leaves_timers);
  EXPECT_EQ(older.robustness, 0);
  EXPECT_EQ(older.query_interval, 0s);
}

// ---- what leaves ----

TEST(MldWire, MLD_011_a_query) {
  EXPECT_EQ(written(MldQueryMessage{
                {}, 10'000ms, Ipv6Address{}, /* leaves_timers */ false, /* robustness */ 2, /* query_interval */ 125s}),
            hex("82 00 0000 2710 0000 00000000000000000000000000000000 02 7d 0000"));
  EXPECT_EQ(written(MldQueryMessage{{}, 32'767ms, ip6("ff05::7"), true, 7, 127s}),
            hex("82 00 0000 7fff 0000 ff050000000000000000000000000007 0f 7f 0000"));
}

TEST(MldWire, MLD_003_a_report_of_version_2) {
  const std::vector sources = {ip6("2001:db8::1"), ip6("2001:db8::2")};
  const std::vector<MldRecord> records = {{GroupRecordType::change_to_exclude, ip6("ff02::1:ff00:1")},
                                          {GroupRecordType::is_include, ip6("ff05::2"), sources}};
  EXPECT_EQ(written(MldReport{{}, records}),
            hex("8f 00 0000 0000 0002") + hex("04 00 0000 ff0200000000000000000001ff000001") +
                hex("01 00 0002 ff050000000000000000000000000002") +
                hex("20010db8000000000000000000000001 20010db8000000000000000000000002"));
}

TEST(MldWire, MLD_003_types_of_records) {
  using enum GroupRecordType;
  unsigned number = 1;
  for (const GroupRecordType type :
       {is_include, is_exclude, change_to_include, change_to_exclude, allow_new_sources, block_old_sources}) {
    const std::vector<MldRecord> records = {{type, ip6("ff02::5")}};
    EXPECT_EQ(written(MldReport{{}, records})[8], number++);
  }
}

TEST(MldWire, MLD_009_messages_of_version_1) {
  const Packet rest = hex("00 0000 0000 0000 ff020000000000000000000000000123");
  EXPECT_EQ(written(MldV1Message{{}, Icmpv6Type::listener_report, ip6("ff02::123")}), hex("83") + rest);
  EXPECT_EQ(written(MldV1Message{{}, Icmpv6Type::listener_done, ip6("ff02::123")}), hex("84") + rest);
}

TEST(MldWire, MLD_001_destinations) {
  EXPECT_EQ(to_text(mld_report_destination), "ff02::16");
  EXPECT_EQ(to_text(mld_done_destination), "ff02::2");
  EXPECT_EQ(mld_hop_limit, 1);
}

// The checksum covers the pseudo-header (RFC 4443 2.3).
TEST(MldWire, MLD_003_checksum) {
  const MldV1Message message{{}, Icmpv6Type::listener_report, ip6("ff02::123")};
  const Ipv6Fields ip{.source = "fe80::1", .destination = "ff02::123"};
  const Packet bytes = written(message);
  const auto sum = pseudo_header_sum(ip6(ip.source), ip6(ip.destination), 58, bytes.size());
  const Packet same = icmpv6(ip, 131, 0, 0, Packet(bytes.begin() + 8, bytes.end()));
  EXPECT_EQ(message.checksum(bytes, sum), be16(same, 2));
  EXPECT_EQ(MldV1Message::checksum_offset, 2U);
}

static_assert(Message<MldQueryMessage> && Message<MldReport> && Message<MldV1Message>);

// ---- reports of others ----

Packet report(unsigned records, const Packet& body) {
  Packet message = hex("8f 00 0000 0000 0000");
  set_be16(message, 6, records);
  return message + body;
}

TEST(MldWire, MLD_012_records_lie_within_the_report) {
  const Packet record = hex("04 00 0000") + Packet(16);
  const Packet with_source = hex("01 00 0001") + Packet(32);
  const Packet with_auxiliary = hex("04 02 0000") + Packet(24);
  struct Case {
    const char* what;
    Packet message;
    bool fit;
  };
  for (const Case& c : {
           Case{"nothing", {}, false},
           Case{"no header", Packet(7), false},
           Case{"no records", report(0, {}), true},
           Case{"one", report(1, record), true},
           Case{"one of two", report(2, record), false},
           Case{"more than announced", report(1, record + record), true},
           Case{"three kinds", report(3, record + with_source + with_auxiliary), true},
           Case{"cut in a header", report(2, record + hex("04 00 00")), false},
           Case{"cut in a group", report(1, Packet(record.begin(), record.end() - 1)), false},
           Case{"cut in a source", report(1, Packet(with_source.begin(), with_source.end() - 1)), false},
           Case{"cut in auxiliary data", report(1, Packet(with_auxiliary.begin(), with_auxiliary.end() - 1)), false},
           Case{"most sources", report(1, hex("01 ff ffff") + Packet(64)), false},
           Case{"1000 records in 100 octets", report(1000, Packet(92)), false},
       })
    EXPECT_EQ(group_records_fit<Ipv6Address>(c.message), c.fit) << c.what;
}

struct Told {
  int type;
  std::string group;
  bool has_sources;
  friend bool operator==(const Told&, const Told&) = default;
};
std::vector<Told> told(const Packet& message) {
  std::vector<Told> all;
  for_each_listener_record(message, [&](const MldListenerRecord& record) {
    all.push_back({static_cast<int>(record.type), to_text(IpAddress(record.group)), record.has_sources});
  });
  return all;
}

TEST(MldWire, MLD_011_what_reports_tell) {
  const Packet plain = hex("04 00 0000 ff050000000000000000000000000007");
  const Packet with_source = hex("01 00 0001 ff050000000000000000000000000008") + Packet(16);
  const Packet with_auxiliary = hex("03 02 0000 ff050000000000000000000000000009") + Packet(8, 0xee);
  EXPECT_EQ(told(report(3, with_source + with_auxiliary + plain)),
            (std::vector<Told>{{1, "ff05::8", true}, {3, "ff05::9", false}, {4, "ff05::7", false}}));
  EXPECT_EQ(told(report(1, plain + with_source)).size(), 1U) << "more than announced";
  EXPECT_EQ(told(report(0, {})).size(), 0U);
}

TEST(MldWire, MLD_011_what_messages_of_version_1_tell) {
  const Packet rest = hex("00 0000 0000 0000 ff050000000000000000000000000007");
  EXPECT_EQ(told(hex("83") + rest), (std::vector<Told>{{2, "ff05::7", false}})) << "IS_EX {}";
  EXPECT_EQ(told(hex("84") + rest), (std::vector<Told>{{3, "ff05::7", false}})) << "TO_IN {}";
}

}  // namespace
}  // namespace tunstack::test::mld_test
