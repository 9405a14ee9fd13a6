#include "tunstack/lab/way.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "protocols/base/outbox.hpp"
#include "protocols/wire/ethernet.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/lab/stand_ins.hpp"
#include "tunstack/node/egress.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::lab {

namespace {

using Octets = std::vector<std::uint8_t>;
using Error = std::unexpected<std::string>;

constexpr std::size_t most_hops = 255;

std::optional<IpAddress> address_of(const LabPlan& lab, const std::string& name, Family family) {
  if (const auto address = parse_address(name)) return address;
  for (const NamedAddress& known : lab.names)
    if (known.name == name && known.address.family() == family) return known.address;
  return std::nullopt;
}

/// Where a packet is: at an end of a link, about to travel on it.
struct Position {
  std::size_t link = 0;
  LinkEnd from;
  IpAddress next_hop;
};

class Walker {
 public:
  Walker(const NetworkPlan& plan, Octets packet, const IpAddress& destination)
      : plan_(plan), network_(plan), packet_(std::move(packet)), destination_(destination) {
    wait_for_addresses();
  }

  Way walk(const std::string& from) {
    Way way{.packet = describe(packet_).summary, .hops = {}};
    auto position = set_out(from, way);
    while (position && way.hops.size() < most_hops) position = step(*position, way);
    return way;
  }

 private:
  /// Addresses that are checked are no addresses yet.
  void wait_for_addresses() {
    Outbox out;
    for (int steps = 0; network_.has_tentative_addresses() && steps < 10'000; ++steps) {
      const Instant next = network_.next_deadline();
      if (next == Instant::max()) break;
      now_ = std::max(now_, next);
      network_.tick(now_, out);
      out.clear();
    }
  }

  std::optional<Position> set_out(const std::string& from, Way& way) {
    const auto id = network_.find_node(from);
    if (!id) return std::nullopt;
    const NodeState& state = network_.node(*id).state();
    Hop& hop = way.hops.emplace_back();
    hop.node = from;
    if (own_egress(destination_, InterfaceId{0}, now_, state)) {
      hop.reason = "an address of its own";
      way.arrives = true;
      return std::nullopt;
    }
    const Egress egress = choose_egress(destination_, InterfaceId{0}, now_, state);
    if (egress.refused) {
      hop.reason = info(*egress.refused).name;
      return std::nullopt;
    }
    return leave(*id, egress.link.interface, egress.next_hop.value_or(destination_), hop);
  }
  std::optional<Position> step(const Position& at, Way& way) {
    const LinkEnd* const to = other_end(at);
    Hop& hop = way.hops.emplace_back();
    if (to == nullptr) {
      hop.node = to_text(at.next_hop);
      hop.reason = "nobody on the link has this address";
      return std::nullopt;
    }
    return decide(*to, hop, way);
  }

  std::optional<Position> decide(const LinkEnd& at, Hop& hop, Way& way) {
    const NodeId id{static_cast<std::uint32_t>(at.node)};
    const Node& node = network_.node(id);
    hop.node = network_.name(id);
    const Octets arriving = as_arriving(node.state().interface(at.interface));
    const Verdict verdict = node.decide({.interface = at.interface, .bytes = arriving, .now = now_});
    hop.reason = info(reason_of(verdict)).name;
    const auto* const forward = std::get_if<Forward>(&verdict);
    if (forward == nullptr) {
      way.arrives = std::holds_alternative<Reply>(verdict) || std::holds_alternative<Deliver>(verdict) ||
                    has_address(node, destination_);
      return std::nullopt;
    }
    take_a_hop();
    return leave(id, forward->interface, forward->next_hop, hop);
  }

  Octets as_arriving(const Interface& interface) const {
    if (!interface.has_frames()) return packet_;
    Octets frame(ethernet_header_size);
    const bool is_ipv4 = destination_.is_ipv4();
    interface.mac().store(frame, 0);
    const std::uint8_t source[] = {0x02, 0x74, 0, 0, 0, 1};
    std::ranges::copy(source, frame.begin() + 6);
    frame[12] = is_ipv4 ? 0x08 : 0x86;
    frame[13] = is_ipv4 ? 0x00 : 0xdd;
    frame.insert(frame.end(), packet_.begin(), packet_.end());
    return frame;
  }

