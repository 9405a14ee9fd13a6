// IGMP on the wire: queries as they are understood, and messages as they leave.
#include "protocols/wire/igmp.hpp"

#include <gtest/gtest.h>

#include "protocols/wire/emit.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::igmp_test {
namespace {

using namespace std::chrono_literals;

template <class M>
Packet written(const M& message) {
  Packet bytes(message.size(), 0xee);
  message.write(bytes);
  set_be16(bytes, 2, 0);
  return bytes;
}

constexpr Ipv4Address group{0xef010101};

struct CodeCase {
  unsigned code;
  unsigned tenths;
};

TEST(IgmpWire, IGMP_002_maximum_response_code_of_version_3) {
  for (const CodeCase& c : {CodeCase{0, 0}, CodeCase{10, 10}, CodeCase{127, 127}, CodeCase{128, 128},
                            CodeCase{129, 136}, CodeCase{0x8f, 248}, CodeCase{0x90, 256}, CodeCase{0xff, 31'744}})
    EXPECT_EQ(igmp_maximum_response(static_cast<std::uint8_t>(c.code), GroupVersion::current), c.tenths * 100ms)
        << c.code;
}

TEST(IgmpWire, IGMP_002_maximum_response_time_of_older_versions) {
  EXPECT_EQ(igmp_maximum_response(1, GroupVersion::older), 100ms);
  EXPECT_EQ(igmp_maximum_response(255, GroupVersion::older), 25'500ms) << "linear";
  EXPECT_EQ(igmp_maximum_response(0, GroupVersion::oldest), 10s);
}

struct QueryCase {
  const char* what;
  Packet message;
  GroupVersion version;
  Duration maximum_response;
  Ipv4Address group;
  std::size_t sources = 0;
};

TEST(IgmpWire, IGMP_002_version_of_a_query) {
  using enum GroupVersion;
  for (const QueryCase& c : {
           QueryCase{"version 1", hex("11 00 0000 00000000"), oldest, 10s, {}},
           QueryCase{"version 1 has no group (RFC 1112)", hex("11 00 0000 ef010101"), oldest, 10s, {}},
           QueryCase{"version 2", hex("11 64 0000 00000000"), older, 10s, {}},
           QueryCase{"version 2 for a group", hex("11 0a 0000 ef010101"), older, 1s, group},
           QueryCase{"version 3", hex("11 0a 0000 00000000 02 7d 0000"), current, 1s, {}},
           QueryCase{"version 3 at once", hex("11 00 0000 00000000 02 7d 0000"), current, 0s, {}},
           QueryCase{"version 3 for sources", hex("11 80 0000 ef010101 02 7d 0002 c0000201 c0000202"), current,
                     12'800ms, group, 2},
       }) {
    const IgmpQuery query = parse_igmp_query(c.message);
    EXPECT_EQ(query.version, c.version) << c.what;
    EXPECT_EQ(query.maximum_response, c.maximum_response) << c.what;
    EXPECT_EQ(query.group, c.group) << c.what;
    EXPECT_EQ(query.is_general(), c.group == Ipv4Address{}) << c.what;
    ASSERT_EQ(query.source_count(), c.sources) << c.what;
    if (c.sources == 2) {
      EXPECT_EQ(query.source(0), Ipv4Address{0xc0000201});
      EXPECT_EQ(query.source(1), Ipv4Address{0xc0000202});
    }
  }
}

TEST(IgmpWire, IGMP_004_a_report_of_version_3) {
  const std::vector sources = {Ipv4Address{0xc0000201}};
  const std::vector<IgmpRecord> records = {{GroupRecordType::change_to_include, group},
                                           {GroupRecordType::is_include, group, sources}};
  EXPECT_EQ(written(IgmpReport{{}, records}),
            hex("22 00 0000 0000 0002  03 00 0000 ef010101  01 00 0001 ef010101 c0000201"));
}

TEST(IgmpWire, IGMP_002_messages_of_older_versions) {
  EXPECT_EQ(written(IgmpV2Message{{}, IgmpType::membership_report_v1, group}), hex("12 00 0000 ef010101"));
  EXPECT_EQ(written(IgmpV2Message{{}, IgmpType::membership_report_v2, group}), hex("16 00 0000 ef010101"));
  EXPECT_EQ(written(IgmpV2Message{{}, IgmpType::leave_group, group}), hex("17 00 0000 ef010101"));
}

TEST(IgmpWire, IGMP_001_destinations) {
  EXPECT_EQ(to_text(igmp_report_destination), "224.0.0.22");
  EXPECT_EQ(to_text(igmp_leave_destination), "224.0.0.2");
  EXPECT_EQ(igmp_time_to_live, 1);
}

TEST(IgmpWire, IGMP_003_the_checksum_has_no_pseudo_header) {
  const IgmpV2Message message{{}, IgmpType::leave_group, group};
  const Packet bytes = written(message);
  EXPECT_EQ(message.checksum(bytes, 0x1234'5678), plain_checksum(bytes));
  EXPECT_EQ(IgmpReport::checksum(bytes, 77), plain_checksum(bytes));
  EXPECT_EQ(IgmpReport::checksum_offset, 2U);
}

TEST(IgmpWire, IGMP_003_records_have_groups_of_4_octets) {
  EXPECT_TRUE(group_records_fit<Ipv4Address>(hex("22 00 0000 0000 0001 04 00 0000 ef010101")));
  EXPECT_FALSE(group_records_fit<Ipv4Address>(hex("22 00 0000 0000 0001 04 00 0000 ef0101")));
  EXPECT_FALSE(group_records_fit<Ipv4Address>(hex("22 00 0000 0000 0001 04 00 0001 ef010101")));
}

static_assert(Message<IgmpReport> && Message<IgmpV2Message>);

}  // namespace
}  // namespace tunstack::test::igmp_test
