#include "tunstack/capture/pcapng_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "tunstack/capture/pcapng_format.hpp"

namespace tunstack {

namespace {

using Refusal = std::unexpected<std::string>;

constexpr std::size_t largest_block = std::size_t{16} << 20;
constexpr std::size_t most_interfaces = 1024;
constexpr std::size_t most_marks = 65536;  // between two packets
constexpr std::size_t most_octets_of_marks = std::size_t{4} << 20;
constexpr std::size_t octets_around_body = 12;  // type and both lengths

/// Ticks a second of an if_tsresol: a power of ten, or of two if the highest bit is set.
std::optional<std::uint64_t> ticks_of(std::uint8_t resolution) {
  const unsigned power = resolution & 0x7fU;
  if ((resolution & 0x80U) != 0) return power < 64 ? std::optional(std::uint64_t{1} << power) : std::nullopt;
  if (power > 19) return std::nullopt;
  std::uint64_t ticks = 1;
  for (unsigned i = 0; i < power; ++i) ticks *= 10;
  return ticks;
}

/// Part of a second, in nanoseconds. So many ticks a second cannot be multiplied by a billion: the last digits go.
std::int64_t nanoseconds_of(std::uint64_t ticks, std::uint64_t a_second) {
  constexpr std::uint64_t billion = 1'000'000'000;
  while (a_second > 4 * billion) {
    ticks /= 2;
    a_second /= 2;
  }
  return static_cast<std::int64_t>(std::min(ticks * billion / a_second, billion - 1));
}

template <class Number>
Number load(Bytes bytes, std::size_t at, bool is_swapped) {
  Number value = 0;
  if (at > bytes.size() || bytes.size() - at < sizeof value) return 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return is_swapped ? std::byteswap(value) : value;
}

}  // namespace

std::uint16_t PcapngReader::u16(std::size_t at) const { return load<std::uint16_t>(body_, at, is_swapped_); }
std::uint32_t PcapngReader::u32(std::size_t at) const { return load<std::uint32_t>(body_, at, is_swapped_); }
std::uint64_t PcapngReader::u64(std::size_t at) const { return load<std::uint64_t>(body_, at, is_swapped_); }

/// The options at the end of a block, those that are known; of several comments the first.
struct PcapngReader::Options {
  std::string_view comment;
  std::optional<std::size_t> resolution, offset, flags;  // where their values begin
};

PcapngReader::Options PcapngReader::options_from(std::size_t at) const {
  Options found;
  const Bytes body(body_);
  while (at + 4 <= body.size()) {
    const std::uint16_t code = u16(at);
    const std::uint16_t size = u16(at + 2);
    at += 4;
    if (code == pcapng::option_end || body.size() - at < size) break;
    if (code == pcapng::option_comment && found.comment.empty())
      found.comment = {reinterpret_cast<const char*>(body.data()) + at, size};
    if (type_ == pcapng::interface_description && code == pcapng::interface_time_resolution && size >= 1)
      found.resolution = at;
    if (type_ == pcapng::interface_description && code == pcapng::interface_time_offset && size >= 8) found.offset = at;
    if (type_ != pcapng::interface_description && code == pcapng::packet_flags && size >= 4) found.flags = at;
    at += pcapng::padded(size);
  }
  return found;
}

// ---- blocks ----

/// Appends to the body. What a length promises takes no memory before it is there.
bool PcapngReader::read_octets(std::size_t size) {
  constexpr std::size_t step = 65536;
  while (size > 0) {
    const std::size_t part = std::min(size, step), before = body_.size();
    body_.resize(before + part);
    if (std::fread(body_.data() + before, 1, part, file_) != part) return false;
    size -= part;
  }
  return true;
}

std::expected<PcapngReader::Block, std::string> PcapngReader::read_block() {
  const char* const cut = "the file ends within a block";
  body_.clear();
  const int first = std::fgetc(file_);
  if (first == EOF && std::ferror(file_) != 0) return Refusal(std::strerror(errno));
  if (first == EOF) return Block::end;
  std::ungetc(first, file_);
  if (!read_octets(8)) return Refusal(cut);
  type_ = u32(0);
  constexpr std::size_t before_body = 8;
  if (type_ == pcapng::section_header) {
    if (!read_octets(4)) return Refusal(cut);
    is_swapped_ = false;
    is_swapped_ = u32(8) != pcapng::byte_order_magic;
    if (u32(8) != pcapng::byte_order_magic) return Refusal("a section does not tell its byte order");
  }
  const std::uint32_t length = u32(4);
  if (length < octets_around_body + (body_.size() - before_body) || length > largest_block || length % 4 != 0)
    return Refusal(fmt::format("a block cannot have a length of {}", length));
  if (!read_octets(length - body_.size())) return Refusal(cut);
  if (u32(body_.size() - 4) != length) return Refusal("a block has two lengths");
  body_.resize(body_.size() - 4);
  body_.erase(body_.begin(), body_.begin() + static_cast<std::ptrdiff_t>(before_body));
  return Block::read;
}

std::expected<void, std::string> PcapngReader::take_section() {
  constexpr std::size_t fixed = 16;
  if (body_.size() < fixed) return Refusal("a section header is too short");
  if (u16(4) != 1) return Refusal(fmt::format("its version of pcapng is {}", u16(4)));
  interfaces_.clear();
  if (!origin_) origin_ = origin_in(options_from(fixed).comment);
  return {};
}

std::expected<void, std::string> PcapngReader::take_interface() {
  constexpr std::size_t fixed = 8;
  if (body_.size() < fixed) return Refusal("the description of an interface is too short");
  if (interfaces_.size() == most_interfaces) return Refusal("it has too many interfaces");
  if (std::exchange(has_link_type_, true) && u16(0) != link_type_)
    return Refusal("its interfaces have different link types");
  link_type_ = u16(0);
  Interface interface{.snapshot = u32(4)};
  const Options options = options_from(fixed);
  if (options.resolution) {
    const auto ticks = ticks_of(body_[*options.resolution]);
    if (!ticks) return Refusal("its times are finer than anybody can count");
    interface.ticks_a_second = *ticks;
  }
  if (options.offset) interface.offset = static_cast<std::int64_t>(u64(*options.offset));
  interfaces_.push_back(interface);
  return {};
}

/// A block that is no packet.
std::expected<void, std::string> PcapngReader::take_other() {
  constexpr std::size_t fixed = 12;
  if (type_ == pcapng::section_header) return take_section();
  if (type_ == pcapng::interface_description) return take_interface();
  if (type_ != pcapng::interface_statistics || body_.size() < fixed || marks_.size() == most_marks) return {};
  const std::string_view comment = options_from(fixed).comment;
  if (octets_of_marks_ + comment.size() > most_octets_of_marks) return {};
  auto mark = mark_in(comment);
  CapturedFrame timed;
  if (!mark || !set_time(timed, u32(0), 4)) return {};
  mark->interface = static_cast<InterfaceId>(std::min<std::uint32_t>(u32(0), 0xff));
  marks_.push_back({timed.time, std::move(*mark)});
  octets_of_marks_ += comment.size();
  return {};
}

// ---- packets ----

std::expected<void, std::string> PcapngReader::set_time(CapturedFrame& frame, std::size_t interface,
                                                        std::size_t at) const {
  if (interface >= interfaces_.size()) return Refusal("it is of an interface that is not described");
  const Interface& of = interfaces_[interface];
  const std::uint64_t ticks = std::uint64_t{u32(at)} << 32 | u32(at + 4);
  constexpr std::int64_t most = std::chrono::floor<std::chrono::seconds>(latest_capture_time).count();
  const std::uint64_t since = ticks / of.ticks_a_second;
  // Both are far below what would overflow, or out of bounds anyway.
  const std::int64_t seconds =
      static_cast<std::int64_t>(std::min(since, std::uint64_t{1} << 62)) + std::clamp(of.offset, -2 * most, 2 * most);
  frame.other_time = seconds < 0 || seconds >= most;
  if (!frame.other_time)
    frame.time = std::chrono::seconds(seconds) +
                 std::chrono::nanoseconds(nanoseconds_of(ticks % of.ticks_a_second, of.ticks_a_second));
  else if (seconds > 0)
    frame.time = latest_capture_time;
  return {};
}

/// An enhanced packet, or an obsolete one, whose interface is told in half of the octets.
std::expected<CapturedFrame, std::string> PcapngReader::packet() {
  constexpr std::size_t fixed = 20;
  if (body_.size() < fixed) return Refusal("its block is too short");
  const std::uint32_t size = u32(12);
  if (size > body_.size() - fixed) return Refusal("it is longer than its block");
  CapturedFrame frame{.bytes = Bytes(body_).subspan(fixed, size), .cut_short = size < u32(16)};
  const std::size_t interface = type_ == pcapng::enhanced_packet ? u32(0) : u16(0);
  if (const auto timed = set_time(frame, interface, 4); !timed) return Refusal(timed.error());
  frame.interface = interface;
  const Options options = options_from(fixed + pcapng::padded(size));
  frame.comment = options.comment;
  const std::uint32_t direction = options.flags ? u32(*options.flags) & 3 : 0;
  if (direction == pcapng::inbound) frame.direction = Direction::in;
  if (direction == pcapng::outbound) frame.direction = Direction::out;
  last_time_ = frame.time;
  return frame;
}

/// It has no time: it counts as coming with the one before.
std::expected<CapturedFrame, std::string> PcapngReader::packet_without_time() {
  constexpr std::size_t fixed = 4;
  if (interfaces_.empty()) return Refusal("it is of an interface that is not described");
  if (body_.size() < fixed) return Refusal("its block is too short");
  std::size_t size = std::min<std::size_t>(u32(0), body_.size() - fixed);
  if (interfaces_[0].snapshot != 0) size = std::min<std::size_t>(size, interfaces_[0].snapshot);
  return CapturedFrame{.time = last_time_, .bytes = Bytes(body_).subspan(fixed, size), .cut_short = size < u32(0)};
}

std::expected<std::uint32_t, std::string> PcapngReader::open() {
  for (bool is_first = true; !has_link_type_; is_first = false) {
    const auto block = read_block();
    if (!block) return Refusal(block.error());
    if (*block == Block::end) return Refusal("it describes no interface");
    if (is_first && type_ != pcapng::section_header) return Refusal("it does not begin with a section");
    if (const auto taken = take_other(); !taken) return Refusal(taken.error());
  }
  return link_type_;
}

std::expected<std::optional<CapturedFrame>, std::string> PcapngReader::next() {
  for (;;) {
    const auto block = read_block();
    if (!block) return Refusal(block.error());
    if (*block == Block::end) return std::nullopt;
    if (type_ == pcapng::enhanced_packet || type_ == pcapng::obsolete_packet) return packet();
    if (type_ == pcapng::simple_packet) return packet_without_time();
    if (const auto taken = take_other(); !taken) return Refusal(taken.error());
  }
}

}  // namespace tunstack
