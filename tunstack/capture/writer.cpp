#include "tunstack/capture/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr std::uint32_t link_type_ethernet = 1;
constexpr std::uint32_t link_type_raw = 101;  // LINKTYPE_RAW: IPv4 or IPv6, told by the first nibble
constexpr std::uint32_t snapshot_length = 262144;

// All fields are in the byte order of the writer; the first magic number tells readers which.
struct PcapFileHeader {
  std::uint32_t magic = 0xa1b2c3d4;  // times with microseconds
  std::uint16_t major = 2;
  std::uint16_t minor = 4;
  std::uint32_t zone = 0;
  std::uint32_t accuracy = 0;
  std::uint32_t snapshot = snapshot_length;
  std::uint32_t link_type;
};

struct PcapRecordHeader {
  std::uint32_t seconds;
  std::uint32_t microseconds;
  std::uint32_t captured;
  std::uint32_t length;
};

// Blocks and options of pcapng.
constexpr std::uint32_t section_header = 0x0a0d0d0a;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint16_t option_end = 0;
constexpr std::uint16_t option_comment = 1;
constexpr std::uint16_t option_packet_flags = 2;
constexpr std::uint16_t option_time_resolution = 9;
constexpr std::uint8_t nanoseconds = 9;  // 10 to the power of -9

constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

/// One block, put together in memory: type, length, body in words of 32 bits, length again.
class Block {
 public:
  explicit Block(std::uint32_t type) {
    add(type);
    add(0);
  }
  template <class Number>
  void add(Number value) {
    append(&value, sizeof value);
  }
  void add_padded(const void* bytes, std::size_t size) {
    append(bytes, size);
    bytes_.resize(padded(bytes_.size()));
  }
  void add_option(std::uint16_t code, const void* value, std::size_t size) {
    add(code);
    add(static_cast<std::uint16_t>(size));
    add_padded(value, size);
  }
  const std::vector<std::uint8_t>& finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() + 4);
    add(length);
    std::memcpy(bytes_.data() + 4, &length, sizeof length);
    return bytes_;
  }

 private:
  void append(const void* bytes, std::size_t size) {
    const auto* const from = static_cast<const std::uint8_t*>(bytes);
    bytes_.insert(bytes_.end(), from, from + size);
  }
  std::vector<std::uint8_t> bytes_;
};

std::vector<std::uint8_t> pcapng_start(std::uint32_t link_type) {
  Block section(section_header);
  section.add(std::uint32_t{0x1a2b3c4d});
  section.add(std::uint16_t{1});
  section.add(std::uint16_t{0});
  section.add(~std::uint64_t{0});  // the length of the section is not told
  std::vector<std::uint8_t> start = section.finish();
  Block interface(interface_description);
  interface.add(static_cast<std::uint16_t>(link_type));
  interface.add(std::uint16_t{0});
  interface.add(snapshot_length);
  interface.add_option(option_time_resolution, &nanoseconds, 1);
  interface.add_option(option_end, nullptr, 0);
  const auto& description = interface.finish();
  start.insert(start.end(), description.begin(), description.end());
  return start;
}

std::vector<std::uint8_t> pcap_start(std::uint32_t link_type) {
  const PcapFileHeader header{.link_type = link_type};
  std::vector<std::uint8_t> start(sizeof header);
  std::memcpy(start.data(), &header, sizeof header);
  return start;
}

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace

CaptureWriter::Format CaptureWriter::format_of(const std::string& path) {
  if (path.ends_with(".pcap")) return Format::pcap;
  if (path.ends_with(".pcapng")) return Format::pcapng;
  throw UsageFault(fmt::format("cannot tell the format of {}", path), "its name ends neither in .pcap nor in .pcapng",
                   "choose one of them; pcapng holds a comment for each packet");
}

CaptureWriter::CaptureWriter(const std::string& path, LinkType type, WhenFull when_full)
    : path_(path), format_(format_of(path)), outlet_(OutputFile::create(path), "packets", when_full) {
  const std::uint32_t link_type = type == LinkType::ethernet ? link_type_ethernet : link_type_raw;
  outlet_.put(as_text(format_ == Format::pcap ? pcap_start(link_type) : pcapng_start(link_type)), false);
}

void CaptureWriter::write(CaptureTime time, Direction direction, Bytes packet, std::string_view comment) {
  const CaptureTime possible = nearest_possible(time);
  if (format_ == Format::pcap)
    write_pcap(possible, packet);
  else
    write_pcapng(possible, direction, packet, comment);
}

CaptureTime CaptureWriter::nearest_possible(CaptureTime time) {
  constexpr CaptureTime last_in_pcap = std::chrono::seconds(std::numeric_limits<std::uint32_t>::max());
  const CaptureTime last = format_ == Format::pcap ? last_in_pcap : CaptureTime::max();
  const CaptureTime nearest = std::clamp(time, CaptureTime::zero(), last);
  times_changed_ += nearest != time;
  return nearest;
}

void CaptureWriter::write_pcap(CaptureTime time, Bytes packet) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
  const PcapRecordHeader header{static_cast<std::uint32_t>(seconds.count()), static_cast<std::uint32_t>(rest.count()),
                                static_cast<std::uint32_t>(packet.size()), static_cast<std::uint32_t>(packet.size())};
  std::vector<std::uint8_t> record(sizeof header);
  std::memcpy(record.data(), &header, sizeof header);
  record.insert(record.end(), packet.begin(), packet.end());
  outlet_.put(as_text(record));
}

void CaptureWriter::write_pcapng(CaptureTime time, Direction direction, Bytes packet, std::string_view comment) {
  const auto ticks = static_cast<std::uint64_t>(time.count());
  const auto size = static_cast<std::uint32_t>(packet.size());
  const std::uint32_t flags = direction == Direction::in ? 1 : 2;
  Block block(enhanced_packet);
  block.add(std::uint32_t{0});  // the interface
  block.add(static_cast<std::uint32_t>(ticks >> 32));
  block.add(static_cast<std::uint32_t>(ticks));
  block.add(size);
  block.add(size);
  block.add_padded(packet.data(), packet.size());
  block.add_option(option_comment, comment.data(), comment.size());
  block.add_option(option_packet_flags, &flags, sizeof flags);
  block.add_option(option_end, nullptr, 0);
  outlet_.put(as_text(block.finish()));
}

void CaptureWriter::finish() {
  if (outlet_.flush()) return;
  throw UsageFault(fmt::format("cannot write all of {}", path_), std::strerror(outlet_.report().error),
                   "make room on the file system, and run it again");
}

}  // namespace tunstack
