// Reads captures: pcapng with a reader of our own, pcap with libpcap.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "tunstack/capture/link_layer.hpp"
#include "tunstack/capture/pcapng_reader.hpp"

struct pcap;

namespace tunstack {

class CaptureReader {
 public:
  /// "-" is the standard input. Throws UsageFault.
  explicit CaptureReader(const std::string& path);

  LinkType link_type() const { return link_type_; }
  /// Nothing at the end. Throws UsageFault, with the number of the packet, where the file is broken.
  std::optional<CapturedFrame> next();
  /// How many were read.
  std::size_t count() const { return count_; }

  /// If this is a capture of ours, in pcapng.
  std::optional<CaptureOrigin> origin() const { return pcapng_ ? pcapng_->origin() : std::nullopt; }
  /// What it says to have happened to the host since this was asked last.
  std::vector<MarkedTime> take_marks() { return pcapng_ ? pcapng_->take_marks() : std::vector<MarkedTime>{}; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct ClosePcap {
    void operator()(pcap* handle) const;
  };
  void open_pcapng();
  void open_pcap();
  std::optional<CapturedFrame> next_of_pcap();
  [[noreturn]] void refuse_file(const std::string& why) const;
  [[noreturn]] void refuse_packet(const std::string& why) const;

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::optional<PcapngReader> pcapng_;
  std::unique_ptr<pcap, ClosePcap> pcap_;  // has taken the file
  LinkType link_type_ = LinkType::raw_ip;
  std::size_t count_ = 0;
};

}  // namespace tunstack
