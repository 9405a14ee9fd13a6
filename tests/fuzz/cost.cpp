// What packets cost: the blocks of the product that Node::receive enters for them, beside those of an echo request of
// the same size, whatever came before and whenever it came. No eight packets in a row may cost more than the bound on
// average (one alone may make a table grow), where each packet that leaves counts as one that came.
// Input: an octet of choices, then steps: how long to wait and how often to send, what each of them differs in from
// the one before, a form, a length, and as many octets of a message.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "tests/fuzz/link_frames.hpp"

namespace {

// ---- counting ----

std::uint64_t work = 0;                         // blocks entered
constexpr std::size_t octets_for_a_block = 32;  // that memcpy and its like move meanwhile

}  // namespace

// The linker has the copy of the product that this program is made of call these (tests/fuzz/CMakeLists.txt).
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier)
void __wrap___sanitizer_cov_trace_pc_guard_init(std::uint32_t*, std::uint32_t*) {}
void __wrap___sanitizer_cov_trace_pc_guard(std::uint32_t*) { ++work; }
void* __real_memcpy(void* to, const void* from, std::size_t size);
void* __real_memmove(void* to, const void* from, std::size_t size);
void* __real_memset(void* to, int octet, std::size_t size);
void* __wrap_memcpy(void* to, const void* from, std::size_t size) {
  work += size / octets_for_a_block;
  return __real_memcpy(to, from, size);
}
void* __wrap_memmove(void* to, const void* from, std::size_t size) {
  work += size / octets_for_a_block;
  return __real_memmove(to, from, size);
}
void* __wrap_memset(void* to, int octet, std::size_t size) {
  work += size / octets_for_a_block;
  return __real_memset(to, octet, size);
}
// NOLINTEND(bugprone-reserved-identifier)

// libFuzzer keeps inputs that set one of these that none set before: a kind of decision, and what it cost.
constexpr std::size_t kinds = tunstack::reason_count, costs = 64;
__attribute__((section("__libfuzzer_extra_counters"))) std::array<std::uint8_t, kinds * costs> cost_seen;
}

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// In echoes. Five are the bound in instructions; the blocks of a walk through options are shorter than those of an
// echo, so that 2.8 and 2.7 times its instructions (callgrind, release) are 5.0 and 6.2 times its blocks.
constexpr double bound = 8;
constexpr std::size_t in_a_row = 8;

// ---- whom they cost it ----

// Bits of the first octet.
constexpr unsigned on_ethernet = 1, hardened = 2, unlimited = 4, as_router = 8, large_tables = 16;
constexpr unsigned all_choices = 31;

NodeConfig config(unsigned choices) {
  InterfaceConfig interface{"fuzz", {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}, 1500};
  add_link_local_address(interface);
  interface.addresses.push_back(*parse_prefix("10.255.0.2/8"));  // room for strangers
  if (choices & as_router) interface.role = Role::router;
  if (choices & on_ethernet) interface.link_address = own_mac;
  interface.configures_itself = (choices & on_ethernet) != 0;
  NodeOptions options = options_of(choices & hardened ? Profile::hardened : Profile::lab);
  const auto set = [&](const char* setting) { require(!set_option(options, setting)); };
  for (const char* setting : {"dad.transmits=0", "nd.gratuitous=0"}) set(setting);
  if (choices & unlimited)
    for (const char* setting : {"icmp4.error_rate=0", "icmp6.error_rate=0", "neighbors.solicit_rate=0"}) set(setting);
  if (choices & large_tables) set("neighbors.max=4096");
  if (choices & as_router && choices & on_ethernet)
    for (const char* setting : {"nd.adv.enable=on", "irdp.adv.enable=on", "mld.querier=on", "igmp.enable=on"})
      set(setting);
  return {{interface}, options, 1};
}

const NodeConfig& config_for(unsigned choices) {
  static std::array<std::unique_ptr<NodeConfig>, all_choices + 1> configs;
  auto& made = configs[choices];
  if (!made) made = std::make_unique<NodeConfig>(config(choices));
  return *made;
}

using Octets = std::vector<std::uint8_t>;

/// Where a datagram begins.
std::size_t header_before(unsigned choices) { return choices & on_ethernet ? ethernet_header_size : 0; }

/// A datagram as it arrives there.
Octets arriving(unsigned choices, const Octets& datagram) {
  if (!(choices & on_ethernet)) return datagram;
  return frame_of(own_mac, datagram[0] >> 4 == 4 ? ethertype::ipv4 : ethertype::ipv6, datagram);
}

