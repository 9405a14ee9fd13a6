// Neighbors and routers that say anything, at any time, on Ethernet: what leaves is well formed and goes where it may,
// tables stay bounded, time goes on, nothing is amplified beyond its limits, and decide() says what receive() then
// does. Input: one octet of choices, then steps: a pause, a form, a length, and as many octets of a message.
#include <algorithm>

#include "protocols/wire/ethernet.hpp"
#include "tests/fuzz/amplification.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/options/options.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

const MacAddress own_mac = *parse_mac_address("02:00:5e:00:53:02");
const MacAddress peer_mac = *parse_mac_address("02:00:5e:00:53:01");

// Bits of the first octet.
constexpr unsigned as_router = 1;
constexpr unsigned checks_ipv4 = 2;
constexpr unsigned optimistic = 4;
constexpr unsigned explained = 8;

NodeConfig config(unsigned choices) {
  InterfaceConfig interface{
      .name = "fuzz", .addresses = {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}, .mtu = 1500};
  add_link_local_address(interface);
  interface.role = choices & as_router ? Role::router : Role::host;
  interface.configures_itself = true;
  interface.link_address = own_mac;
  NodeOptions options;
  const auto set = [&](const char* setting) { require(!set_option(options, setting)); };
  for (const char* setting : {"nd.neighbors=16", "slaac.tempaddr=on", "igmp=on", "icmp6.error_rate=0"}) set(setting);
  for (const char* setting : {"v4.frag.memory=256", "v4.frag.datagrams=4", "v6.frag.memory=256", "v6.frag.datagrams=4"})
    set(setting);  // each input has a node of its own, which is made sooner
  if (choices & as_router)
    for (const char* setting : {"nd.adv=on", "irdp.adv=on", "nd.adv_max=4", "irdp.adv_max=4", "nd.proxy=2001:db8::9",
                                "arp.proxy=0.0.0.0/0", "mld.querier=on"})
      set(setting);
  if (choices & checks_ipv4) set("arp.acd=on");
  if (choices & optimistic) set("dad.mode=optimistic");
  return {{interface}, options, 1};
}

// ---- what arrives ----

constexpr std::array<Duration, 8> pauses{Duration(0),
                                         std::chrono::milliseconds(1),
                                         std::chrono::milliseconds(300),
                                         std::chrono::seconds(1),
                                         std::chrono::seconds(5),
                                         std::chrono::seconds(61),
                                         std::chrono::hours(3),
                                         std::chrono::hours(50)};

std::vector<std::uint8_t> frame_of(const MacAddress& to, std::uint16_t type, Bytes payload) {
  constexpr std::size_t shortest = 60;  // to which Ethernet pads
  std::vector<std::uint8_t> frame(std::max(shortest, ethernet_header_size + payload.size()));
  EthernetHeader{to, peer_mac, type}.write(frame);
  copy_bytes(MutableBytes(frame).subspan(ethernet_header_size), payload);
  return frame;
}

