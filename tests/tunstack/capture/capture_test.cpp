// Captures that are written and read again, and those that cannot be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/tunstack/capture/capture_file.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/capture/writer.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::capture_test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// pcap in the byte order of the network, with microseconds, as RFC and others have always read it.
Packet pcap_header(std::uint32_t link_type) {
  Packet header = hex("a1b2c3d4 0002 0004 00000000 00000000 00040000 00000000");
  set_be32(header, 20, link_type);
  return header;
}

Packet pcap_record(std::uint32_t seconds, std::uint32_t microseconds, const Packet& bytes, std::uint32_t on_the_wire) {
  Packet header(16);
  set_be32(header, 0, seconds);
  set_be32(header, 4, microseconds);
  set_be32(header, 8, static_cast<std::uint32_t>(bytes.size()));
  set_be32(header, 12, on_the_wire);
  return header + bytes;
}

std::string fault_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const UsageFault& fault) {
    return std::string(fault.what()) + ": " + fault.why();
  }
  return "no fault";
}

TEST(Capture, ROB_002_a_pcap_is_read_byte_for_byte) {
  const File file(".pcap");
  const Packet odd = hex("45000014 ff");
  file.write(pcap_header(101) + pcap_record(1000, 7, odd, 5) + pcap_record(1001, 999999, echo4(), 2000));
  CaptureReader reader(file.path());
  EXPECT_EQ(reader.link_type(), LinkType::raw_ip);
  auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(Packet(frame->bytes.begin(), frame->bytes.end()), odd);
  EXPECT_EQ(frame->time, 1000s + 7us);
  EXPECT_FALSE(frame->cut_short);
  frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(Packet(frame->bytes.begin(), frame->bytes.end()), echo4());
  EXPECT_EQ(frame->time, 1001s + 999999us);
  EXPECT_TRUE(frame->cut_short);
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.count(), 2U);
}

TEST(Capture, link_types) {
  const std::pair<std::uint32_t, LinkType> types[] = {
      {1, LinkType::ethernet}, {101, LinkType::raw_ip}, {113, LinkType::linux_cooked}, {276, LinkType::linux_cooked_2},
      {228, LinkType::raw_ip}, {229, LinkType::raw_ip}, {0, LinkType::loopback},       {108, LinkType::loopback}};
  const File file(".pcap");
  for (const auto& [number, type] : types) {
    file.write(pcap_header(number));
    EXPECT_EQ(CaptureReader(file.path()).link_type(), type) << number;
  }
  file.write(pcap_header(105));  // 802.11
  EXPECT_THAT(fault_of([&] { CaptureReader reader(file.path()); }), HasSubstr("IEEE802_11"));
}

