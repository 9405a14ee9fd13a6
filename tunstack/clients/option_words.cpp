#include "tunstack/clients/option_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/wire/ipv4_options.hpp"

namespace tunstack::clients {

namespace {

constexpr std::size_t first_address = 3, first_time = 4;  // octets from the start of the option

/// Where what was filled in ends: the pointer counts from 1.
std::size_t filled_end(Bytes option) {
  return std::min<std::size_t>(option.size(), option[2] == 0 ? 0 : option[2] - 1U);
}

/// A time with how it stands to the one before it: standard ones (RFC 791: milliseconds since midnight UT) and others
/// are counted apart.
class TimeWords {
 public:
  std::string next(std::uint32_t time) {
    constexpr std::uint32_t not_standard = 0x80000000;
    if ((time & not_standard) != 0) return difference(other_, time & ~not_standard, " not-standard");
    return difference(standard_, time, "");
  }

 private:
  static std::string difference(std::uint32_t& last, std::uint32_t time, const char* kind) {
    const std::string words =
        last == 0 ? fmt::format("\t{} absolute{}", time, kind) : fmt::format("\t{}{}", std::int64_t{time} - last, kind);
    last = time;
    return words;
  }
  std::uint32_t standard_ = 0, other_ = 0;
};

}  // namespace

std::string OptionWords::address_at(Bytes option, std::size_t at) const {
  const Ipv4Address address = Ipv4Address::load(option, at);
  return "\t" + (address.value == 0 ? "0.0.0.0" : name_(address));
}

std::string OptionWords::route(Bytes option) {
  const std::size_t end = filled_end(option);
  if (end <= first_address) return {};
  const Bytes hops = option.subspan(first_address, end - first_address);
  if (std::ranges::equal(hops, last_route_)) return "\t(same route)";
  last_route_.assign(hops.begin(), hops.end());
  std::string text = "\nRR: ";
  for (std::size_t at = first_address; at + 4 <= end; at += 4) text += address_at(option, at) + "\n";
  return text;
}

std::string OptionWords::source_route(Bytes option, char kind) const {
  std::string text = fmt::format("\n{}SRR: ", kind);
  for (std::size_t at = first_address; at + 4 <= option.size(); at += 4) text += address_at(option, at) + "\n";
  return text;
}

std::string OptionWords::times(Bytes option) const {
  const std::size_t end = filled_end(option);
  if (option.size() < first_time || end <= first_time) return {};
  const bool has_addresses = (option[3] & 0xf) != 0;
  const unsigned unrecorded = option[3] >> 4;
  std::string text = "\nTS: ";
  TimeWords time;
  const std::size_t size = has_addresses ? 8 : 4;
  for (std::size_t at = first_time; at + size <= end; at += size) {
    if (has_addresses) text += address_at(option, at);
    text += time.next(load_be32(option, at + size - 4)) + "\n";
  }
  return unrecorded == 0 ? text : text + fmt::format("Unrecorded hops: {}\n", unrecorded);
}

std::string OptionWords::of(Bytes options) {
  std::string text;
  Ipv4OptionReader reader(options);
  while (const auto option = reader.next()) {
    const Bytes bytes = option->bytes;
    if (bytes.size() < first_address) continue;
    if (bytes[0] == ipv4_option::record_route) text += route(bytes);
    if (bytes[0] == ipv4_option::timestamp) text += times(bytes);
    if (bytes[0] == ipv4_option::loose_source_route) text += source_route(bytes, 'L');
    if (bytes[0] == ipv4_option::strict_source_route) text += source_route(bytes, 'S');
  }
  return text;
}

}  // namespace tunstack::clients
