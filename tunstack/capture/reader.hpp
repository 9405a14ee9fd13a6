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

struct CapturedFrame {
  CaptureTime time;
  Bytes bytes;             // valid until the next one is read
  bool cut_short = false;  // the capture holds less than was on the wire
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
  std::size_t count_ = 0;
};

}  // namespace tunstack