// What is not named as a pcap is pcapng, also where a name tells nothing: a pipe, a file in capitals.
TEST(Capture, DUMP_006_what_is_written_is_read_again) {
  for (const char* end : {".pcap", ".pcapng", ".PCAPNG", ".txt", ""}) {
    const File file(end);
    {
      CaptureWriter writer(file.path());
      writer.write(1'700'000'000s + 123456us, Direction::in, echo4(), "first");
      writer.write(1'700'000'000s + 123457us, Direction::out, counting(61), "");
      writer.finish();
    }
    CaptureReader reader(file.path());
    EXPECT_EQ(reader.link_type(), LinkType::raw_ip) << end;
    auto frame = reader.next();
    ASSERT_TRUE(frame) << end;
    EXPECT_EQ(frame->time, 1'700'000'000s + 123456us) << end;
    EXPECT_EQ(Packet(frame->bytes.begin(), frame->bytes.end()), echo4()) << end;
    EXPECT_FALSE(frame->cut_short) << end;
    frame = reader.next();
    ASSERT_TRUE(frame) << end;
    EXPECT_EQ(frame->time, 1'700'000'000s + 123457us) << end;
    EXPECT_EQ(Packet(frame->bytes.begin(), frame->bytes.end()), counting(61)) << end;
    EXPECT_FALSE(reader.next()) << end;
  }
}

// The layout of an enhanced packet block: type, length, interface, time, sizes, data, options, length.
TEST(Capture, DUMP_006_pcapng_block_with_comment_and_direction) {
  const File file(".pcapng");
  CaptureWriter writer(file.path());
  writer.finish();
  const std::size_t start = file.bytes().size();
  writer.write(3ns, Direction::out, hex("450000"), "why");
  writer.finish();
  const Packet all = file.bytes();
  const Packet block(all.begin() + static_cast<std::ptrdiff_t>(start), all.end());
  // In the byte order of the writer, here little endian.
  EXPECT_EQ(block, hex("06000000 38000000 00000000 00000000 03000000 03000000 03000000 45000000"
                       "01000300 77687900 02000400 02000000 00000000 38000000"));
}

TEST(Capture, a_broken_file_is_told_with_the_number_of_the_packet) {
  const File file(".pcap");
  Packet bytes = pcap_header(101) + pcap_record(1, 0, echo4(), 84) + pcap_record(2, 0, echo4(), 84);
  bytes.resize(bytes.size() - 10);
  file.write(bytes);
  CaptureReader reader(file.path());
  ASSERT_TRUE(reader.next());
  EXPECT_THAT(fault_of([&] { reader.next(); }), HasSubstr("cannot read packet 2 of " + file.path()));
}

TEST(Capture, no_capture_at_all) {
  EXPECT_THAT(fault_of([] { CaptureReader reader("/nonexistent.pcap"); }), HasSubstr("No such file"));
  const File file(".pcap");
  file.write(counting(100));
  EXPECT_THAT(fault_of([&] { CaptureReader reader(file.path()); }), HasSubstr("unknown file format"));
  file.write({});
  EXPECT_THAT(fault_of([&] { CaptureReader reader(file.path()); }), HasSubstr("cannot read"));
}

/// The times of all packets, and which of them the capture has otherwise.
std::vector<std::pair<CaptureTime, bool>> times_in(const File& file) {
  CaptureReader reader(file.path());
  std::vector<std::pair<CaptureTime, bool>> times;
  while (const auto frame = reader.next()) times.emplace_back(frame->time, frame->other_time);
  return times;
}

TEST(Capture, times_that_a_format_cannot_say_are_written_as_the_nearest) {
  struct Case {
    const char* end;
    CaptureTime last;
  };
  for (const Case& c : {Case{".pcap", 4294967295s}, Case{".pcapng", latest_capture_time}}) {
    const File file(c.end);
    CaptureWriter writer(file.path());
    for (const CaptureTime time : {CaptureTime(-1), CaptureTime::min(), CaptureTime(c.last), CaptureTime::max()})
      writer.write(time, Direction::out, echo4(), "");
    writer.finish();
    const bool is_pcap = c.last == 4294967295s;
    EXPECT_EQ(writer.times_changed(), is_pcap ? 3U : 2U) << c.end;
    EXPECT_THAT(times_in(file), testing::ElementsAre(std::pair(0s, false), std::pair(0s, false),
                                                     std::pair(c.last, !is_pcap), std::pair(c.last, !is_pcap)));
  }
}

// In pcapng the nanoseconds since 1970 may be any number of 64 bits.
TEST(Capture, times_beyond_all_that_can_be_count_as_the_nearest) {
  const File file(".pcapng");
  CaptureWriter writer(file.path());
  writer.finish();
  const std::size_t block = file.bytes().size();
  writer.write(1s, Direction::out, echo4(), "");
  writer.finish();
  const Packet good = file.bytes();
  for (const std::uint32_t high_half : {0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    Packet bytes = good;
    std::memcpy(bytes.data() + block + 12, &high_half, sizeof high_half);
    file.write(bytes);
    EXPECT_THAT(times_in(file), testing::ElementsAre(std::pair(latest_capture_time, true))) << high_half;
  }
}

TEST(Capture, pcap_goes_to_2106) {
  const File file(".pcap");
  file.write(pcap_header(101) + pcap_record(0x80000000, 0, echo4(), 84) + pcap_record(0xffffffff, 7, echo4(), 84));
  EXPECT_THAT(times_in(file), testing::ElementsAre(std::pair(2147483648s, false), std::pair(4294967295s + 7us, false)));
}

TEST(Capture, files_that_cannot_be_written) {
  EXPECT_THAT(fault_of([] { CaptureWriter writer("/nonexistent/x.pcap"); }), HasSubstr("No such file"));
}

// Root may write anywhere, but /dev/full has no room for anybody.
TEST(Capture, a_full_disk_is_told) {
  const File link(".pcap");
  std::filesystem::create_symlink("/dev/full", link.path());
  EXPECT_THAT(fault_of([&] {
                CaptureWriter writer(link.path());
                writer.write(1s, Direction::in, echo4(), "");
                writer.finish();
              }),
              HasSubstr("No space left"));
}

}  // namespace
}  // namespace tunstack::test::capture_test
