#include "tunstack/clients/error_words.hpp"

#include <fmt/format.h>

#include <array>

namespace tunstack::clients {

namespace {

constexpr std::array unreachable4 = {
    "Destination Net Unreachable",
    "Destination Host Unreachable",
    "Destination Protocol Unreachable",
    "Destination Port Unreachable",
    "",  // with its MTU
    "Source Route Failed",
    "Destination Net Unknown",
    "Destination Host Unknown",
    "Source Host Isolated",
    "Destination Net Prohibited",
    "Destination Host Prohibited",
    "Destination Net Unreachable for Type of Service",
    "Destination Host Unreachable for Type of Service",
    "Packet filtered",
    "Precedence Violation",
    "Precedence Cutoff",
};
constexpr std::array redirect4 = {"Redirect Network", "Redirect Host", "Redirect Type of Service and Network",
                                  "Redirect Type of Service and Host"};
constexpr std::array exceeded4 = {"Time to live exceeded", "Frag reassembly time exceeded"};
constexpr std::array unreachable6 = {"No route", "Administratively prohibited", "Beyond scope of source address",
                                     "Address unreachable", "Port unreachable"};
constexpr std::array exceeded6 = {"Hop limit", "Defragmentation failure"};
constexpr std::array problem6 = {"Wrong header field ", "Unknown header ", "Unknown option "};

template <std::size_t size>
std::string word(const std::array<const char*, size>& words, unsigned code, const std::string& otherwise) {
  return code < size ? words[code] : otherwise;
}

std::string words4(const ReportedError& error, const std::string& gateway) {
  const unsigned code = error.code;
  switch (error.type) {
    case 3:
      if (const auto mtu = error.mtu()) return fmt::format("Frag needed and DF set (mtu = {})", *mtu);
      return word(unreachable4, code, fmt::format("Dest Unreachable, Bad Code: {}", code));
    case 4:
      return "Source Quench";
    case 5:
      return fmt::format("{}(New nexthop: {})", word(redirect4, code, fmt::format("Redirect, Bad Code: {}", code)),
                         gateway);
    case 11:
      return word(exceeded4, code, fmt::format("Time exceeded, Bad Code: {}", code));
    case 12:
      return fmt::format("Parameter problem: pointer = {}", error.info());
    default:
      return fmt::format("Bad ICMP type: {}", error.type);
  }
}

std::string words6(const ReportedError& error) {
  const unsigned code = error.code;
  switch (error.type) {
    case 1:
      return "Destination unreachable: " + word(unreachable6, code, fmt::format("Unknown code {}", code));
    case 2:
      return fmt::format("Packet too big: mtu={}", error.info()) + (code != 0 ? fmt::format(", code={}", code) : "");
    case 3:
      return "Time exceeded: " + word(exceeded6, code, fmt::format("code {}", code));
    case 4:
      return fmt::format("Parameter problem: {}at {}", word(problem6, code, fmt::format("code {} ", code)),
                         error.info());
    default:
      return fmt::format("unknown icmp type: {}", error.type);
  }
}

}  // namespace

std::string ping_words(const ReportedError& error, const std::string& gateway) {
  return error.is_ipv4() ? words4(error, gateway) : words6(error);
}

}  // namespace tunstack::clients
