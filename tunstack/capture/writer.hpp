// Writes captures of raw IP packets or Ethernet frames: pcapng, with a comment for each packet, or pcap without. Each
// packet goes to an outlet as a whole record, which is written at once.
#pragma once

#include <string>
#include <string_view>

#include "tunstack/capture/capture_mark.hpp"
#include "tunstack/capture/pcapng_writer.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

class CaptureWriter {
 public:
  /// "-" is the standard output. A name that ends in .pcap is written as pcap, all others as pcapng. An existing file
  /// is overwritten. If it is to leave out what has no room, its outlet has to be started. Throws UsageFault,
  /// SystemError.
  explicit CaptureWriter(const std::string& path, const CaptureSource& source = {},
                         WhenFull when_full = WhenFull::wait);

  /// The number of the packet in the capture, from 1; 0 if it is left out. What the format cannot say is written as the
  /// nearest time that it can: from 1970 to 2106 in pcap, to 2262 in pcapng.
  std::size_t write(CaptureTime time, Direction direction, Bytes packet, std::string_view comment,
                    InterfaceId interface = {});
  /// What happened to the host, between packets; pcap cannot say it.
  void write(CaptureTime time, const CaptureMark& mark);
  /// Makes sure that all of it is in the file. Throws UsageFault if it is not.
  void finish();

  Outlet& outlet() { return outlet_; }
  /// How many packets have another time than they came with.
  std::size_t times_changed() const { return times_changed_; }

 private:
  enum class Format : std::uint8_t { pcap, pcapng };

  CaptureTime nearest_possible(CaptureTime time);

  std::string path_;
  Format format_;
  Outlet outlet_;
  std::size_t count_ = 0;
  std::size_t times_changed_ = 0;
};

}  // namespace tunstack