  /// As a router does; the checksum of IPv4 follows (RFC 1624).
  void take_a_hop() {
    if (!destination_.is_ipv4()) {
      --packet_[7];
      return;
    }
    --packet_[8];
    std::uint32_t sum = load_be16(packet_, 10) + 0x0100U;
    sum = (sum & 0xffffU) + (sum >> 16U);
    store_be16(packet_, 10, static_cast<std::uint16_t>(sum));
  }

  std::optional<Position> leave(NodeId id, InterfaceId interface, const IpAddress& next_hop, Hop& hop) const {
    const LinkEnd from{.node = static_cast<std::size_t>(id), .interface = interface};
    const std::size_t link = link_of(from);
    hop.link = plan_.links[link].name;
    hop.next_hop = to_text(next_hop);
    const auto routes = network_.node(id).state().routes.find(destination_);
    if (routes.size() > 1)
      for (const ip::Route& route : routes)
        if (route.gateway) hop.equal_hops.push_back(to_text(*route.gateway));
    return Position{link, from, next_hop};
  }

  std::size_t link_of(const LinkEnd& end) const {
    for (std::size_t i = 0; i < plan_.links.size(); ++i)
      if (std::ranges::find(plan_.links[i].ends, end) != plan_.links[i].ends.end()) return i;
    return 0;
  }

  const LinkEnd* other_end(const Position& at) const {
    const auto& ends = plan_.links[at.link].ends;
    if (ends.size() == 2) return ends[0] == at.from ? &ends.back() : &ends.front();
    for (const LinkEnd& end : ends) {
      if (end == at.from) continue;
      if (has_address(network_.node(NodeId(end.node)), at.next_hop)) return &end;
    }
    return nullptr;
  }
  static bool has_address(const Node& node, const IpAddress& address) {
    for (const Interface& interface : node.state().interfaces)
      for (const IpPrefix& own : interface.config.addresses)
        if (own.address == address) return true;
    return false;
  }

  const NetworkPlan& plan_;
  Network network_;
  Octets packet_;
  IpAddress destination_;
  Instant now_{};
};

}  // namespace

std::expected<Way, std::string> find_way(const LabPlan& lab, const std::string& from, const std::string& to,
                                         Family family, const std::string& flow) {
  const char* const version = family == Family::ipv4 ? "IPv4" : "IPv6";
  const auto source = address_of(lab, from, family), destination = address_of(lab, to, family);
  if (!source) return Error(fmt::format("{} has no {} address", from, version));
  if (!destination) return Error(fmt::format("{} has no {} address", to, version));
  const std::string echo =
      family == Family::ipv4 ? "ICMP echo request, id 1, seq 1" : "ICMP6 echo request, id 1, seq 1";
  const auto packet = notation::parse_packet(
      fmt::format("{} > {} {}", to_text(*source), to_text(*destination), flow.empty() ? echo : flow));
  if (!packet) return Error(packet.error().what);
  const NetworkPlan plan = closed(lab);
  return Walker(plan, *packet, *destination).walk(stand_in_of(lab, from));
}

std::string way_text(const Way& way) {
  std::string text = way.packet + "\n";
  for (const Hop& hop : way.hops) {
    text += fmt::format("  {}", hop.node);
    if (!hop.link.empty()) text += fmt::format("  by {} to {}", hop.link, hop.next_hop);
    if (!hop.equal_hops.empty()) text += fmt::format(", one of {}", fmt::join(hop.equal_hops, " and "));
    if (hop.link.empty() && !hop.reason.empty()) text += fmt::format("  {}", hop.reason);
    text += "\n";
  }
  if (way.hops.size() >= most_hops) text += "  and so on: it goes round in circles\n";
  return text;
}

}  // namespace tunstack::lab
