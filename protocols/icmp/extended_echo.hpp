// Extended echo: questions about the interfaces of a node (RFC 8335).
#pragma once

#include <functional>
#include <vector>

#include "protocols/arrival.hpp"
#include "protocols/interface.hpp"
#include "protocols/verdict.hpp"

namespace tunstack::icmp {

enum class ProbeBody : std::uint8_t { copy, none };
enum class ZeroChecksum : std::uint8_t { accept, reject };
enum class ProbeLocality : std::uint8_t { both, local, remote };

/// Ways to name an interface: bits of a set.
namespace probe_kind {
inline constexpr std::uint8_t name = 1;
inline constexpr std::uint8_t index = 2;
inline constexpr std::uint8_t address = 4;
}  // namespace probe_kind

struct ExtendedEchoPolicy {
  bool enabled = false;
  ProbeBody reply_body = ProbeBody::copy;
  ZeroChecksum zero_checksum = ZeroChecksum::accept;
  std::vector<IpPrefix> sources;  // who may ask; empty is anybody
  ProbeLocality locality = ProbeLocality::both;
  std::uint8_t kinds = probe_kind::name | probe_kind::index | probe_kind::address;
};

struct ExtendedEchoRequest {
  Family family;
  Bytes message;  // at least 8 octets, checksum intact
  IpAddress source;
  AddressKind source_kind;
  AddressKind destination_kind;
  RuleTrace* trace = nullptr;
};

/// What the node knows of an address that a neighbor is asked for by.
struct NeighborEntries {
  std::size_t interfaces = 0;  // of the node, behind which somebody has it
  std::uint8_t state = 0;      // 1 to 6 (RFC 8335 3)
};
/// By address family (address_family_number) and octets in network byte order.
using NeighborTable = std::function<NeighborEntries(std::uint16_t family, Bytes address)>;

struct KnownInterfaces {
  std::size_t count = 0;
  std::function<const InterfaceConfig&(std::size_t)> own;  // the n-th, from 0 on, has the index n + 1
  NeighborTable neighbors = {};
};

Verdict answer_extended_echo(const ExtendedEchoRequest& request, const KnownInterfaces& interfaces,
                             const ExtendedEchoPolicy& policy);

}  // namespace tunstack::icmp
