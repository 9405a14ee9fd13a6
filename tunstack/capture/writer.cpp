#include "tunstack/capture/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

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

pcapng::Octets pcap_start(LinkType type) {
  const PcapFileHeader header{.link_type = link_type_number(type)};
  pcapng::Octets start(sizeof header);
  std::memcpy(start.data(), &header, sizeof header);
  return start;
}

pcapng::Octets pcap_record(CaptureTime time, Bytes packet) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
  const PcapRecordHeader header{static_cast<std::uint32_t>(seconds.count()), static_cast<std::uint32_t>(rest.count()),
                                static_cast<std::uint32_t>(packet.size()), static_cast<std::uint32_t>(packet.size())};
  pcapng::Octets record(sizeof header);
  std::memcpy(record.data(), &header, sizeof header);
  record.insert(record.end(), packet.begin(), packet.end());
  return record;
}

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, const CaptureSource& source, WhenFull when_full)
    : path_(path),
      format_(path.ends_with(".pcap") ? Format::pcap : Format::pcapng),
      outlet_(OutputFile::create(path), "packets", when_full) {
  outlet_.put(as_text(format_ == Format::pcap ? pcap_start(source.type) : pcapng::start(source)), false);
}

std::size_t CaptureWriter::write(CaptureTime time, Direction direction, Bytes packet, std::string_view comment,
                                 InterfaceId interface) {
  const CaptureTime possible = nearest_possible(time);
  const pcapng::Octets record = format_ == Format::pcap
                                    ? pcap_record(possible, packet)
                                    : pcapng::packet_block(interface, possible, direction, packet, comment);
  return outlet_.put(as_text(record)) ? ++count_ : 0;
}

void CaptureWriter::write(CaptureTime time, const CaptureMark& mark) {
  if (format_ == Format::pcapng) outlet_.put(as_text(pcapng::mark_block(mark.interface, time, text_of(mark))), false);
}

CaptureTime CaptureWriter::nearest_possible(CaptureTime time) {
  constexpr CaptureTime last_in_pcap = std::chrono::seconds(std::numeric_limits<std::uint32_t>::max());
  const CaptureTime last = format_ == Format::pcap ? last_in_pcap : CaptureTime::max();
  const CaptureTime nearest = std::clamp(time, CaptureTime::zero(), last);
  times_changed_ += nearest != time;
  return nearest;
}

void CaptureWriter::finish() {
  if (outlet_.flush()) return;
  throw UsageFault(fmt::format("cannot write all of {}", path_), std::strerror(outlet_.report().error),
                   "make room on the file system, and run it again");
}

}  // namespace tunstack
