// Any chain of IPv6 extension headers: what goes back, and what it points at, is what a plain second walk finds, and
// decide() says what receive() then does.
// Input: two octets of choices, perhaps a payload length of two octets, the first next header value, then what stands
// behind the fixed header.
#include <algorithm>

#include "tests/fuzz/ipv6_walk.hpp"
#include "tests/fuzz/sent_packets.hpp"
#include "tests/fuzz/told.hpp"
#include "tunstack/options/options.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first octet.
constexpr unsigned config_bits = 3;
constexpr unsigned way_bits = 12;  // between which addresses
constexpr unsigned in_group_frame = 16;
constexpr unsigned length_is_given = 32;  // right or not
constexpr unsigned mends_chain = 64;      // so that what lies behind a header in error is reached
constexpr unsigned explained = 128;
// Bits of the second octet.
constexpr unsigned octets_beyond = 7;  // how many units of 8 octets follow the packet

struct Way {
  Ipv6Address source, destination;
};
const std::array<Way, 4> ways{
    {{peer6, host6}, {peer6_on_link, host6_on_link}, {peer6, ipv6_all_nodes}, {Ipv6Address{}, ipv6_all_nodes}}};

/// Sees what was decided about the packet that arrived, which is the first that it is told.
class Witness final : public Observer {
 public:
  void decided(const Decision& decision) override {
    if (!verdict) verdict = decision.verdict;
    if (explains) require(is_told(decision));
  }
  std::optional<Verdict> verdict;
  bool explains = false;
};

/// Making a node takes longer than a packet, so each configuration is made once.
struct Host {
  Host(NodeConfig config, const WalkLimits& walk_limits, bool extends_errors = false)
      : node(config), limits(walk_limits), extended(extends_errors) {}
  Node node;
  WalkLimits limits;
  bool extended;
};

NodeConfig hardened() {
  NodeOptions options = options_of(Profile::hardened);
  require(!set_option(options, "icmp6.error_rate=0"));
  return host_with(options);
}

Host& host_for(unsigned choices) {
  static std::array hosts{
      std::make_unique<Host>(host_with({"icmp6.error_rate=0"}), WalkLimits{}),
      std::make_unique<Host>(hardened(), WalkLimits{.padding = 7}),
      std::make_unique<Host>(
          host_with({"icmp6.error_rate=0", "ip6.ext.max_headers=2", "ip6.ext.max_options=2", "ip6.ext.max_chain=100",
                     "ip6.ext.max_padding=3", "udp.echo=on", "tcp.closed=port"}),
          WalkLimits{.headers = 2, .options = 2, .chain = 100, .padding = 3}),
      std::make_unique<Host>(
          host_with({"icmp6.error_rate=0", "ip6.jumbo=on", "icmp.extensions=on", "ip6.ext.max_chain=1920"}),
          WalkLimits{.chain = 1920, .jumbo = true}, true)};
  return *hosts[choices & config_bits];
}

// ---- the packet ----

/// Gives every option of a header a length that fits, where the input has another.
void mend_options(MutableBytes header) {
  for (std::size_t at = 2; at < header.size();) {
    if (header[at] == 0 || at + 1 == header.size()) {
      header[at++] = 0;
      continue;
    }
    const std::size_t left = header.size() - at;
    const std::size_t size = std::min<std::size_t>(2 + header[at + 1] % 16, left);
    header[at + 1] = static_cast<std::uint8_t>(size - 2);
    at += size;
  }
}

