// Reads captures, pcap and pcapng, with libpcap.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "tunstack/capture/link_layer.hpp"

struct pcap;

namespace tunstack {

/// Time since 1970 UTC.
using CaptureTime = std::chrono::nanoseconds;
/// Nanoseconds in 64 bits go on until April 2262; what is due after the last packet has to be possible, too.
inline constexpr CaptureTime latest_capture_time =
    std::chrono::sys_days(std::chrono::January / 1 / 2262).time_since_epoch();

struct CapturedFrame {
  CaptureTime time{};       // from 1970 to 2262
  Bytes bytes;              // valid until the next one is read
  bool cut_short = false;   // the capture holds less than was on the wire
  bool other_time = false;  // the capture has a time before or after all that can be; it counts as the nearest one
};

class CaptureReader {
 public:
  /// "-" is the standard input. Throws UsageFault.
  explicit CaptureReader(const std::string& path);

  LinkType link_type() const { return link_type_; }
  /// Nothing at the end. Throws UsageFault, with the number of the packet, where the file is broken.
  std::optional<CapturedFrame> next();
  /// How many were read.
  std::size_t count() const { return count_; }

 private:
  struct Close {
    void operator()(pcap* handle) const;
  };
  std::string path_;
  std::unique_ptr<pcap, Close> handle_;
  LinkType link_type_ = LinkType::raw_ip;
  bool is_pcap_ = false;
  std::size_t count_ = 0;
};

}  // namespace tunstack
