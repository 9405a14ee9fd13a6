// Any bytes at the doors of a router that has equal routes, a filter, routes of groups, and looks at what it is told
// to: no crash, no hang; what is forwarded is the packet with a hop less, and whatever leaves fits its link and has a
// right header. Input: one byte of choices, then one packet.
#include "tests/fuzz/sent_packets.hpp"
#include "tests/fuzz/told.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first byte.
constexpr unsigned mends_checksums = 1;
constexpr unsigned at_second_door = 2;
constexpr unsigned in_group_frame = 4;
constexpr unsigned looks_closely = 8;

InterfaceConfig door(const char* name, const char* address4, const char* address6, std::size_t mtu) {
  InterfaceConfig interface{
      .name = name, .addresses = {*parse_prefix(address4), *parse_prefix(address6)}, .mtu = mtu, .role = Role::router};
  add_link_local_address(interface);
  return interface;
}

void add_route(NodeConfig& config, const char* prefix, unsigned interface, const char* gateway,
               std::uint8_t service = 0) {
  ip::Route route{*parse_prefix(prefix), InterfaceId(interface), *parse_address(gateway)};
  route.type_of_service = service;
  config.routes.push_back(route);
}

NodeConfig config(unsigned choices) {
  NodeConfig config{.interfaces = {door("near", "192.0.2.2/24", "2001:db8::2/64", 1500),
                                   door("far", "198.51.100.2/24", "2001:db8:1::2/64", 1280),
                                   door("other", "198.18.0.2/24", "2001:db8:2::2/64", 1400)},
                    .options = {},
                    .seed = 1};
  config.options.own.reports_ipv6_groups = false;
  for (const char* setting : {"icmp4.error_rate=0", "icmp6.error_rate=0"})
    require(!set_option(config.options, setting));
  for (const unsigned interface : {1U, 2U}) {
    add_route(config, "203.0.113.0/24", interface, interface == 1 ? "198.51.100.1" : "198.18.0.1");
    add_route(config, "2001:db8:9::/48", interface, interface == 1 ? "2001:db8:1::1" : "2001:db8:2::1");
  }
  add_route(config, "203.0.113.128/25", 2, "198.18.0.1", 8);
  config.group_routes = {{*parse_prefix("224.0.0.0/4"), {}, {InterfaceId{0}, InterfaceId{1}, InterfaceId{2}}},
                         {*parse_prefix("ff00::/8"), {}, {InterfaceId{1}, InterfaceId{2}}}};
  if ((choices & looks_closely) == 0) return config;
  for (const char* setting : {"icmp.extensions=on", "ip6.forward.inspect=on", "ip6.forward.parse_limit=256",
                              "ip6.forward.icmp=rfc4890", "ip6.forward.hbh=process", "ip4.forward.rpf=strict",
                              "ip4.forward.ecmp=packet", "ip4.forward.directed_broadcast=on"})
    require(!set_option(config.options, setting));
  using ip::FilterAction;
  config.filter = {{.protocol = 6, .destination_ports = {20, 25}, .action = FilterAction::drop},
                   {.icmp_type = 13, .action = FilterAction::prohibit},
                   {.option = 7, .action = FilterAction::reject, .code = 12},
                   {.extension = 60, .routing_type = 0, .action = FilterAction::reject, .code = 3}};
  return config;
}

Node& node_for(unsigned choices) {
  static std::array<std::unique_ptr<Node>, 2> nodes;
  auto& node = nodes[(choices & looks_closely) != 0];
  if (!node) node = std::make_unique<Node>(config(choices));
  return *node;
}

void check_header(const Node& node, const OutgoingPacket& packet) {
  const Interface& interface = node.state().interface(packet.interface);
  if (const auto ip = Ipv4View::parse(packet.bytes)) {
    require(checksum_is_intact(ip->header_sum()) && ip->total_length() == packet.bytes.size());
    require(packet.bytes.size() <= interface.mtu(Family::ipv4));
  } else {
    require(Ipv6View::parse(packet.bytes).has_value());
    require(packet.bytes.size() <= interface.mtu(Family::ipv6));
  }
}

/// What was forwarded whole: nothing but the hop, the header checksum and, of IPv4, options may have changed.
void check_forwarded(Bytes sent, Bytes received) {
  if (const auto ip = Ipv6View::parse(received)) {
    require(std::ranges::equal(sent.first(7), received.first(7)) && sent[7] + 1 == received[7]);
    require(std::ranges::equal(sent.subspan(8), ip->bytes().subspan(8)));
    return;
  }
  const auto before = Ipv4View::parse(received), after = Ipv4View::parse(sent);
  require(before && after && after->ttl() + 1 == before->ttl() && after->source() == before->source());
  if (after->total_length() == before->total_length()) require(std::ranges::equal(after->payload(), before->payload()));
}

class Reader final : public Observer {
 public:
  explicit Reader(Bytes received) : received_(received) {}
  void decided(const Decision& decision) override {
    require(is_told(decision));
    if (std::holds_alternative<Forward>(decision.verdict) && decision.sent.size() == 1)
      check_forwarded(decision.sent[0].bytes, received_);
    if (std::holds_alternative<Forward>(decision.verdict) && !decision.withheld) require(!decision.sent.empty());
  }

 private:
  Bytes received_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::uint8_t> packet(data + 1, data + size);
  if (data[0] & mends_checksums) mend_checksums(packet);
  Node& node = node_for(data[0]);
  Reader reader(packet);
  node.observe(&reader);
  static Outbox out;
  out.clear();
  static Instant now;
  now += std::chrono::seconds(1);
  node.receive({.interface = InterfaceId((data[0] & at_second_door) != 0 ? 1 : 0),
                .bytes = packet,
                .now = now,
                .link_layer_group = (data[0] & in_group_frame) != 0},
               out);
  for (const OutgoingPacket& sent : out.packets()) check_header(node, sent);
  node.observe(nullptr);
  return 0;
}
