// Three routers, with a bad link and an Ethernet between them, a door at each end, and anybody who sends anything at
// any time: packets visit no more nodes than they have hops, what comes out is well formed and bounded, nothing is kept
// for ever, and the same input gives the same octets again. Input: one octet of choices, then steps: a pause and a
// door, a form, a length, and as many octets of a packet.
#include "tunstack/network/network.hpp"

#include <map>
#include <optional>

#include "tests/fuzz/sent_packets.hpp"
#include "tunstack/network/shortest_paths.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;
using Octets = std::vector<std::uint8_t>;

// Bits of the first octet.
constexpr unsigned bad_link = 1;
constexpr unsigned very_bad_link = 2;  // with all that there is; nothing is known of octets then
constexpr unsigned with_loop = 4;      // routes that lead in circles

constexpr std::size_t links_that_double = 2;
constexpr int most_steps = 24;

// ---- the network ----

InterfaceConfig interface(const char* name, std::initializer_list<const char*> addresses, const char* mac = nullptr,
                          std::size_t mtu = 1500) {
  InterfaceConfig made{.name = name, .addresses = {}, .mtu = mtu, .role = Role::router};
  for (const char* const address : addresses) made.addresses.push_back(*parse_prefix(address));
  if (mac != nullptr) made.link_address = *parse_mac_address(mac);
  add_link_local_address(made);
  return made;
}

Impairments impairments_of(unsigned choices) {
  if (choices & very_bad_link)
    return {.loss = 0.1,
            .duplicate = 0.2,
            .reorder = 0.2,
            .corrupt = 0.1,
            .delay = std::chrono::milliseconds(5),
            .jitter = std::chrono::milliseconds(5),
            .rate = 1'000'000,
            .queue = 4};
  if (choices & bad_link) return {.loss = 0.1, .delay = std::chrono::milliseconds(20)};
  return {};
}

