// A second walk along the headers of an IPv6 packet, for fuzz targets: plainly written from RFC 8200 4, RFC 7112 5,
// RFC 2675 3 and RFC 8883, with nothing of what it is compared with.
#pragma once

#include <algorithm>
#include <optional>

#include "protocols/base/bytes.hpp"

namespace tunstack::fuzz {

struct WalkLimits {
  std::size_t headers = 8, options = 8, chain = 1280, padding = 0;
  bool jumbo = false;
};

/// What a host must make of a chain: a parameter problem, silence, waiting for other fragments, or an upper layer.
struct Outcome {
  enum class Kind : std::uint8_t { silent, problem, fragment, upper } kind;
  unsigned code = 0;
  std::size_t pointer = 0;  // of a problem, octets
  unsigned protocol = 0;    // of an upper layer
  std::size_t at = 0, announced_at = 0;

  static Outcome problem(unsigned code, std::size_t pointer) {
    return {.kind = Kind::problem, .code = code, .pointer = pointer};
  }
  static Outcome silent() { return {.kind = Kind::silent}; }
};

inline bool is_header_to_step_over(unsigned kind) { return kind == 0 || kind == 43 || kind == 44 || kind == 60; }

/// The upper layer, whatever the headers before it hold; nothing if it is not there. `headers`: how many were begun,
/// with 8 octets.
inline std::optional<Outcome> plain_upper_layer(Bytes packet, std::size_t& headers) {
  std::size_t at = 40, announced_at = 6;
  for (headers = 0; is_header_to_step_over(packet[announced_at]);) {
    const unsigned kind = packet[announced_at];
    if (at + 8 > packet.size()) return std::nullopt;
    ++headers;
    const std::size_t size = kind == 44 ? 8 : packet[at + 1] * 8U + 8;
    if (at + size > packet.size()) return std::nullopt;
    if (kind == 44 && load_be16(packet, at + 2) >= 8) return std::nullopt;
    announced_at = at;
    at += size;
  }
  return Outcome{
      .kind = Outcome::Kind::upper, .protocol = packet[announced_at], .at = at, .announced_at = announced_at};
}

inline std::optional<Outcome> plain_upper_layer(Bytes packet) {
  std::size_t headers = 0;
  return plain_upper_layer(packet, headers);
}

class PlainWalk {
 public:
  /// `received`: as the device gave it, perhaps with octets behind the end of the packet.
  PlainWalk(Bytes received, bool to_group, const WalkLimits& limits)
      : received_(received), packet_(received.first(40U + load_be16(received, 4))), group_(to_group), limits_(limits) {}

  Outcome outcome() const {
    if (limits_.jumbo && packet_.size() == 40 && packet_[6] == 0) return jumbogram();
    std::size_t at = 40, announced_at = 6;
    for (std::size_t number = 1; is_header_to_step_over(packet_[announced_at]); ++number) {
      const unsigned kind = packet_[announced_at];
      if (kind == 0 && announced_at != 6) return Outcome::problem(1, announced_at);
      if (at + 2 > packet_.size()) return Outcome::silent();
      const std::size_t size = kind == 44 ? 8 : packet_[at + 1] * 8U + 8;
      if (at + size > packet_.size()) return Outcome::problem(0, at + 1);
      // RFC 8883 4.1: ordinary problems, then codes 6, 10, 9, 7 and 8. A header of this size ends the matter at once.
      if (40 + size > limits_.chain) return Outcome::problem(6, at);
      if (kind == 43 && packet_[at + 3] != 0) return Outcome::problem(0, at + 2);
      if (kind == 0 || kind == 60)
        if (const auto found = options(kind, at, size)) return *found;
      if (at + size > limits_.chain) return Outcome::problem(7, limits_.chain);
      if (number > limits_.headers) return Outcome::problem(8, at);
      if (kind == 44 && (load_be16(packet_, at + 2) & 0xfff9) != 0) return fragment(at);
      announced_at = at;
      at += size;
    }
    return {.kind = Outcome::Kind::upper, .protocol = packet_[announced_at], .at = at, .announced_at = announced_at};
  }

 private:
  std::optional<Outcome> options(unsigned kind, std::size_t start, std::size_t size) const {
    std::size_t known = 0, paddings = 0, padding = 0;
    const std::size_t end = start + size;
    for (std::size_t at = start + 2; at < end;) {
      const unsigned type = packet_[at];
      std::size_t next = at + 1;
      if (type == 0) {
        while (next < end && packet_[next] == 0) ++next;  // counts as one padding
      } else {
        if (at + 1 == end || at + 2U + packet_[at + 1] > end) return Outcome::problem(0, at + 1);
        next = at + 2U + packet_[at + 1];
      }
      if (type > 1) {
        if (limits_.jumbo && kind == 0 && type == 0xc2) return Outcome::problem(0, at);
        if (type >> 6 == 1 || (type >> 6 == 3 && group_)) return Outcome::silent();
        if (type >> 6 != 0) return Outcome::problem(2, at);
        if (++known > limits_.options) return Outcome::problem(9, at);
        padding = 0;
      } else {
        padding += next - at;
        if (++paddings > 16 || (limits_.padding != 0 && padding > limits_.padding)) return Outcome::problem(10, at);
      }
      at = next;
    }
    return std::nullopt;
  }

  Outcome fragment(std::size_t at) const {
    const std::size_t offset = load_be16(packet_, at + 2) & 0xfff8U, data = packet_.size() - at - 8;
    const bool more = (packet_[at + 3] & 1) != 0;
    if (data == 0 && offset != 0) return Outcome::silent();
    if (more && data % 8 != 0) return Outcome::problem(0, 4);
    if (at - 40 + offset + data > 65535) return Outcome::problem(0, at + 2);
    if (offset == 0 && packet_[at] == 0) return Outcome::problem(1, at);
    if (offset == 0 && lacks_headers()) return Outcome::problem(3, 0);
    if (data == 0) return Outcome::silent();
    return {.kind = Outcome::Kind::fragment};
  }

  /// RFC 7112 4: up to the end of the upper layer's header.
  bool lacks_headers() const {
    std::size_t headers = 0;
    const auto upper = plain_upper_layer(packet_, headers);
    if (headers > 40) return false;  // nobody looks that far
    if (!upper) return true;
    const unsigned protocol = upper->protocol;
    const std::size_t least = protocol == 6 ? 20 : protocol == 17 || protocol == 58 ? 8 : protocol == 59 ? 0 : 1;
    return packet_.size() - upper->at < least;
  }

  /// The payload length is 0, so the length should stand in an option of the hop-by-hop header (RFC 2675 3).
  Outcome jumbogram() const {
    const Bytes all = received_;
    if (all.size() < 42 || all.size() < 48U + all[41] * 8U) return Outcome::problem(0, 4);
    const std::size_t end = 48U + all[41] * 8U;
    for (std::size_t at = 42; at < end;) {
      if (all[at] == 0) {
        ++at;
        continue;
      }
      if (at + 1 == end || at + 2U + all[at + 1] > end) break;
      if (all[at] == 0xc2 && all[at + 1] != 4) return Outcome::problem(0, at + 1);
      if (all[at] == 0xc2 && load_be32(all, at + 2) < 65536) return Outcome::problem(0, at + 2);
      if (all[at] == 0xc2) return all[40] == 44 ? Outcome::problem(0, end) : Outcome::silent();
      at += 2U + all[at + 1];
    }
    return Outcome::problem(0, 4);
  }

  Bytes received_, packet_;
  bool group_;
  WalkLimits limits_;
};

}  // namespace tunstack::fuzz
