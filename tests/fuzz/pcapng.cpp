// The reader of pcapng: any octets are packets, then an end or a fault, in bounded memory.
#include <cstdio>
#include <memory>

#include "tests/fuzz/sent_packets.hpp"
#include "tunstack/capture/pcapng_reader.hpp"

namespace {

using namespace tunstack;

/// Reading all octets tells a sanitizer whether they are there.
unsigned sum_of(const CapturedFrame& frame) {
  unsigned sum = 0;
  for (const std::uint8_t octet : frame.bytes) sum += octet;
  for (const char letter : frame.comment) sum += static_cast<std::uint8_t>(letter);
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::require;
  if (size == 0) return 0;
  std::string octets(reinterpret_cast<const char*>(data), size);
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(::fmemopen(octets.data(), size, "rb"), close);
  require(file != nullptr);
  PcapngReader reader(file.get());
  if (!reader.open()) return 0;
  std::size_t packets = 0;
  unsigned sum = 0;
  for (auto frame = reader.next(); frame && *frame; frame = reader.next()) {
    const CapturedFrame& packet = **frame;
    require(packet.bytes.size() <= size && packet.comment.size() <= size);
    require(packet.time >= CaptureTime::zero() && packet.time <= latest_capture_time);
    require(++packets <= size / 12);  // the least that a block takes
    sum += sum_of(packet);
  }
  for (const MarkedTime& marked : reader.take_marks())
    require(marked.time >= CaptureTime::zero() && marked.time <= latest_capture_time);
  if (const auto& origin = reader.origin()) require(origin_in(origin_text(*origin)).has_value());
  volatile unsigned kept = sum;
  static_cast<void>(kept);
  return 0;
}