NetworkPlan planned(unsigned choices) {
  NetworkPlan plan;
  plan.in_flight = {.packets = 16'384, .octets = std::size_t{16} << 20U};
  NodeOptions options;
  for (const char* const setting :
       {"mld.enable=off", "dad.transmits=0", "nd.gratuitous=0", "dad.retry=0", "icmp4.error_rate=unlimited",
        "icmp6.error_rate=unlimited", "icmp6.error_rate_prefix=unlimited", "ip4.frag.memory=256",
        "ip4.frag.datagrams=4", "ip6.frag.memory=256", "ip6.frag.datagrams=4", "neighbors.max=16"})
    require(!set_option(options, setting));
  const auto add = [&](const char* name, std::vector<InterfaceConfig> interfaces) {
    plan.nodes.push_back({.name = name, .config = {.interfaces = std::move(interfaces), .options = options}});
  };
  add("r1", {interface("left", {"192.0.2.2/24", "2001:db8::2/64"}),
             interface("middle", {"198.51.100.0/31", "2001:db8:1::1/64"})});
  add("r2", {interface("middle", {"198.51.100.1/31", "2001:db8:1::2/64"}),
             interface("lan", {"198.18.0.2/24", "2001:db8:2::2/64"}, "02:00:00:00:00:02")});
  add("r3", {interface("lan", {"198.18.0.3/24", "2001:db8:2::3/64"}, "02:00:00:00:00:03"),
             interface("right", {"203.0.113.1/24", "2001:db8:3::1/64"}, nullptr, 1280)});
  const auto link = [&](const char* name, std::vector<LinkEnd> ends, const Impairments& impairments = {}) {
    const LinkEnd& first = ends[0];
    const auto& addresses =
        plan.nodes[first.node].config.interfaces[static_cast<std::size_t>(first.interface)].addresses;
    plan.links.push_back({.name = name, .prefixes = addresses, .ends = ends, .impairments = impairments});
  };
  constexpr InterfaceId first{0}, second{1};
  link("left", {{0, first}, {.door = 0}});
  link("middle", {{0, second}, {1, first}}, impairments_of(choices));
  link("lan", {{1, second}, {2, first}}, impairments_of(choices));
  link("right", {{2, second}, {.door = 1}});
  add_shortest_paths(plan);
  if (choices & with_loop) {
    const auto route = [&](std::size_t node, InterfaceId out, const char* prefix, const char* gateway) {
      plan.nodes[node].config.routes.push_back({*parse_prefix(prefix), out, *parse_address(gateway)});
    };
    route(0, second, "10.0.0.0/8", "198.51.100.1"), route(0, second, "fd00::/8", "fe80::2");
    route(1, second, "10.0.0.0/8", "198.18.0.3"), route(1, second, "fd00::/8", "fe80::3");
    route(2, first, "10.0.0.0/8", "198.18.0.2"), route(2, first, "fd00::/8", "fe80::2");
  }
  return plan;
}

/// Planning takes longer than a packet.
const NetworkPlan& plan_for(unsigned choices) {
  static std::array<std::optional<NetworkPlan>, 8> plans;
  auto& plan = plans[choices & 7];
  if (!plan) plan = planned(choices);
  return *plan;
}

// ---- what is said ----

constexpr std::array<Duration, 8> pauses{Duration(0),
                                         std::chrono::microseconds(1),
                                         std::chrono::milliseconds(1),
                                         std::chrono::milliseconds(7),
                                         std::chrono::milliseconds(300),
                                         std::chrono::seconds(2),
                                         std::chrono::seconds(61),
                                         std::chrono::hours(1)};

/// A form chooses the family, whom it is for and how far it may go; or the octets are the packet themselves.
Octets packet_from(unsigned form, Bytes body) {
  static const std::array<Ipv4Address, 8> to4{
      parse_address("192.0.2.2")->ipv4(),   parse_address("198.51.100.1")->ipv4(), parse_address("198.18.0.3")->ipv4(),
      parse_address("203.0.113.1")->ipv4(), parse_address("203.0.113.9")->ipv4(),  parse_address("198.18.0.77")->ipv4(),
      parse_address("10.1.2.3")->ipv4(),    parse_address("192.0.2.1")->ipv4()};
  static const std::array<Ipv6Address, 8> to6{
      parse_address("2001:db8::2")->ipv6(),   parse_address("2001:db8:1::2")->ipv6(),
      parse_address("2001:db8:2::3")->ipv6(), parse_address("2001:db8:3::1")->ipv6(),
      parse_address("2001:db8:3::9")->ipv6(), parse_address("2001:db8:2::77")->ipv6(),
      parse_address("fd00::3")->ipv6(),       parse_address("2001:db8::1")->ipv6()};
  if (form >= 0xe0) return {body.begin(), body.end()};
  constexpr std::array<std::uint8_t, 4> hops{2, 3, 64, 255};
  constexpr std::array<std::uint8_t, 4> protocols4{1, 17, 6, 2}, protocols6{58, 17, 44, 0};
  const unsigned to = form & 7, protocol = form >> 3 & 3;
  const std::uint8_t left = hops[form >> 6 & 3];
  Octets packet = form & 0x20 ? ipv6_packet(protocols6[protocol], peer6, to6[to], body)
                              : ipv4_to_host(protocols4[protocol], {}, body);
  if (form & 0x20) {
    packet[7] = left;
  } else {
    packet[8] = left;
    to4[to].store(packet, 16);
    write_header_checksum(MutableBytes(packet).first(ipv4_header_size));
  }
  mend_checksums(packet);
  return packet;
}

// ---- what happens ----

unsigned hops_of(Bytes packet) { return packet[0] >> 4 == 4 ? packet[8] : packet[7]; }
bool is_icmp_error(Bytes packet) {
  if (const auto ip = Ipv4View::parse(packet); ip && ip->protocol() == protocol_number::icmpv4) {
    if (ip->fragment_offset() != 0 || ip->payload().empty()) return false;
    const std::uint8_t type = ip->payload()[0];
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
  }
  if (const auto ip = Ipv6View::parse(packet); ip && ip->next_header() == protocol_number::icmpv6)
    return !ip->payload().empty() && ip->payload()[0] < 128;
  return false;
}

IpAddress source_of(Bytes packet) {
  if (packet[0] >> 4 == 4) return Ipv4Address::load(packet, 12);
  return Ipv6Address::load(packet, 8);
}

/// Follows each packet by its number: a node that forwards it takes a hop from it.
class Witness final : public Observer {
 public:
  explicit Witness(bool knows_octets) : knows_octets_(knows_octets) {}

  void decided(const Decision& decision) override {
    require(decision.time >= last_);
    last_ = decision.time;
    const bool is_error = std::holds_alternative<Error>(decision.verdict) && !decision.sent.empty();
    require(!is_error || !is_icmp_error(decision.packet));
    if (!knows_octets_ || !std::holds_alternative<Forward>(decision.verdict) || decision.withheld) return;
    const std::size_t visits = ++visits_[decision.ids.number];
    require(visits + hops_of(decision.packet) <= 256);
    for (const OutgoingPacket& sent : decision.sent) {
      if (source_of(sent.bytes) != source_of(decision.packet)) continue;  // a redirect
      require(hops_of(sent.bytes) + 1 == hops_of(decision.packet));
      visits_[sent.ids.number] = visits;
    }
  }

 private:
  bool knows_octets_;
  std::map<PacketNumber, std::size_t> visits_;
  Instant last_{};
};

/// All that can be required of what leaves by a door, which has no frames.
void check_leaving(const OutgoingPacket& packet) {
  require(!packet.bytes.empty() && packet.payload == LinkPayload::ip);
  require(packet.bytes.size() <= (packet.interface == InterfaceId{0} ? 1500 : 1280));
  if (packet.bytes[0] >> 4 == 4) {
    const auto ip = Ipv4View::parse(packet.bytes);
    require(ip && ip->bytes().size() == packet.bytes.size() && checksum_is_intact(ip->header_sum()) && ip->ttl() > 0);
    return;
  }
  const auto ip = Ipv6View::parse(packet.bytes);
  require(ip && ip->bytes().size() == packet.bytes.size() && ip->hop_limit() > 0);
}

/// Whether a node made it, and not who is outside: then all of it is right.
bool is_made_here(Bytes packet) {
  static const NetworkPlan& plan = plan_for(0);
  const IpAddress source = source_of(packet);
  for (const PlannedNode& node : plan.nodes)
    for (const InterfaceConfig& own : node.config.interfaces)
      for (const IpPrefix& address : own.addresses)
        if (address.address == source) return true;
  return false;
}
void check_message(Bytes packet) {
  if (const auto ip = Ipv4View::parse(packet); ip && !ip->is_fragment() && ip->protocol() == protocol_number::icmpv4)
    require(checksum_is_intact(checksum_sum(ip->payload())));
  if (const auto ip = Ipv6View::parse(packet); ip && ip->next_header() == protocol_number::icmpv6)
    require(checksum_is_intact(checksum_sum(
        ip->payload(),
        pseudo_header_sum(ip->source(), ip->destination(), protocol_number::icmpv6, ip->payload().size()))));
}

class Run {
 public:
  explicit Run(unsigned choices)
      : choices_(choices), network_(plan_for(choices)), witness_((choices & very_bad_link) == 0) {
    network_.observe(&witness_);
  }

  void step(Bytes packet, InterfaceId door, Duration pause) {
    wait(now_ + pause);
    network_.receive({.interface = door, .bytes = packet, .now = now_}, out_);
    in_ += packet.size();
    ++packets_in_;
    came_.emplace_back(packet.begin(), packet.end());
    collect();
    require(network_.packets_on_their_way() <= plan_for(choices_).in_flight.packets);
    require(network_.octets_on_their_way() <= plan_for(choices_).in_flight.octets);
  }
  /// At last all has left or been given up.
  Octets finish() {
    wait(now_ + std::chrono::minutes(10));
    require(network_.packets_on_their_way() == 0);
    const std::size_t copies = choices_ & very_bad_link ? std::size_t{1} << (2 * links_that_double) : 1;
    require(octets_out_ <= copies * 2 * (in_ + packets_in_ * 1280));
    return std::move(left_);
  }

 private:
  void wait(Instant until) {
    for (int i = 0; i < 100'000 && network_.next_deadline() <= until; ++i) {
      now_ = std::max(now_, network_.next_deadline());
      network_.tick(now_, out_);
      collect();
    }
    require(network_.next_deadline() > until);
    now_ = until;
  }
  void collect() {
    for (const OutgoingPacket& packet : out_.packets()) {
      octets_out_ += packet.bytes.size();
      if ((choices_ & very_bad_link) == 0) {
        check_leaving(packet);
        if (is_made_here(packet.bytes) && !is_forged()) check_message(packet.bytes);
      }
      left_.push_back(static_cast<std::uint8_t>(packet.interface));
      left_.insert(left_.end(), packet.bytes.begin(), packet.bytes.end());
    }
    out_.clear();
  }
  /// Somebody outside sent with the address of a node.
  bool is_forged() const {
    return std::ranges::any_of(came_, [](const Octets& packet) {
      return packet.size() >= 40 ? is_made_here(packet)
                                 : packet.size() >= 20 && packet[0] >> 4 == 4 && is_made_here(packet);
    });
  }

  unsigned choices_;
  Network network_;
  Witness witness_;
  Outbox out_;
  Instant now_{};
  std::size_t in_ = 0, packets_in_ = 0, octets_out_ = 0;
  std::vector<Octets> came_;
  Octets left_;
};

Octets outcome_of(Bytes input) {
  Run run(input[0]);
  Bytes rest = input.subspan(1);
  for (int step = 0; step < most_steps && rest.size() >= 3; ++step) {
    const std::size_t length = std::min<std::size_t>(rest[2] * std::size_t{rest[0] & 0x10 ? 6U : 1U}, rest.size() - 3);
    const Octets packet = packet_from(rest[1], rest.subspan(3, length));
    run.step(packet, InterfaceId(rest[0] >> 3 & 1), pauses[rest[0] & 7]);
    rest = rest.subspan(3 + length);
  }
  return run.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes input(data, size);
  require(outcome_of(input) == outcome_of(input));
  return 0;
}