/// An ICMPv6 message between addresses that a form chooses; one in four behind a router alert.
std::vector<std::uint8_t> icmpv6_frame(unsigned form, Bytes body) {
  static const std::array<Ipv6Address, 4> sources{parse_address("fe80::1")->ipv6(), Ipv6Address{},
                                                  parse_address("2001:db8::1")->ipv6(),
                                                  parse_address("fe80::9")->ipv6()};
  static const std::array<Ipv6Address, 4> destinations{host6_on_link, ipv6_all_nodes, solicited_node_group(host6),
                                                       ipv6_all_routers};
  const Ipv6Address& source = sources[form & 3];
  const Ipv6Address& destination = destinations[form >> 2 & 3];
  const bool is_alerted = (form >> 4 & 3) == 3;
  const std::size_t at = is_alerted ? 48 : 40;
  std::vector<std::uint8_t> packet(at + body.size());
  packet[0] = 0x60;
  store_be16(packet, 4, static_cast<std::uint16_t>(packet.size() - 40));
  packet[6] = is_alerted ? 0 : 58;
  packet[7] = is_alerted ? 1 : 255;
  source.store(packet, 8);
  destination.store(packet, 24);
  if (is_alerted) store_be64(packet, 40, 0x3a00'0502'0000'0100);
  copy_bytes(MutableBytes(packet).subspan(at), body);
  mend(MutableBytes(packet).subspan(at), 2, pseudo_header_sum(source, destination, 58, body.size()));
  return frame_of(destination.is_multicast() ? mac_of_group(destination) : own_mac, ethertype::ipv6, packet);
}

std::vector<std::uint8_t> arp_frame(unsigned form, Bytes body) {
  std::vector<std::uint8_t> packet(arp_size);
  ArpPacket{.operation = form & 1 ? ArpOperation::reply : ArpOperation::request,
            .sender_mac = peer_mac,
            .sender = form & 2 ? Ipv4Address{} : peer4,
            .target_mac = {},
            .target = host4}
      .write(packet);
  for (std::size_t i = 0; i < body.size() && i < arp_size - 6; ++i) packet[6 + i] ^= body[i];
  return frame_of(form & 4 ? mac_broadcast : own_mac, ethertype::arp, packet);
}

std::vector<std::uint8_t> ipv4_frame(unsigned form, Bytes body) {
  const bool is_igmp = (form & 1) != 0;
  const std::array<std::uint8_t, 4> router_alert{148, 4, 0, 0};
  std::vector<std::uint8_t> payload(body.begin(), body.end());
  mend(payload, 2, 0);
  std::vector<std::uint8_t> packet = ipv4_to_host(is_igmp ? 2 : 1, is_igmp ? Bytes(router_alert) : Bytes(), payload);
  const Ipv4Address destination = form & 2 ? ipv4_all_systems : form & 4 ? ipv4_all_routers : host4;
  destination.store(packet, 16);
  write_header_checksum(MutableBytes(packet).first((packet[0] & 15U) * 4));
  return frame_of(form & 6 ? mac_of_group(destination) : own_mac, ethertype::ipv4, packet);
}

std::vector<std::uint8_t> frame_from(unsigned form, Bytes body) {
  switch (form >> 6) {
    case 0:
    case 1:
      return icmpv6_frame(form, body);
    case 2:
      return form & 32 ? ipv4_frame(form, body) : arp_frame(form, body);
    default:
      return {body.begin(), body.end()};
  }
}

// ---- what leaves ----

void check_packet(const Node& node, const OutgoingPacket& packet) {
  const bool to_group = packet.link_destination.is_group();
  require(packet.bytes.size() <= 1500);
  if (packet.payload == LinkPayload::arp) {
    const auto arp = ArpPacket::parse(packet.bytes);
    require(arp && arp->sender_mac == own_mac && (!to_group || arp->operation == ArpOperation::request));
    return;
  }
  if (packet.bytes[0] >> 4 == 4) {
    const auto ip = Ipv4View::parse(packet.bytes);
    require(ip && checksum_is_intact(ip->header_sum()));
    require(to_group == is_group(node.state().addresses.kind_on(packet.interface, ip->destination())));
    return;
  }
  const auto ip = Ipv6View::parse(packet.bytes);
  require(ip && to_group == ip->destination().is_multicast());
  if (ipv6_has_router_alert(packet.bytes)) {
    const bool is_query = packet.bytes[48] == static_cast<std::uint8_t>(Icmpv6Type::listener_query);
    require(ip->hop_limit() == 1);
    require(!is_query || (ip->source().is_link_local() && !node.state().interface(packet.interface).is_host()));
  }
  if (ip->next_header() != protocol_number::icmpv6) return;
  const std::uint8_t type = ip->payload()[0];
  if (type >= 133 && type <= 137) require(ip->hop_limit() == 255);
  require(type != 137 && (type != 134 || !node.state().interface(packet.interface).is_host()));
  require(checksum_is_intact(
      checksum_sum(ip->payload(), pseudo_header_sum(ip->source(), ip->destination(), 58, ip->payload().size()))));
}

void check_state(const Node& node) {
  require(node.state().neighbors.size() <= 16);
  const Interface& interface = node.state().interfaces[0];
  const InterfaceRouters& routers = interface.routers;
  require(interface.addresses.ipv6->addresses().size() <= 32);
  require(routers.redirects4.size() <= 256 && routers.redirects6.size() <= 256);
  require(routers.routing.routers.routers().size() <= 32);
  const auto& querier = interface.groups.querier;
  require(!querier || querier->groups().size() <= discovery::MldQuerier::capacity);
}

/// Sees the first decision, which is about the frame that arrived.
class Witness final : public Observer {
 public:
  void decided(const Decision& decision) override {
    octets.on(decision);
    if (!first) first = reason_of(decision.verdict);
    if (explains) require(!decision_text(decision).empty() && !decision_json(decision).empty());
  }
  void originated(const Origination& origination) override {
    octets.on(origination);
    if (explains) require(!origination_text(origination).empty());
  }
  std::optional<Reason> first;
  bool explains = false;
  AmplificationWatch octets{Instant{}};
};

/// Time goes on until `until`, and whatever is due is done when it is due; only so often for very long pauses.
void wait(Node& node, Instant& now, Instant until, Outbox& out) {
  for (int i = 0; i < 40 && node.next_deadline() <= until; ++i) {
    now = std::max(now, node.next_deadline());
    node.tick(now, out);
    for (const OutgoingPacket& packet : out.packets()) check_packet(node, packet);
    out.clear();
    require(node.next_deadline() > now);
  }
  now = until;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choices = data[0];
  Node node(config(choices));
  Witness witness;
  witness.explains = (choices & explained) != 0;
  node.observe(&witness);
  static Outbox out;
  out.clear();
  Instant now{};
  Bytes rest(data + 1, size - 1);
  for (int step = 0; step < 64 && rest.size() >= 3; ++step) {
    const std::size_t length = std::min<std::size_t>(rest[2], rest.size() - 3);
    wait(node, now, now + pauses[rest[0] & 7], out);
    const std::vector<std::uint8_t> frame = frame_from(rest[1], rest.subspan(3, length));
    rest = rest.subspan(3 + length);
    node.tick(now, out);
    out.clear();
    witness.first.reset();
    const Received received{.interface = InterfaceId{0}, .bytes = frame, .now = now};
    const Reason announced = reason_of(node.decide(received));
    node.receive(received, out);
    require(witness.first == announced);
    for (const OutgoingPacket& packet : out.packets()) check_packet(node, packet);
    check_state(node);
    out.clear();
  }
  return 0;
}
