// Writes captures of raw IP packets or Ethernet frames: pcapng, with a comment for each packet, or pcap without. Each
// packet goes to an outlet as a whole record, which is written at once.
#pragma once

#include <string>
#include <string_view>

#include "tunstack/capture/link_layer.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

enum class Direction : std::uint8_t { in, out };

class CaptureWriter {
 public:
  /// The format is told by the end of the name, .pcap or .pcapng. An existing file is overwritten. If it is to leave
  /// out what has no room, its outlet has to be started. Throws UsageFault, SystemError.
  explicit CaptureWriter(const std::string& path, LinkType type = LinkType::raw_ip,
                         WhenFull when_full = WhenFull::wait);

  /// What the format cannot say is written as the nearest time that it can: from 1970 to 2106 in pcap, to 2262 in
  /// pcapng.
  void write(CaptureTime time, Direction direction, Bytes packet, std::string_view comment);
  /// Makes sure that all of it is in the file. Throws UsageFault if it is not.
  void finish();

  Outlet& outlet() { return outlet_; }
  /// How many packets have another time than they came with.
  std::size_t times_changed() const { return times_changed_; }

 private:
  enum class Format : std::uint8_t { pcap, pcapng };

  static Format format_of(const std::string& path);
  CaptureTime nearest_possible(CaptureTime time);
  void write_pcap(CaptureTime time, Bytes packet);
  void write_pcapng(CaptureTime time, Direction direction, Bytes packet, std::string_view comment);

  std::string path_;
  Format format_;
  Outlet outlet_;
  std::size_t times_changed_ = 0;
};

}  // namespace tunstack
