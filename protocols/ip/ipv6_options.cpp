#include "protocols/ip/ipv6_options.hpp"

#include "protocols/wire/ipv6.hpp"

namespace tunstack::ip {

namespace {

std::optional<Verdict> judge_unknown(const Ipv6Option& option, const Ipv6OptionsHeader& header) {
  switch (action_for_unknown(option.type())) {
    case UnknownOption::skip:
      return std::nullopt;
    case UnknownOption::discard:
      return Drop{Reason::ipv6_option_discarded};
    case UnknownOption::report_unless_multicast:
      if (header.to_group) return Drop{Reason::ipv6_option_unrecognized_to_group};
      [[fallthrough]];
    case UnknownOption::report:
      break;
  }
  return Error{Reason::ipv6_option_unrecognized, Problem::unrecognized_option,
               static_cast<std::uint32_t>(header.offset + option.offset)};
}

Verdict jumbo_misused(std::size_t pointer) {
  return Error{Reason::ipv6_jumbo_misused, Problem::erroneous_header_field, static_cast<std::uint32_t>(pointer)};
}

/// In a packet with a payload length, which makes the option wrong.
std::optional<Verdict> judge_option(const Ipv6Option& option, const Ipv6OptionsHeader& header, bool jumbo) {
  if (option.is_padding()) return std::nullopt;
  if (jumbo && option.type() == ipv6_option::jumbo_payload && header.kind == protocol_number::hop_by_hop_options)
    return jumbo_misused(header.offset + option.offset);
  return judge_unknown(option, header);
}

/// Counts what the limits limit. Too much padding goes before too many options (RFC 8883 4.1).
class Tally {
 public:
  explicit Tally(const Ipv6OptionPolicy& limits) : limits_(limits) {}

  std::optional<Verdict> add(const Ipv6Option& option, const Ipv6OptionsHeader& header) {
    const auto pointer = static_cast<std::uint32_t>(header.offset + option.offset);
    if (option.is_padding()) {
      padding_ += option.bytes.size();
      ++paddings_;
    } else {
      padding_ = 0;
      ++options_;
    }
    if ((limits_.padding != 0 && padding_ > limits_.padding) || paddings_ > max_paddings)
      return Error{Reason::ipv6_option_padding_too_long, Problem::option_too_big, pointer};
    if (options_ > limits_.options) return Error{Reason::ipv6_too_many_options, Problem::too_many_options, pointer};
    return std::nullopt;
  }

 private:
  const Ipv6OptionPolicy& limits_;
  std::size_t padding_ = 0;  // octets in a row
  std::size_t paddings_ = 0;
  std::size_t options_ = 0;
};

}  // namespace

std::optional<Verdict> judge_options(const Ipv6OptionsHeader& header, const Ipv6OptionPolicy& policy) {
  Tally tally(policy);
  Ipv6OptionReader reader(header.bytes);
  while (const auto option = reader.next()) {
    if (const auto verdict = judge_option(*option, header, policy.jumbo)) return verdict;
    if (const auto verdict = tally.add(*option, header)) return verdict;
  }
  if (const auto at = reader.bad_length_at())
    return Error{Reason::ipv6_option_length_invalid, Problem::erroneous_header_field,
                 static_cast<std::uint32_t>(header.offset + *at)};
  return std::nullopt;
}

Verdict judge_jumbogram(Bytes received) {
  const auto header = ipv6_extension_at(received, ipv6_header_size, protocol_number::hop_by_hop_options);
  if (!header) return jumbo_misused(ipv6_offset::payload_length);
  Ipv6OptionReader reader(*header);
  while (const auto option = reader.next()) {
    if (option->type() != ipv6_option::jumbo_payload) continue;
    const std::size_t at = ipv6_header_size + option->offset;
    if (option->bytes.size() != ipv6_option::jumbo_payload_size) return jumbo_misused(at + ipv6_option_offset::length);
    if (load_be32(option->bytes, ipv6_option_offset::data) <= 0xffff)
      return jumbo_misused(at + ipv6_option_offset::data);
    if ((*header)[ipv6_extension_offset::next_header] == protocol_number::fragment)
      return jumbo_misused(ipv6_header_size + header->size());
    return Drop{Reason::ipv6_truncated};
  }
  return jumbo_misused(ipv6_offset::payload_length);
}

}  // namespace tunstack::ip
