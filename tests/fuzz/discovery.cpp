// Neighbors and routers that say anything, at any time, on Ethernet: what leaves is well formed and goes where it may,
// tables stay bounded, time goes on, nothing is amplified beyond its limits, and decide() says what receive() then
// does. Input: one octet of choices, then steps: a pause, a form, a length, and as many octets of a message.
#include <algorithm>
#include <optional>

#include "tests/fuzz/amplification.hpp"
#include "tests/fuzz/link_frames.hpp"
#include "tests/fuzz/told.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/options/options.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first octet.
constexpr unsigned as_router = 1;
constexpr unsigned checks_ipv4 = 2;
constexpr unsigned optimistic = 4;
constexpr unsigned explained = 8 | 16;  // both of them: explaining takes as long as all the rest

NodeConfig config(unsigned choices) {
  InterfaceConfig interface{
      .name = "fuzz", .addresses = {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}, .mtu = 1500};
  add_link_local_address(interface);
  interface.role = choices & as_router ? Role::router : Role::host;
  interface.configures_itself = true;
  interface.link_address = own_mac;
  NodeOptions options;
  const auto set = [&](const char* setting) { require(!set_option(options, setting)); };
  for (const char* setting : {"neighbors.max=16", "slaac.tempaddr=on", "igmp.enable=on", "icmp6.error_rate=0"})
    set(setting);
  for (const char* setting :
       {"ip4.frag.memory=256", "ip4.frag.datagrams=4", "ip6.frag.memory=256", "ip6.frag.datagrams=4"})
    set(setting);  // each input has a node of its own, which is made sooner
  if (choices & as_router)
    for (const char* setting : {"nd.adv.enable=on", "irdp.adv.enable=on", "nd.adv.max=4", "irdp.adv.max=4",
                                "nd.proxy=2001:db8::9", "arp.proxy=0.0.0.0/0", "mld.querier=on"})
      set(setting);
  if (choices & checks_ipv4) set("acd.enable=on");
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

/// Reading options takes longer than a message.
const NodeConfig& config_for(unsigned choices) {
  constexpr unsigned configured_by = as_router | checks_ipv4 | optimistic;
  static std::array<std::optional<NodeConfig>, configured_by + 1> configs;
  auto& made = configs[choices & configured_by];
  if (!made) made = config(choices);
  return *made;
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
    if (explains) require(is_told(decision));
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
  for (int i = 0; i < 16 && node.next_deadline() <= until; ++i) {
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
  Node node(config_for(choices));
  Witness witness;
  witness.explains = (choices & explained) == explained;
  node.observe(&witness);
  static Outbox out;
  out.clear();
  Instant now{};
  Bytes rest(data + 1, size - 1);
  for (int step = 0; step < 32 && rest.size() >= 3; ++step) {
    const std::size_t length = std::min<std::size_t>(rest[2], rest.size() - 3);
    wait(node, now, now + pauses[rest[0] & 7], out);
    const std::vector<std::uint8_t> frame = frame_from(rest[1], rest.subspan(3, length));
    rest = rest.subspan(3 + length);
    if (node.next_deadline() <= now) node.tick(now, out);
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