Octets icmpv6_datagram(Octets message) {
  mend(message, 2, pseudo_header_sum(peer6, host6, protocol_number::icmpv6, message.size()));
  return ipv6_packet(protocol_number::icmpv6, peer6, host6, message);
}

Octets echo(bool is_ipv6, std::size_t size) {
  const std::size_t headers = is_ipv6 ? ipv6_header_size : ipv4_header_size;
  Octets message(std::max<std::size_t>(size, headers + 8) - headers);
  message[0] = is_ipv6 ? 128 : 8;
  if (is_ipv6) return icmpv6_datagram(message);
  mend(message, 2, 0);
  return ipv4_to_host(protocol_number::icmpv4, {}, message);
}

/// By which the peer makes itself known on Ethernet.
Octets solicitation() {
  Octets message(24);
  message[0] = 135;
  host6.store(message, 8);
  message.insert(message.end(), {1, 1});  // source link-layer address, 8 octets
  message.insert(message.end(), peer_mac.octets.begin(), peer_mac.octets.end());
  Octets datagram = icmpv6_datagram(message);
  datagram[7] = 255;
  return datagram;
}

Octets first_fragment() {
  Octets fragment = ipv4_to_host(protocol_number::udp, {}, Octets(64));
  fragment[6] = 0x20;
  write_header_checksum(MutableBytes(fragment).first(ipv4_header_size));
  return fragment;
}

Octets first_fragment6() {
  Octets fragment(ipv6_fragment_header_size + 64);
  fragment[0] = protocol_number::udp;
  fragment[3] = 1;
  return ipv6_packet(protocol_number::fragment, peer6, host6, fragment);
}

/// Datagrams after which a node has the tables that it makes at their first use.
std::vector<Octets> first_uses() {
  return {first_fragment(),
          first_fragment6(),
          echo(false, 4000),
          echo(true, 4000),
          ipv4_to_host(253, {}, Octets(64)),
          ipv6_packet(253, peer6, host6, Octets(64))};
}

/// A node that has made its tables, to whom the peer is known.
class MeasuredNode {
 public:
  explicit MeasuredNode(unsigned choices) : choices_(choices), node_(config_for(choices)) {
    if (choices & on_ethernet) {
      receive(arp_frame(0, {}));
      receive(arriving(choices, solicitation()));
    }
    for (const Octets& datagram : first_uses()) receive(arriving(choices, datagram));
  }

  /// Echoes of its size that it costs.
  double receive_measured(const Octets& packet);

  void wait(Duration duration) { now_ += duration; }
  std::size_t kind_of(const Octets& packet) const {
    return static_cast<std::size_t>(reason_of(node_.decide(received(packet))));
  }
  std::uint64_t receive(const Octets& packet) {
    if (node_.next_deadline() <= now_) node_.tick(now_, out_);
    out_.clear();
    const std::uint64_t before = work;
    node_.receive(received(packet), out_);
    const std::uint64_t spent = work - before;
    answers_ = out_.packets().size();
    out_.clear();
    return spent;
  }

 private:
  Received received(const Octets& packet) const { return {.interface = InterfaceId{0}, .bytes = packet, .now = now_}; }

  unsigned choices_;
  Node node_;
  Instant now_{};
  std::size_t answers_ = 0;
  Outbox out_;
};

/// What an echo request of this size costs, or of the next smaller one that was measured.
class Echoes {
 public:
  explicit Echoes(unsigned choices) {
    MeasuredNode node(choices);
    for (const bool is_ipv6 : {false, true})
      for (std::size_t i = 0; i < steps; ++i) {
        const Octets packet = arriving(choices, echo(is_ipv6, i * step));
        node.receive(packet);
        spent_[is_ipv6][i] = static_cast<double>(node.receive(packet));
      }
  }
  double cost(bool is_ipv6, std::size_t octets) const { return spent_[is_ipv6][std::min(octets / step, steps - 1)]; }

 private:
  static constexpr std::size_t step = 64, steps = 24;
  std::array<std::array<double, steps>, 2> spent_{};
};

const Echoes& echoes_for(unsigned choices) {
  static std::array<std::unique_ptr<Echoes>, all_choices + 1> all;
  auto& made = all[choices];
  if (!made) made = std::make_unique<Echoes>(choices);
  return *made;
}

double MeasuredNode::receive_measured(const Octets& packet) {
  const std::size_t at = header_before(choices_);
  const bool is_ipv6 = packet.size() > at && packet[at] >> 4 == 6;
  const auto spent = static_cast<double>(receive(packet));
  return spent / static_cast<double>(answers_ > 1 ? answers_ + 1 : 1) /
         echoes_for(choices_).cost(is_ipv6, packet.size() - std::min(packet.size(), at));
}

