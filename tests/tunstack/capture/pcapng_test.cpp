// pcapng beyond packets: what a capture says of itself, directions, marks, other writers, and broken files.
#include <gmock/gmock.h>
#include <pcap/pcap.h>

#include <cstring>

#include "tests/tunstack/capture/capture_file.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/capture/writer.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::pcapng_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

CaptureOrigin some_origin() {
  Seed seed;
  for (std::uint32_t i = 0; i < seed.key.size(); ++i) seed.key[i] = 0x01020304U * (i + 1);
  return {"0.1.0", {"--address", "192.0.2.2/24", "--set", "icmp4.echo=off"}, seed, 1'700'000'000s + 5ns, {false}};
}

CaptureSource some_source() {
  return {.type = LinkType::ethernet,
          .interfaces = {{.name = "tap7",
                          .addresses = {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")},
                          .mac = parse_mac_address("02:00:5e:00:53:01")}},
          .origin = some_origin()};
}

void write_some(const std::string& path) {
  CaptureWriter writer(path, some_source());
  writer.write(1'700'000'001s, CaptureMark{CaptureMark::Kind::link_up});
  writer.write(1'700'000'002s, Direction::in, echo4(), "reply because");
  writer.write(1'700'000'003s + 1ns, Direction::out, counting(61), "");
  writer.write(1'700'000'004s, CaptureMark{CaptureMark::Kind::shut_down});
  writer.finish();
}

TEST(Pcapng, what_a_capture_says_of_itself_is_read_again) {
  const File file(".pcapng");
  write_some(file.path());
  CaptureReader reader(file.path());
  const auto origin = reader.origin();
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->version, "0.1.0");
  EXPECT_EQ(origin->arguments, some_origin().arguments);
  EXPECT_EQ(origin->seed.key, some_origin().seed.key);
  EXPECT_EQ(origin->started, some_origin().started);
  EXPECT_THAT(origin->links_are_up, ElementsAre(false));
}

TEST(Pcapng, directions_comments_and_marks_are_read_again) {
  const File file(".pcapng");
  write_some(file.path());
  CaptureReader reader(file.path());
  auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->direction, Direction::in);
  EXPECT_EQ(frame->comment, "reply because");
  auto marks = reader.take_marks();
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].mark, CaptureMark{CaptureMark::Kind::link_up});
  EXPECT_EQ(marks[0].time, 1'700'000'001s);
  EXPECT_THAT(reader.take_marks(), IsEmpty());
  frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->direction, Direction::out);
  EXPECT_EQ(frame->comment, "");
  EXPECT_FALSE(reader.next());
  marks = reader.take_marks();
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].mark, CaptureMark{CaptureMark::Kind::shut_down});
  EXPECT_EQ(reader.count(), 2U) << "marks are no packets";
}

TEST(Pcapng, what_was_set_is_read_again_and_no_more_than_has_room) {
  const CaptureMark some{CaptureMark::Kind::set, {"address+=192.0.2.9/24", "nd.adv.dnssl=\"a\\b\"", ""}};
  EXPECT_EQ(mark_in(text_of(some)), some);
  for (const bool is_frame : {false, true}) {
    const CaptureMark sent{.kind = CaptureMark::Kind::send, .octets = "45000014", .is_frame = is_frame};
    EXPECT_EQ(mark_in(text_of(sent)), sent);
  }
  for (const char* text :
       {"tunstack: set", "tunstack: set ", "tunstack: set {}", "tunstack: set []", R"(tunstack: set {"settings":5})",
        R"(tunstack: set {"settings":[5]})", "tunstack: sets", "tunstack: send {}", R"(tunstack: send {"octets":5})"})
    EXPECT_FALSE(mark_in(text).has_value()) << text;
  const File file(".pcapng");
  CaptureWriter writer(file.path(), some_source());
  const CaptureMark large{CaptureMark::Kind::set, {std::string(60'000, 'x')}};
  for (int i = 0; i < 100; ++i) writer.write(1s, large);
  writer.write(2s, Direction::in, echo4(), "");
  for (int i = 0; i < 2; ++i) writer.write(3s, large);
  writer.finish();
  CaptureReader reader(file.path());
  EXPECT_TRUE(reader.next());
  EXPECT_EQ(reader.take_marks().size(), 69U) << "4 MiB";
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.take_marks().size(), 2U);
}

// libpcap is the other reader: it sees the same packets, and nothing that it does not understand.
TEST(Pcapng, libpcap_reads_the_same) {
  const File file(".pcapng");
  write_some(file.path());
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  pcap_t* const other =
      pcap_open_offline_with_tstamp_precision(file.path().c_str(), PCAP_TSTAMP_PRECISION_NANO, why.data());
  ASSERT_NE(other, nullptr) << why.data();
  EXPECT_EQ(pcap_datalink(other), DLT_EN10MB);
  CaptureReader reader(file.path());
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  while (const auto frame = reader.next()) {
    ASSERT_EQ(pcap_next_ex(other, &header, &bytes), 1);
    EXPECT_EQ(Packet(bytes, bytes + header->caplen), Packet(frame->bytes.begin(), frame->bytes.end()));
    EXPECT_EQ(std::chrono::seconds(header->ts.tv_sec) + std::chrono::nanoseconds(header->ts.tv_usec), frame->time);
  }
  EXPECT_EQ(pcap_next_ex(other, &header, &bytes), PCAP_ERROR_BREAK);
  pcap_close(other);
}

TEST(Pcapng, of_several_interfaces_each_packet_and_mark_tells_its_own) {
  const File file(".pcapng");
  CaptureSource source{.interfaces = {{.name = "tun0"}, {.name = "tun1"}}, .origin = some_origin()};
  source.origin->links_are_up = {true, false};
  {
    CaptureWriter writer(file.path(), source);
    writer.write(1s, CaptureMark{.kind = CaptureMark::Kind::link_up, .interface = InterfaceId{1}});
    writer.write(2s, Direction::in, echo4(), "", InterfaceId{1});
    writer.write(3s, Direction::out, echo4(), "");
    writer.finish();
  }
  CaptureReader reader(file.path());
  ASSERT_TRUE(reader.origin());
  EXPECT_THAT(reader.origin()->links_are_up, ElementsAre(true, false));
  auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->interface, 1U);
  const auto marks = reader.take_marks();
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].mark.interface, InterfaceId{1});
  frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->interface, 0U);
}

