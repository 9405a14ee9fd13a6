#include "tunstack/explain/icmp_names.hpp"

#include <algorithm>
#include <span>

#include "tunstack/explain/joined.hpp"

namespace tunstack {

namespace {

constexpr int any_code = -1;

struct Name {
  int type;
  int code;
  std::string_view name;
};

constexpr Name icmpv4_names[] = {
    {0, any_code, "echo reply"},
    {3, 0, "destination unreachable, net unreachable"},
    {3, 1, "destination unreachable, host unreachable"},
    {3, 2, "destination unreachable, protocol unreachable"},
    {3, 3, "destination unreachable, port unreachable"},
    {3, 4, "destination unreachable, fragmentation needed"},
    {3, 5, "destination unreachable, source route failed"},
    {3, 6, "destination unreachable, net unknown"},
    {3, 7, "destination unreachable, host unknown"},
    {3, 8, "destination unreachable, source host isolated"},
    {3, 9, "destination unreachable, net prohibited"},
    {3, 10, "destination unreachable, host prohibited"},
    {3, 11, "destination unreachable, net unreachable for TOS"},
    {3, 12, "destination unreachable, host unreachable for TOS"},
    {3, 13, "destination unreachable, administratively prohibited"},
    {3, 14, "destination unreachable, host precedence violation"},
    {3, 15, "destination unreachable, precedence cutoff"},
    {4, any_code, "source quench"},
    {5, 0, "redirect for the network"},
    {5, 1, "redirect for the host"},
    {5, 2, "redirect for the network and TOS"},
    {5, 3, "redirect for the host and TOS"},
    {5, any_code, "redirect"},
    {6, any_code, "alternate host address"},
    {8, any_code, "echo request"},
    {9, 16, "router advertisement, no common traffic"},
    {9, any_code, "router advertisement"},
    {10, any_code, "router solicitation"},
    {11, 0, "time exceeded, in transit"},
    {11, 1, "time exceeded, in reassembly"},
    {12, any_code, "parameter problem"},
    {13, any_code, "timestamp request"},
    {14, any_code, "timestamp reply"},
    {15, any_code, "information request"},
    {16, any_code, "information reply"},
    {17, any_code, "address mask request"},
    {18, any_code, "address mask reply"},
    {30, any_code, "traceroute"},
    {31, any_code, "datagram conversion error"},
    {32, any_code, "mobile host redirect"},
    {33, any_code, "IPv6 where are you"},
    {34, any_code, "IPv6 I am here"},
    {35, any_code, "mobile registration request"},
    {36, any_code, "mobile registration reply"},
    {37, any_code, "domain name request"},
    {38, any_code, "domain name reply"},
    {39, any_code, "SKIP"},
    {40, 0, "Photuris, bad SPI"},
    {40, 1, "Photuris, authentication failed"},
    {40, 2, "Photuris, decompression failed"},
    {40, 3, "Photuris, decryption failed"},
    {40, 4, "Photuris, need authentication"},
    {40, 5, "Photuris, need authorization"},
    {40, any_code, "Photuris"},
    {41, any_code, "experimental mobility"},
    {42, any_code, "extended echo request"},
    {43, any_code, "extended echo reply"},
    {253, any_code, "experiment 1"},
    {254, any_code, "experiment 2"},
};

constexpr Name icmpv6_names[] = {
    {1, 0, "destination unreachable, no route"},
    {1, 1, "destination unreachable, administratively prohibited"},
    {1, 2, "destination unreachable, beyond scope of source"},
    {1, 3, "destination unreachable, address unreachable"},
    {1, 4, "destination unreachable, port unreachable"},
    {1, 5, "destination unreachable, source address failed policy"},
    {1, 6, "destination unreachable, reject route"},
    {1, 7, "destination unreachable, error in source routing header"},
    {1, 8, "destination unreachable, headers too long"},
    {1, 9, "destination unreachable, error in P-Route"},
    {2, any_code, "packet too big"},
    {3, 0, "time exceeded, in transit"},
    {3, 1, "time exceeded, in reassembly"},
    {4, 0, "parameter problem, erroneous header field"},
    {4, 1, "parameter problem, unrecognized next header"},
    {4, 2, "parameter problem, unrecognized option"},
    {4, 3, "parameter problem, header chain incomplete"},
    {4, 5, "parameter problem, unrecognized next header on the way"},
    {4, 6, "parameter problem, extension header too big"},
    {4, 7, "parameter problem, extension header chain too long"},
    {4, 8, "parameter problem, too many extension headers"},
    {4, 9, "parameter problem, too many options"},
    {4, 10, "parameter problem, option too big"},
    {4, any_code, "parameter problem"},
    {128, any_code, "echo request"},
    {129, any_code, "echo reply"},
    {130, any_code, "multicast listener query"},
    {131, any_code, "multicast listener report"},
    {132, any_code, "multicast listener done"},
    {133, any_code, "router solicitation"},
    {134, any_code, "router advertisement"},
    {135, any_code, "neighbor solicitation"},
    {136, any_code, "neighbor advertisement"},
    {137, any_code, "redirect"},
    {138, 0, "router renumbering command"},
    {138, 1, "router renumbering result"},
    {138, 255, "router renumbering, sequence number reset"},
    {138, any_code, "router renumbering"},
    {139, 0, "node information query about an IPv6 address"},
    {139, 1, "node information query about a name"},
    {139, 2, "node information query about an IPv4 address"},
    {139, any_code, "node information query"},
    {140, 0, "node information reply"},
    {140, 1, "node information reply, refused"},
    {140, 2, "node information reply, unknown Qtype"},
    {140, any_code, "node information reply, other"},
    {141, any_code, "inverse neighbor solicitation"},
    {142, any_code, "inverse neighbor advertisement"},
    {143, any_code, "multicast listener report v2"},
    {144, any_code, "home agent address discovery request"},
    {145, any_code, "home agent address discovery reply"},
    {146, any_code, "mobile prefix solicitation"},
    {147, any_code, "mobile prefix advertisement"},
    {148, any_code, "certification path solicitation"},
    {149, any_code, "certification path advertisement"},
    {150, any_code, "experimental mobility"},
    {151, any_code, "multicast router advertisement"},
    {152, any_code, "multicast router solicitation"},
    {153, any_code, "multicast router termination"},
    {154, any_code, "fast handover"},
    {155, any_code, "RPL control"},
    {156, any_code, "ILNPv6 locator update"},
    {157, any_code, "duplicate address request"},
    {158, any_code, "duplicate address confirmation"},
    {159, any_code, "MPL control"},
    {160, any_code, "extended echo request"},
    {161, any_code, "extended echo reply"},
};

std::span<const Name> names_of(Family family) {
  return family == Family::ipv4 ? std::span<const Name>(icmpv4_names) : std::span<const Name>(icmpv6_names);
}

}  // namespace

std::optional<IcmpNameFound> find_icmp_name(Family family, std::string_view text) {
  const Name* longest = nullptr;
  for (const Name& name : names_of(family))
    if (text.starts_with(name.name) && (longest == nullptr || name.name.size() > longest->name.size())) longest = &name;
  if (longest == nullptr) return std::nullopt;
  return IcmpNameFound{static_cast<std::uint8_t>(longest->type), static_cast<std::uint8_t>(std::max(longest->code, 0)),
                       longest->name.size()};
}

IcmpName name_of_icmp(Family family, std::uint8_t type, std::uint8_t code) {
  for (const Name& name : names_of(family))
    if (name.type == type && (name.code == any_code || name.code == code))
      return {std::string(name.name), std::max(name.code, 0) == code};
  return {joined("type ", type, ", code ", code), true};
}

std::string icmp_name(Family family, std::uint8_t type, std::uint8_t code) {
  return name_of_icmp(family, type, code).text;
}

}  // namespace tunstack
