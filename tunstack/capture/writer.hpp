// Writes captures of raw IP packets or Ethernet frames: pcapng, with a comment for each packet, or pcap without.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "tunstack/capture/link_layer.hpp"
#include "tunstack/capture/reader.hpp"

namespace tunstack {

enum class Direction : std::uint8_t { in, out };

class CaptureWriter {
 public:
  /// The format is told by the end of the name, .pcap or .pcapng. An existing file is overwritten. Throws UsageFault.
  explicit CaptureWriter(const std::string& path, LinkType type = LinkType::raw_ip);

  void write(CaptureTime time, Direction direction, Bytes packet, std::string_view comment);
  /// Makes sure that all of it is in the file. Throws UsageFault if it is not.
  void finish();

 private:
  enum class Format : std::uint8_t { pcap, pcapng };
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void write_pcap(CaptureTime time, Bytes packet);
  void write_pcapng(CaptureTime time, Direction direction, Bytes packet, std::string_view comment);
  void put(const void* bytes, std::size_t size);

  std::string path_;
  Format format_ = Format::pcap;
  std::unique_ptr<std::FILE, Close> file_;
  bool failed_ = false;
};

}  // namespace tunstack