// ---- what comes ----

constexpr std::array<Duration, 8> pauses{Duration(0),
                                         std::chrono::milliseconds(1),
                                         std::chrono::milliseconds(20),
                                         std::chrono::milliseconds(300),
                                         std::chrono::seconds(1),
                                         std::chrono::seconds(5),
                                         std::chrono::seconds(31),
                                         std::chrono::hours(3)};

constexpr std::array<unsigned, 8> how_often{1, 2, 4, 8, 16, 64, 256, 1024};  // the last one fills tables
constexpr std::size_t most_packets = 1500;

/// A datagram that comes to a link without addresses, or what frame_from() makes for the others.
Octets packet_from(unsigned choices, unsigned form, Bytes body) {
  if (choices & on_ethernet) return frame_from(form, body);
  switch (form >> 6) {
    case 0:
      return ipv6_packet(static_cast<std::uint8_t>(body.empty() ? 0 : body[0]), peer6, host6,
                         body.subspan(std::min<std::size_t>(1, body.size())));
    case 1:
      return icmpv6_datagram({body.begin(), body.end()});
    case 2: {
      Octets message(body.begin(), body.end());
      mend(message, 2, 0);
      return ipv4_to_host(static_cast<std::uint8_t>(form & 63), {}, message);
    }
    default:
      return {body.begin(), body.end()};
  }
}

/// The `number`th of a series: another source, or another value where identifications and offsets of fragments stand.
void vary(Octets& packet, unsigned choices, unsigned what, unsigned number) {
  const std::size_t at = header_before(choices);
  if (packet.size() < at + ipv6_header_size + ipv6_fragment_header_size) return;
  const MutableBytes ip = MutableBytes(packet).subspan(at);
  const bool is_ipv6 = ip[0] >> 4 == 6;
  const auto add = [&](std::size_t place, unsigned amount) {
    store_be16(ip, place, static_cast<std::uint16_t>(load_be16(ip, place) + amount));
  };
  switch (what % 4) {
    case 0:
      return;
    case 1:
      add(is_ipv6 ? 22 : 14, number * 3);  // from the peer on, past the host
      break;
    case 2:
      add(is_ipv6 ? 46 : 4, number);
      break;
    default:
      add(is_ipv6 ? 42 : 6, is_ipv6 ? number * 16 : number * 2);
  }
}

// ---- how it is judged ----

class Judge {
 public:
  void take(double echoes, std::size_t kind) {
    cost_seen[kind * costs + std::min<std::size_t>(static_cast<std::size_t>(echoes * 4), costs - 1)] = 1;
    last_[count_++ % in_a_row] = echoes;
    if (count_ < in_a_row) return;
    double sum = 0;
    for (const double one : last_) sum += one;
    if (sum <= bound * in_a_row) return;
    const std::string reason(info(static_cast<Reason>(kind)).name);
    std::fprintf(stderr, "cost: packet %zu, %s, is the last of eight that cost", count_, reason.c_str());
    for (std::size_t i = 0; i < in_a_row; ++i) std::fprintf(stderr, " %.1f", last_[(count_ + i) % in_a_row]);
    std::fprintf(stderr, " echoes of their size, more than %.1f on average\n", bound);
    std::abort();
  }

 private:
  std::size_t count_ = 0;
  std::array<double, in_a_row> last_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choices = data[0] & all_choices;
  MeasuredNode node(choices);
  Judge judge;
  const std::size_t at = header_before(choices);
  Bytes rest(data + 1, size - 1);
  std::size_t packets = 0;
  while (rest.size() >= 5 && packets < most_packets) {
    const unsigned often = how_often[rest[0] >> 3 & 7U];
    const std::size_t length = std::min<std::size_t>(load_be16(rest, 3) % 2048U, rest.size() - 5);
    const Octets packet = packet_from(choices, rest[2], rest.subspan(5, length));
    std::size_t kind = 0;  // of the first one
    for (unsigned number = 0; number < often; ++number, ++packets) {
      Octets varied = packet;
      vary(varied, choices, rest[1], number);
      mend_checksums(MutableBytes(varied).subspan(std::min(varied.size(), at)));
      node.wait(pauses[rest[0] & 7]);
      if (number == 0) kind = node.kind_of(varied);
      judge.take(node.receive_measured(varied), kind);
    }
    rest = rest.subspan(5 + length);
  }
  return 0;
}
