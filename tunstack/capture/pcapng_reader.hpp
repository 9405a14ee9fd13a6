// Reads pcapng, also what libpcap does not show of it: who wrote it, directions, comments. Any octets are good input.
#pragma once

#include <cstdio>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tunstack/capture/capture_mark.hpp"
#include "tunstack/capture/captured_frame.hpp"

namespace tunstack {

class PcapngReader {
 public:
  /// `file` is at its start and must outlive the reader.
  explicit PcapngReader(std::FILE* file) : file_(file) {}

  /// Reads up to the first interface, and tells the number of its link type. Otherwise, as below, what is wrong.
  std::expected<std::uint32_t, std::string> open();
  /// The next packet; nothing at the end.
  std::expected<std::optional<CapturedFrame>, std::string> next();
  const std::optional<CaptureOrigin>& origin() const { return origin_; }
  /// What was marked since this was asked last.
  std::vector<MarkedTime> take_marks() {
    octets_of_marks_ = 0;
    return std::exchange(marks_, {});
  }

 private:
  struct Interface {
    std::uint64_t ticks_a_second = 1'000'000;
    std::int64_t offset = 0;  // seconds
    std::uint32_t snapshot = 0;
  };
  struct Options;

  enum class Block : std::uint8_t { read, end };
  std::expected<Block, std::string> read_block();
  bool read_octets(std::size_t size);
  std::uint16_t u16(std::size_t at) const;
  std::uint32_t u32(std::size_t at) const;
  std::uint64_t u64(std::size_t at) const;
  Options options_from(std::size_t at) const;

  std::expected<void, std::string> take_section();
  std::expected<void, std::string> take_interface();
  std::expected<void, std::string> take_other();
  std::expected<CapturedFrame, std::string> packet();
  std::expected<CapturedFrame, std::string> packet_without_time();
  std::expected<void, std::string> set_time(CapturedFrame& frame, std::size_t interface, std::size_t at) const;

  std::FILE* file_;
  bool is_swapped_ = false;         // the file has the other byte order
  std::uint32_t type_ = 0;          // of the block
  std::vector<std::uint8_t> body_;  // of the block, without its lengths
  std::uint32_t link_type_ = 0;     // of the first interface, and so of all
  bool has_link_type_ = false;
  std::vector<Interface> interfaces_;  // of the section
  CaptureTime last_time_{};
  std::optional<CaptureOrigin> origin_;
  std::vector<MarkedTime> marks_;
  std::size_t octets_of_marks_ = 0;
};

}  // namespace tunstack