TEST(Pcapng, comments_of_others_are_no_origin) {
  const std::string good = origin_text(some_origin());
  ASSERT_TRUE(origin_in(good));
  const auto with = [&](std::string_view old, std::string_view replacement) {
    std::string text = good;
    const std::size_t at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), replacement);
  };
  for (const std::string& text :
       {std::string(), std::string("a walk in the park"), std::string("[]"), std::string("{\"tunstack\":1}"),
        std::string(10'000, '['), with("\"seed\"", "\"need\""), with("01020304", "0102030g"),
        with("01020304", "010203"), with("\"--set\"", "7"), with("1700000000", "-170000000"),
        with("\"link_is_up\":false", "\"link_is_up\":0"), with("\"link_is_up\":false", "\"link_is_up\":[]"),
        with("\"link_is_up\":false", "\"link_is_up\":[true,\"x\"]")})
    EXPECT_FALSE(origin_in(text)) << text.substr(0, 300);
}

TEST(Pcapng, what_is_too_long_for_a_comment_is_left_out) {
  const File file(".pcapng");
  CaptureSource source = some_source();
  source.origin->arguments.emplace_back(70'000, 'x');
  {
    CaptureWriter writer(file.path(), source);
    writer.write(1s, Direction::in, echo4(), std::string(70'000, 'y'));
    writer.finish();
  }
  CaptureReader reader(file.path());
  EXPECT_FALSE(reader.origin());
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->comment, "");
  EXPECT_EQ(frame->direction, Direction::in);
}

// ---- other writers ----

/// A block in the byte order of the network.
Packet block(std::uint32_t type, const Packet& body) {
  Packet whole(8);
  set_be32(whole, 0, type);
  set_be32(whole, 4, static_cast<std::uint32_t>(body.size() + 12));
  const Packet length(whole.begin() + 4, whole.end());
  return whole + body + length;
}
Packet section() { return block(0x0a0d0d0a, hex("1a2b3c4d 0001 0000 ffffffffffffffff")); }
Packet interface(std::uint16_t link_type, const Packet& options = {}) {
  Packet body = hex("0000 0000 00000000");
  body[0] = static_cast<std::uint8_t>(link_type >> 8);
  body[1] = static_cast<std::uint8_t>(link_type);
  return block(1, body + options);
}
/// On the interface 0, at 0x100000002 ticks.
Packet enhanced(const Packet& options = {}) {
  return block(6, hex("00000000 00000001 00000002 00000003 00000005 45000000") + options);
}

std::string fault_of(const Packet& bytes) try {
  const File file(".pcapng");
  file.write(bytes);
  CaptureReader reader(file.path());
  while (reader.next()) {
  }
  return "no fault";
} catch (const UsageFault& fault) {
  return std::string(fault.what()) + ": " + fault.why();
}

CaptureTime time_with(const Packet& options) {
  const File file(".pcapng");
  file.write(section() + interface(101, options) + enhanced());
  const auto frame = CaptureReader(file.path()).next();
  EXPECT_TRUE(frame);
  return frame ? frame->time : CaptureTime(-1);
}

TEST(Pcapng, the_other_byte_order_and_any_resolution_of_time) {
  constexpr std::uint64_t ticks = 0x100000002;  // 4294967298
  EXPECT_EQ(time_with({}), std::chrono::microseconds(ticks)) << "if nothing is said";
  EXPECT_EQ(time_with(hex("0009 0001 03000000")), std::chrono::milliseconds(ticks));
  EXPECT_EQ(time_with(hex("0009 0001 0c000000")), std::chrono::nanoseconds(ticks / 1000));
  EXPECT_EQ(time_with(hex("0009 0001 8a000000")), std::chrono::nanoseconds(ticks * 1'000'000'000 / 1024));
  EXPECT_EQ(time_with(hex("0009 0001 bf000000")), 0ns) << "the finest of all";
  EXPECT_EQ(time_with(hex("000e 0008 00000000 00000064 0000 0000")), std::chrono::microseconds(ticks) + 100s);
  EXPECT_EQ(time_with(hex("000e 0008 80000000 00000000 0000 0000")), 0s) << "long before 1970";
  EXPECT_EQ(time_with(hex("000e 0008 7fffffff ffffffff 0000 0000")), latest_capture_time);
}

TEST(Pcapng, all_kinds_of_packets_and_what_is_in_between) {
  const File file(".pcapng");
  const Packet statistics = block(5, hex("00000000 00000000 00000000"));
  const Packet unknown = block(0x00000bad, hex("0000 0000"));
  const Packet obsolete = block(2, hex("0000 ffff 00000000 00000007 00000001 00000001 45000000"));
  const Packet simple = block(3, hex("00000002 45ff0000"));
  const Packet flagged = enhanced(hex("0001 0003 77687900 0002 0004 00000002 0000 0000"));
  file.write(section() + unknown + interface(1) + statistics + flagged + obsolete + simple + section() + interface(1) +
             enhanced());
  CaptureReader reader(file.path());
  EXPECT_EQ(reader.link_type(), LinkType::ethernet);
  auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->direction, Direction::out);
  EXPECT_EQ(frame->comment, "why");
  EXPECT_TRUE(frame->cut_short);
  EXPECT_EQ(frame->bytes.size(), 3U);
  frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->time, 7us);
  EXPECT_FALSE(frame->direction);
  frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->time, 7us) << "a simple packet has no time of its own";
  EXPECT_EQ(Packet(frame->bytes.begin(), frame->bytes.end()), hex("45ff"));
  ASSERT_TRUE(reader.next()) << "in the second section";
  EXPECT_FALSE(reader.next());
}

TEST(Pcapng, what_is_wrong_is_told) {
  EXPECT_THAT(fault_of(section()), HasSubstr("it describes no interface"));
  EXPECT_THAT(fault_of(hex("0a0a0a0a 00000010 00000000 00000010")), HasSubstr("cannot have a length"));
  EXPECT_THAT(fault_of(section() + interface(105)), HasSubstr("IEEE802_11"));
  EXPECT_THAT(fault_of(section() + interface(1) + interface(101)), HasSubstr("different link types"));
  EXPECT_THAT(fault_of(section() + interface(1, hex("0009 0001 40000000"))), HasSubstr("finer than"));
  EXPECT_THAT(fault_of(section() + interface(1) + section() + enhanced()), HasSubstr("packet 1 of"));
  Packet other_version = section();
  other_version[13] = 2;
  EXPECT_THAT(fault_of(other_version), HasSubstr("version of pcapng is 2"));
  Packet two_lengths = section() + interface(1);
  two_lengths.back() ^= 4;
  EXPECT_THAT(fault_of(two_lengths), HasSubstr("two lengths"));
  Packet longer = section() + interface(1) + enhanced();
  longer[longer.size() - 4 - 4 - 8 + 3] = 9;
  EXPECT_THAT(fault_of(longer), HasSubstr("longer than its block"));
  Packet huge = section() + interface(1) + hex("00000006 7ffffffc");
  EXPECT_THAT(fault_of(huge), HasSubstr("cannot have a length of 2147483644"));
  EXPECT_THAT(fault_of(section() + interface(1) + hex("00000006 00ffff00")), HasSubstr("ends within a block"));
}

// Whatever is cut off, flipped or put in: packets, then an end or a fault, and nothing else.
TEST(Pcapng, ROB_002_every_truncation_and_every_flipped_octet) {
  const File written(".pcapng");
  write_some(written.path());
  const Packet good = written.bytes();
  std::size_t whole = 0;
  for (std::size_t size = 1; size < good.size(); ++size)
    whole += fault_of(Packet(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))) == "no fault";
  EXPECT_EQ(whole, 4U) << "only between blocks: behind the interface and each block but the last";
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const unsigned change : {0x01U, 0x80U, 0xffU}) {
      Packet broken = good;
      broken[at] = static_cast<std::uint8_t>(broken[at] ^ change);
      EXPECT_NE(fault_of(broken), "");
    }
}

}  // namespace
}  // namespace tunstack::test::pcapng_test
