#include "protocols/ip/path_mtu.hpp"

#include <array>

#include "protocols/wire/ipv6.hpp"

namespace tunstack::ip {

namespace {

constexpr std::size_t smallest = 68;  // octets (RFC 791 3.2)

/// The MTUs of links that exist (RFC 1191 7).
constexpr std::array<std::size_t, 11> plateaus = {65535, 32000, 17914, 8166, 4352,    2002,
                                                  1492,  1006,  508,   296,  smallest};

constexpr std::size_t plateau_below(std::size_t length) {
  for (const std::size_t plateau : plateaus)
    if (plateau < length) return plateau;
  return smallest;
}

}  // namespace

std::expected<std::size_t, Reason> believed_path_mtu(const TooBig& report, std::size_t estimate, std::size_t minimum) {
  // Some old routers count the header twice in what they quote (RFC 1191 5).
  std::size_t sent = report.quoted_length;
  if (sent > estimate) sent -= std::min(sent, report.quoted_header);
  if (sent > estimate) return std::unexpected(Reason::path_mtu_not_below_size_sent);
  if (report.reported != 0 && report.reported < smallest) return std::unexpected(Reason::path_mtu_below_minimum);
  const std::size_t mtu = std::max(minimum, report.reported != 0 ? report.reported : plateau_below(sent));
  if (mtu >= sent) return std::unexpected(Reason::path_mtu_not_below_size_sent);
  return mtu;
}

std::expected<std::size_t, Reason> believed_ipv6_path_mtu(const TooBig& report, std::size_t estimate) {
  if (report.reported < ipv6_minimum_mtu) return std::unexpected(Reason::ipv6_path_mtu_below_minimum);
  if (report.reported >= std::min(report.quoted_length, estimate))
    return std::unexpected(Reason::ipv6_path_mtu_not_below_size_sent);
  return report.reported;
}

void PathMtus::lower(const IpAddress& destination, std::size_t mtu, Instant until) {
  Estimate& estimate =
      estimates_.find_or_make(destination, [](const Estimate& a, const Estimate& b) { return a.until < b.until; });
  estimate = {mtu, until};
  latest_ = std::max(latest_, until);
}

std::size_t PathMtus::estimate_of(const IpAddress& destination, std::size_t link_mtu, Instant now) const {
  const Estimate* const estimate = estimates_.find(destination);
  return estimate != nullptr && estimate->until > now ? std::min(estimate->mtu, link_mtu) : link_mtu;
}

}  // namespace tunstack::ip