/// Makes next header values known, headers short, options fit, nothing left to route, and fragments whole.
void mend_headers(MutableBytes packet) {
  constexpr std::array<std::uint8_t, 16> kinds{60, 60, 0, 43, 44, 58, 17, 6, 59, 253, 60, 60, 43, 44, 58, 50};
  for (std::size_t at = 40, announced_at = 6;;) {
    std::uint8_t& kind = packet[announced_at];
    if (std::ranges::find(kinds, kind) == kinds.end()) kind = kinds[kind % kinds.size()];
    if (!is_header_to_step_over(kind) || at + 8 > packet.size()) return;
    if (kind != 44) packet[at + 1] %= 8;
    const std::size_t size = kind == 44 ? 8 : packet[at + 1] * 8U + 8;
    if (at + size > packet.size()) return;
    if (kind == 43 && packet[at + 3] % 4 != 0) packet[at + 3] = 0;
    if (kind == 44 && packet[at + 4] % 4 != 0) store_be16(packet, at + 2, packet[at + 3] & 6U);
    if (kind == 0 || kind == 60) mend_options(packet.subspan(at, size));
    announced_at = at;
    at += size;
  }
}

void mend_message(MutableBytes packet) {
  const auto upper = plain_upper_layer(packet);
  if (!upper) return;
  const MutableBytes message = packet.subspan(upper->at);
  const auto protocol = static_cast<std::uint8_t>(upper->protocol);
  if (protocol == 17 && message.size() >= 8) store_be16(message, 4, static_cast<std::uint16_t>(message.size()));
  const ChecksumSum pseudo =
      pseudo_header_sum(Ipv6Address::load(packet, 8), Ipv6Address::load(packet, 24), protocol, message.size());
  if (protocol == 58 || protocol == 17 || protocol == 6)
    mend(message, protocol == 17 ? 6 : protocol == 6 ? 16 : 2, pseudo);
}

/// Takes the octets of input that it needs.
class Input {
 public:
  explicit Input(Bytes bytes) : bytes_(bytes) {}
  std::uint8_t octet() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return first;
  }
  std::size_t number() {
    const std::size_t upper = octet() * 256U;
    return upper + octet();
  }
  Bytes rest() const { return bytes_.first(std::min<std::size_t>(bytes_.size(), 3000)); }

 private:
  Bytes bytes_;
};

std::vector<std::uint8_t> packet_from(unsigned choices, Input& input) {
  const std::size_t beyond = (input.octet() & octets_beyond) * 8U;
  const auto given = choices & length_is_given ? std::optional(input.number()) : std::nullopt;
  const std::uint8_t next_header = input.octet();
  const Way& way = ways[(choices & way_bits) / 4];
  std::vector<std::uint8_t> packet = ipv6_packet(next_header, way.source, way.destination, input.rest());
  const std::size_t there = packet.size() - 40;
  const std::size_t length = given ? *given : there - std::min(there, beyond);
  store_be16(packet, 4, static_cast<std::uint16_t>(length));
  const MutableBytes received(packet);
  const MutableBytes inside = received.first(std::min(packet.size(), 40 + length));
  if (choices & mends_chain) mend_headers(inside);
  if (choices & mends_chain) mend_message(inside);
  return packet;
}

// ---- the answer ----

bool is_same(const Verdict& a, const Verdict& b) {
  if (a.index() != b.index() || reason_of(a) != reason_of(b)) return false;
  const auto* const error = std::get_if<Error>(&a);
  return error == nullptr ||
         (error->problem == std::get<Error>(b).problem && error->parameter == std::get<Error>(b).parameter);
}

/// RFC 4443 2.4(e), for a source that is a single node or ::.
bool may_report(const Outcome& outcome, Bytes received, unsigned choices) {
  const Way& way = ways[(choices & way_bits) / 4];
  const bool about_groups = outcome.code == 2;  // what an option asks for
  if (way.source == Ipv6Address{}) return false;
  if ((way.destination.is_multicast() || choices & in_group_frame) && !about_groups) return false;
  const bool goes_on = load_be16(received, 4) == 0;  // as a jumbogram would
  const Bytes packet = goes_on ? received : received.first(40U + load_be16(received, 4));
  std::size_t headers = 0;
  const auto upper = plain_upper_layer(packet, headers);
  if (headers > 40) return false;  // nobody looks that far for an ICMPv6 error
  if (!upper || upper->protocol != 58) return true;
  return upper->at < packet.size() && packet[upper->at] >= 128 && packet[upper->at] != 137;
}

