// THE table from a problem to the ICMP type and code that report it, in both families.
#pragma once

#include <array>

#include "protocols/base/address.hpp"
#include "protocols/base/problem.hpp"
#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/icmpv6.hpp"

namespace tunstack::icmp {

/// What the parameter of an error is: what the 32 bits behind the checksum hold; or they hold nothing, and it is the
/// code, or a pointer in an extension object (RFC 8883 3.1).
enum class RestOfHeader : std::uint8_t { zero, pointer, mtu, names_code, extended_pointer };

struct ErrorCode {
  std::uint8_t type;
  std::uint8_t code;
  RestOfHeader rest = RestOfHeader::zero;
};

struct ProblemCode {
  Problem problem;
  ErrorCode ipv4;  // RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7
  ErrorCode ipv6;  // RFC 4443 3, RFC 7112 5, RFC 8883 2
};

constexpr ErrorCode code(Icmpv4Type type, std::uint8_t code, RestOfHeader rest = RestOfHeader::zero) {
  return {static_cast<std::uint8_t>(type), code, rest};
}
constexpr ErrorCode code(Icmpv6Type type, std::uint8_t code, RestOfHeader rest = RestOfHeader::zero) {
  return {static_cast<std::uint8_t>(type), code, rest};
}

/// What only IPv6 has: in IPv4 it would be a parameter problem like others.
constexpr ProblemCode about_headers(Problem problem, std::uint8_t ipv6_code) {
  return {problem, code(Icmpv4Type::parameter_problem, 0, RestOfHeader::pointer),
          code(Icmpv6Type::parameter_problem, ipv6_code, RestOfHeader::pointer)};
}

inline constexpr std::array problem_codes = {
    ProblemCode{Problem::port_unreachable, code(Icmpv4Type::destination_unreachable, 3),
                code(Icmpv6Type::destination_unreachable, 4)},
    ProblemCode{Problem::protocol_unreachable, code(Icmpv4Type::destination_unreachable, 2),
                code(Icmpv6Type::parameter_problem, 1, RestOfHeader::pointer)},
    ProblemCode{Problem::packet_too_big, code(Icmpv4Type::destination_unreachable, 4, RestOfHeader::mtu),
                code(Icmpv6Type::packet_too_big, 0, RestOfHeader::mtu)},
    ProblemCode{Problem::unrecognized_option, code(Icmpv4Type::parameter_problem, 0, RestOfHeader::pointer),
                code(Icmpv6Type::parameter_problem, 2, RestOfHeader::pointer)},
    ProblemCode{Problem::erroneous_header_field, code(Icmpv4Type::parameter_problem, 0, RestOfHeader::pointer),
                code(Icmpv6Type::parameter_problem, 0, RestOfHeader::pointer)},
    ProblemCode{Problem::required_option_missing, code(Icmpv4Type::parameter_problem, 1),
                code(Icmpv6Type::parameter_problem, 0, RestOfHeader::pointer)},
    ProblemCode{Problem::source_route_failed, code(Icmpv4Type::destination_unreachable, 5),
                code(Icmpv6Type::destination_unreachable, 7)},
    ProblemCode{Problem::reassembly_timeout, code(Icmpv4Type::time_exceeded, 1), code(Icmpv6Type::time_exceeded, 1)},
    ProblemCode{Problem::hop_limit_exceeded, code(Icmpv4Type::time_exceeded, 0), code(Icmpv6Type::time_exceeded, 0)},
    ProblemCode{Problem::network_unreachable, code(Icmpv4Type::destination_unreachable, 0),
                code(Icmpv6Type::destination_unreachable, 0)},
    ProblemCode{Problem::host_unreachable, code(Icmpv4Type::destination_unreachable, 1),
                code(Icmpv6Type::destination_unreachable, 3)},
    ProblemCode{Problem::beyond_scope, code(Icmpv4Type::destination_unreachable, 0),
                code(Icmpv6Type::destination_unreachable, 2)},
    ProblemCode{Problem::prohibited, code(Icmpv4Type::destination_unreachable, 13),
                code(Icmpv6Type::destination_unreachable, 1)},
    ProblemCode{Problem::source_refused, code(Icmpv4Type::destination_unreachable, 13),
                code(Icmpv6Type::destination_unreachable, 5)},
    ProblemCode{Problem::route_rejects, code(Icmpv4Type::destination_unreachable, 1),
                code(Icmpv6Type::destination_unreachable, 6)},
    ProblemCode{Problem::network_unreachable_for_service, code(Icmpv4Type::destination_unreachable, 11),
                code(Icmpv6Type::destination_unreachable, 0)},
    ProblemCode{Problem::host_unreachable_for_service, code(Icmpv4Type::destination_unreachable, 12),
                code(Icmpv6Type::destination_unreachable, 0)},
    ProblemCode{Problem::precedence_cut_off, code(Icmpv4Type::destination_unreachable, 15),
                code(Icmpv6Type::destination_unreachable, 1)},
    ProblemCode{Problem::unreachable_by_code, code(Icmpv4Type::destination_unreachable, 0, RestOfHeader::names_code),
                code(Icmpv6Type::destination_unreachable, 0, RestOfHeader::names_code)},
    ProblemCode{Problem::headers_too_long, code(Icmpv4Type::destination_unreachable, 0),
                code(Icmpv6Type::destination_unreachable, 8, RestOfHeader::extended_pointer)},
    about_headers(Problem::header_chain_incomplete, 3),
    about_headers(Problem::next_header_unknown_on_way, 5),
    about_headers(Problem::extension_header_too_big, 6),
    about_headers(Problem::extension_chain_too_long, 7),
    about_headers(Problem::too_many_extension_headers, 8),
    about_headers(Problem::too_many_options, 9),
    about_headers(Problem::option_too_big, 10),
};

constexpr const ErrorCode& code_of(Problem problem, Family family) {
  const ProblemCode& row = problem_codes[static_cast<std::size_t>(problem)];
  return family == Family::ipv4 ? row.ipv4 : row.ipv6;
}

static_assert(
    [] {
      for (std::size_t i = 0; i < problem_codes.size(); ++i)
        if (problem_codes[i].problem != Problem{static_cast<std::uint8_t>(i)}) return false;
      return true;
    }(),
    "rows stand in the order of Problem");

/// The message: type, code and the 32 bits that the type asks for. An ICMPv4 pointer has 8 bits (RFC 792), an MTU
/// the low 16 of the 32 (RFC 1191 4).
constexpr IcmpError error_message(const ErrorCode& code, Family family, std::uint32_t parameter, Bytes quote) {
  std::uint32_t rest = 0;
  if (code.rest == RestOfHeader::mtu) rest = parameter;
  if (code.rest == RestOfHeader::pointer) rest = family == Family::ipv4 ? parameter << 24 : parameter;
  const auto told = code.rest == RestOfHeader::names_code ? static_cast<std::uint8_t>(parameter) : code.code;
  return {.type = code.type, .code = told, .rest_of_header = rest, .quote = quote};
}

}  // namespace tunstack::icmp
