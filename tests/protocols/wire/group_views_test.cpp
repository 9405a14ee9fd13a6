// Messages of MLD and IGMP that arrived: lengths that are right, and the fields.
#include <gtest/gtest.h>

#include "protocols/wire/igmp.hpp"
#include "protocols/wire/mld.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::group_views_test {
namespace {

using namespace std::chrono_literals;

const Packet group6 = hex("ff020000000000000000000000000123");
const Packet mld_v1_query = hex("82 00 0000 9000 0000") + group6;
const Packet mld_v2_query = mld_v1_query + hex("0a 7d 0000");

// ---- MLD ----

TEST(MldViews, MLD_008_lengths_of_a_query) {
  const Packet longer = mld_v2_query + counting(16);
  for (std::size_t size = 0; size <= longer.size(); ++size) {
    const auto view = MldQueryView::parse(part(longer, 0, size));
    EXPECT_EQ(view.has_value(), size == 24 || size >= 28) << size;
    if (view) continue;
    EXPECT_EQ(view.error(), Reason::mld_query_length_wrong) << size;
  }
}

TEST(MldViews, MLD_012_sources_of_a_query_lie_within_it) {
  Packet query = mld_v2_query + counting(32);
  for (const unsigned count : {0U, 1U, 2U, 3U, 65535U}) {
    set_be16(query, 26, count);
    const auto view = MldQueryView::parse(query);
    ASSERT_EQ(view.has_value(), count <= 2) << count;
    if (view) {
      EXPECT_EQ(view->sources().size(), count * 16) << count;
    } else {
      EXPECT_EQ(view.error(), Reason::mld_query_sources_past_end) << count;
    }
  }
  set_be16(query, 26, 2);
  query.pop_back();
  EXPECT_FALSE(MldQueryView::parse(query)) << "one octet short";
}

TEST(MldViews, MLD_007_fields_of_a_query) {
  const auto older = MldQueryView::of(mld_v1_query);
  EXPECT_EQ(older.version(), GroupVersion::older);
  EXPECT_EQ(older.maximum_response(), 36'864ms);
  EXPECT_EQ(to_text(older.group()), "ff02::123");
  EXPECT_FALSE(older.leaves_timers());
  EXPECT_EQ(older.robustness(), 0);
  EXPECT_EQ(older.query_interval(), 0s);
  const auto current = MldQueryView::of(mld_v2_query);
  EXPECT_EQ(current.version(), GroupVersion::current);
  EXPECT_EQ(current.maximum_response(), 65'536ms);
  EXPECT_EQ(to_text(current.group()), "ff02::123");
  EXPECT_TRUE(current.leaves_timers());
  EXPECT_EQ(current.robustness(), 2);
  EXPECT_EQ(current.query_interval(), 125s);
}

TEST(MldViews, MLD_009_report_and_done_of_version_1) {
  const Packet report = hex("83 00 0000 0000 0000") + group6;
  for (std::size_t size = 0; size < 24; ++size) {
    const auto cut = MldV1View::parse(part(report, 0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error(), Reason::mld_report_too_short);
  }
  EXPECT_EQ(MldV1View::parse(report).value().type(), Icmpv6Type::listener_report);
  EXPECT_EQ(to_text(MldV1View::parse(report).value().group()), "ff02::123");
  const Packet done = hex("84") + from(report, 1) + counting(3);
  EXPECT_EQ(MldV1View::parse(done).value().type(), Icmpv6Type::listener_done);
}

TEST(MldViews, MLD_012_records_of_a_report) {
  const Packet sources = hex("20010db8000000000000000000000001 20010db8000000000000000000000002");
  const Packet record = hex("06 01 0002") + group6 + sources + hex("eeeeeeee");
  const Packet message = hex("8f 00 0000 0000 0002") + record + hex("04 00 0000") + group6;
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(MldReportView::parse(part(message, 0, size))) << size;
  const auto report = MldReportView::parse(message);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->record_count(), 2U);
  std::vector<std::size_t> sizes;
  report->for_each_record([&](const auto& each) { sizes.push_back(each.bytes().size()); });
  EXPECT_EQ(sizes, (std::vector<std::size_t>{56, 20}));
  const auto first = GroupRecordView<Ipv6Address>::parse(record);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type(), GroupRecordType::block_old_sources);
  EXPECT_EQ(to_text(first->group()), "ff02::123");
  ASSERT_EQ(first->source_count(), 2U);
  EXPECT_EQ(to_text(first->source(0)), "2001:db8::1");
  EXPECT_EQ(to_text(first->source(1)), "2001:db8::2");
}

// ---- IGMP ----

const Packet igmp_v2_query = hex("11 0a 0000 ef010101");

TEST(IgmpViews, IGMP_002_lengths_of_a_query) {
  const Packet longer = igmp_v2_query + hex("02 7d 0000") + counting(8);
  for (std::size_t size = 0; size <= longer.size(); ++size) {
    const auto view = IgmpQueryView::parse(part(longer, 0, size));
    EXPECT_EQ(view.has_value(), size == 8 || size >= 12) << size;
    if (view) continue;
    EXPECT_EQ(view.error(), Reason::igmp_query_length_wrong) << size;
  }
}

TEST(IgmpViews, IGMP_003_sources_of_a_query_lie_within_it) {
  Packet query = igmp_v2_query + hex("02 7d 0000") + counting(8);
  for (const unsigned count : {0U, 1U, 2U, 3U, 65535U}) {
    set_be16(query, 10, count);
    const auto view = IgmpQueryView::parse(query);
    ASSERT_EQ(view.has_value(), count <= 2) << count;
    if (view) {
      EXPECT_EQ(view->sources().size(), count * 4) << count;
    } else {
      EXPECT_EQ(view.error(), Reason::igmp_query_sources_past_end) << count;
    }
  }
}

TEST(IgmpViews, IGMP_002_fields_of_a_query) {
  const auto fields = [](const Packet& message) {
    const auto view = IgmpQueryView::of(message);
    return std::tuple(view.version(), view.maximum_response(), to_text(view.group()), view.sources().size());
  };
  using enum GroupVersion;
  EXPECT_EQ(fields(hex("11 00 0000 ef010101")), std::tuple(oldest, Duration(10s), "0.0.0.0", 0U));
  EXPECT_EQ(fields(igmp_v2_query), std::tuple(older, Duration(1s), "239.1.1.1", 0U));
  EXPECT_EQ(fields(hex("11 80 0000 ef010101 02 7d 0001 c0000201")),
            std::tuple(current, Duration(12'800ms), "239.1.1.1", 4U));
}

TEST(IgmpViews, IGMP_003_reports_and_leaves_of_version_2) {
  const Packet message = hex("16 00 0000 ef010101");
  for (std::size_t size = 0; size < 8; ++size) {
    const auto cut = IgmpV2View::parse(part(message, 0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error(), Reason::igmp_too_short);
  }
  EXPECT_EQ(IgmpV2View::parse(message).value().type(), IgmpType::membership_report_v2);
  EXPECT_EQ(to_text(IgmpV2View::parse(message).value().group()), "239.1.1.1");
  EXPECT_EQ(IgmpV2View::of(hex("17") + from(message, 1)).type(), IgmpType::leave_group);
}

TEST(IgmpViews, IGMP_003_records_of_a_report) {
  const Packet message = hex("22 00 0000 0000 0001 01 00 0001 ef010101 c0000201");
  EXPECT_FALSE(IgmpReportView::parse(part(message, 0, message.size() - 1)));
  const auto report = IgmpReportView::parse(message);
  ASSERT_TRUE(report);
  std::vector<std::string> told;
  report->for_each_record(
      [&](const auto& record) { told.push_back(to_text(record.group()) + " " + to_text(record.source(0))); });
  EXPECT_EQ(told, (std::vector<std::string>{"239.1.1.1 192.0.2.1"}));
}

}  // namespace
}  // namespace tunstack::test::group_views_test