void check_problem(const Outcome& expected, Bytes packet, Bytes error) {
  require(error.size() >= 48 && error[6] == 58 && error[40] == 4);
  require(error[41] == expected.code && load_be32(error, 44) == expected.pointer);
  const Bytes quote = error.subspan(48);
  require(quote.size() == std::min<std::size_t>(packet.size(), 1232));
  require(std::ranges::equal(quote, packet.first(quote.size())));
}

/// An unknown upper layer is a problem like others; of the known ones only that no problem is reported, and that an
/// error is about a port and quotes the packet.
void check_upper(const Outcome& upper, Bytes packet, Bytes answer, bool extended) {
  const Bytes message = packet.subspan(upper.at);
  require(upper.protocol == 58 || upper.protocol == 17 || upper.protocol == 6);
  if (answer[6] != 58) return require(answer[6] == upper.protocol);
  if (answer[40] == 1) {
    require(upper.protocol != 58 && answer[41] == 4);
    Bytes quote = answer.subspan(48);
    if (extended)
      quote = quote.first(answer[44] * 8U);  // RFC 4884 4
    else
      require(quote.size() == std::min<std::size_t>(packet.size(), 1232));
    const std::size_t kept = std::min(quote.size(), packet.size());
    return require(std::ranges::equal(quote.first(kept), packet.first(kept)));
  }
  require(answer[40] == 129 && message[0] == 128 && answer[41] == 0);
  require(std::ranges::equal(answer.subspan(44), message.subspan(4)));
}

void check_answer(Bytes received, unsigned choices, const Host& host, std::span<const OutgoingPacket> sent) {
  if (received.size() < 40U + load_be16(received, 4)) return require(sent.empty());
  const Bytes packet = received.first(40U + load_be16(received, 4));
  Outcome outcome = PlainWalk(received, packet[24] == 0xff || choices & in_group_frame, host.limits).outcome();
  if (outcome.kind == Outcome::Kind::upper && outcome.protocol == 59) return require(sent.empty());
  if (outcome.kind == Outcome::Kind::upper && outcome.protocol != 58 && outcome.protocol != 17 && outcome.protocol != 6)
    outcome = Outcome::problem(1, outcome.announced_at);
  if (outcome.kind == Outcome::Kind::problem && may_report(outcome, received, choices)) {
    require(sent.size() == 1);
    return check_problem(outcome, packet, sent[0].bytes);
  }
  if (outcome.kind != Outcome::Kind::upper || sent.empty()) return require(sent.empty());
  if (sent.size() == 1) return check_upper(outcome, packet, sent[0].bytes, host.extended);
  // Only what comes back whole is larger than the link.
  require(outcome.protocol == 17 || packet[outcome.at] == 128);
  for (const OutgoingPacket& fragment : sent)
    require(fragment.bytes[6] == 44 && fragment.bytes[40] == outcome.protocol);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, size});
  const unsigned choices = input.octet();
  const std::vector<std::uint8_t> packet = packet_from(choices, input);
  const std::vector<std::uint8_t> before = packet;

  static Outbox out;
  static Instant now;
  out.clear();
  now += std::chrono::seconds(1);
  Host& host = host_for(choices);
  Witness witness;
  witness.explains = (choices & explained) != 0;
  host.node.observe(&witness);
  const Received received{
      .interface = InterfaceId{0}, .bytes = packet, .now = now, .link_layer_group = (choices & in_group_frame) != 0};
  const Verdict announced = host.node.decide(received);
  host.node.receive(received, out);
  require(packet == before && witness.verdict && is_same(announced, *witness.verdict));
  check_sent(out);
  check_answer(packet, choices, host, out.packets());

  // Nothing waits for the next input.
  out.clear();
  if (host.node.next_deadline() == Instant::max()) return 0;
  now = host.node.next_deadline();
  host.node.tick(now, out);
  require(host.node.next_deadline() == Instant::max() && out.packets().size() <= 1);
  check_sent(out);
  return 0;
}
