// Any ICMPv6 message with a right checksum, to hosts of several minds. Some are errors that quote a packet which the
// host really sent, so that the path MTU and whoever listens for errors are reached. Whatever came, a path over which
// nothing large went keeps the MTU of its link, and a large echo comes back in fragments that fit.
// Input: one byte of choices, type, code, the next four octets of the message, then its data.
#include <algorithm>

#include "tests/fuzz/sent_packets.hpp"
#include "tests/fuzz/told.hpp"
#include "tunstack/options/options.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first byte.
constexpr unsigned config_bits = 3;
constexpr unsigned quotes_a_packet_sent = 4;  // an octet of the data says how much of it, the rest follows the quote
constexpr unsigned in_group_frame = 8;
constexpr unsigned to_group = 16;
constexpr unsigned from_nowhere = 32;
constexpr unsigned explained = 64;
constexpr unsigned sends_before = 128;  // something large, which is what is quoted then

constexpr std::size_t link_mtu = 1500;
constexpr std::size_t large_echo = 4000;

unsigned read_so_far = 0;  // so that no reading is optimised away

void read(Bytes bytes) {
  for (const std::uint8_t octet : bytes) read_so_far += octet;
}

/// Others that sent a large echo request and so got a large reply: each once, from an address that nobody can have
/// known before.
std::uint64_t strangers = 0;

Ipv6Address stranger_of(std::uint64_t number) {
  Ipv6Address address = peer6;
  store_be64(address.octets, 8, number << 32);
  return address;
}

bool got_large_packet(const Ipv6Address& address) {
  const std::uint64_t number = load_be32(address.octets, 8);
  return address == peer6 || (number != 0 && number <= strangers && address == stranger_of(number));
}

/// The MTU of the path to the peer, as far as a believable report is known to have lowered it.
struct PathToPeer {
  std::size_t mtu = link_mtu;
  Instant until;
  std::size_t at(Instant now) const { return until > now ? mtu : link_mtu; }
};

/// Whoever sent the packet reads all that it is told.
class Sender final : public Observer {
 public:
  Sender(PathToPeer& path, std::chrono::seconds age) : path_(path), age_(age) {}
  void decided(const Decision& decision) override {
    if (reason_of(decision.verdict) == Reason::path_mtu_lowered) lower();
    if (explains) require(is_told(decision));
  }
  void error_reported(const icmp::ErrorReport& report) override {
    const Bytes quote = report.body.quote;
    require(report.type < 128 && (report.source == IpAddress(host6) || report.source == IpAddress(host6_on_link)));
    require((report.type == 2 || report.mtu == 0) && (report.type == 4 || report.pointer == 0));
    require(report.header_size >= 40 && report.total_length >= 40 && quote.size() >= 40);
    require(report.transport.empty() || report.transport.size() >= 8);
    if (!report.transport.empty()) require(report.transport.data() == quote.data() + report.header_size);
    if (!report.transport.empty()) require(quote.size() == report.header_size + report.transport.size());
    read(report.transport);
    read(quote);
    read(report.body.extensions);
    if (report.type != 2) return;
    // RFC 8201 4: a report neither raises the estimate nor takes it below 1280.
    require(report.mtu >= 1280 && report.mtu < report.total_length && report.mtu < link_mtu);
    require(got_large_packet(report.destination.ipv6()));
    reported_ = {report.destination.ipv6(), report.mtu};
  }
  void arrives(Instant now) { now_ = now; }
  bool explains = false;  // which takes longer than the rest

 private:
  struct Lowered {
    Ipv6Address destination;
    std::size_t mtu = 0;
  };
  void lower() {
    if (reported_.destination != peer6) return;
    require(reported_.mtu < path_.at(now_));
    path_ = {reported_.mtu, now_ + age_};
  }

  PathToPeer& path_;
  std::chrono::seconds age_;
  Instant now_;
  Lowered reported_;
};

NodeConfig config(unsigned number) {
  switch (number) {
    case 0:
      return host_with(options_of(Profile::lab));
    case 1:
      return host_with(options_of(Profile::hardened));
    case 2:
      return host_with(
          {"probe.enable=on", "icmp.extensions=on", "icmp6.reflect_flowlabel=on", "probe.zero_checksum=reject"});
    default:
      return host_with({"probe.enable=on", "probe.reply_body=none", "probe.allow_kinds=name,address",
                        "probe.allow_sources=2001:db8::/120", "icmp6.echo_multicast=off", "ip6.pmtu.age=300",
                        "icmp6.unreach=off"});
  }
}

/// A node, and the first packet that it sent last, as errors quote it.
struct Host {
  explicit Host(unsigned number) : node(config(number)), sender(path, std::chrono::seconds(number == 3 ? 300 : 600)) {
    node.observe(&sender);
  }
  Node node;
  PathToPeer path;
  Sender sender;
  std::vector<std::uint8_t> sent;
};

Host& host_for(unsigned choices) {
  static std::array<std::unique_ptr<Host>, config_bits + 1> hosts;
  auto& host = hosts[choices & config_bits];
  if (!host) host = std::make_unique<Host>(choices & config_bits);
  return *host;
}

Instant now;  // of all hosts

std::span<const OutgoingPacket> receive(Host& host, Bytes packet, bool link_layer_group = false) {
  static Outbox out;
  out.clear();
  host.sender.arrives(now);
  host.node.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now, .link_layer_group = link_layer_group},
                    out);
  check_sent(out);
  return out.packets();
}

std::vector<std::uint8_t> echo_request(const Ipv6Address& source, std::size_t size) {
  std::vector<std::uint8_t> message(size);
  message[0] = 128;
  mend(message, 2, pseudo_header_sum(source, host6, protocol_number::icmpv6, size));
  return ipv6_packet(protocol_number::icmpv6, source, host6, message);
}

void keep_sent(Host& host, std::span<const OutgoingPacket> sent) {
  if (!sent.empty()) host.sent.assign(sent[0].bytes.begin(), sent[0].bytes.end());
}

/// An echo request of the largest size on the link makes the host send what a router may find too big.
void make_host_send(Host& host) {
  keep_sent(host, receive(host, echo_request(peer6, link_mtu - ipv6_header_size)));
  require(!host.sent.empty());
}

std::vector<std::uint8_t> message_of(const Host& host, unsigned choices, Bytes input) {
  const std::size_t header = std::min<std::size_t>(input.size(), 6);
  std::vector<std::uint8_t> message(8);
  copy_bytes(message, input.first(std::min<std::size_t>(header, 2)));
  if (header > 2) copy_bytes(MutableBytes(message).subspan(4), input.subspan(2, header - 2));
  Bytes data = input.subspan(header);
  if (choices & quotes_a_packet_sent && !data.empty()) {
    const std::size_t quoted = std::min<std::size_t>(data[0] * 8U, host.sent.size());
    message.insert(message.end(), host.sent.begin(), host.sent.begin() + static_cast<std::ptrdiff_t>(quoted));
    data = data.subspan(1);
  }
  message.insert(message.end(), data.begin(), data.end());
  message.resize(std::min<std::size_t>(message.size(), 65000));
  return message;
}

std::vector<std::uint8_t> packet_of(const Host& host, unsigned choices, Bytes input) {
  const Ipv6Address source = choices & from_nowhere ? Ipv6Address{} : peer6;
  const Ipv6Address destination = choices & to_group ? ipv6_all_nodes : host6;
  std::vector<std::uint8_t> message = message_of(host, choices, input);
  mend(message, 2, pseudo_header_sum(source, destination, protocol_number::icmpv6, message.size()));
  return ipv6_packet(protocol_number::icmpv6, source, destination, message);
}

/// What the path to the peer must be after a report that quotes what really went there (RFC 8201 4).
std::optional<std::size_t> believable_mtu(const Host& host, Bytes packet) {
  const Bytes quote = packet.subspan(48);
  if (packet[40] != 2 || Ipv6Address::load(packet, 8) != peer6 || quote.size() < 40) return std::nullopt;
  if (!std::ranges::equal(quote.first(40), Bytes(host.sent).first(40))) return std::nullopt;
  const std::size_t mtu = load_be32(packet, 44);
  const std::size_t largest = std::min<std::size_t>(host.path.at(now), 40U + load_be16(quote, 4));
  return Ipv6Address::load(quote, 24) == peer6 && mtu >= 1280 && mtu < largest ? std::optional(mtu) : std::nullopt;
}

/// Only echo and extended echo requests are answered, by whom they are allowed to be.
void check_answers(Bytes packet, unsigned choices, std::span<const OutgoingPacket> sent) {
  const unsigned type = packet[40];
  if ((type != 128 && type != 160) || choices & from_nowhere) return require(sent.empty());
  if (type == 160) require(sent.size() <= 1);
  for (const OutgoingPacket& answer : sent)
    require(answer.bytes[6] == 44 || answer.bytes[40] == type + 1);  // the type of fragments is in their sum
}

void check_path_to_stranger(Host& host) {
  const auto sent = receive(host, echo_request(stranger_of(++strangers), link_mtu - ipv6_header_size));
  require(sent.size() == 1 && sent[0].bytes.size() == link_mtu);
}

/// Each fragment is as large as the path allows, and all together count as one reply.
void check_path_to_peer(Host& host) {
  const std::uint64_t replies = host.node.counters().icmp6.out(129, 0);
  const auto sent = receive(host, echo_request(peer6, large_echo));
  require(host.node.counters().icmp6.out(129, 0) == replies + 1);
  const std::size_t room = (host.path.at(now) - 48) / 8 * 8;
  require(sent.size() == (large_echo + room - 1) / room);
  for (std::size_t i = 0; i + 1 < sent.size(); ++i) require(sent[i].bytes.size() == 48 + room);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choices = data[0];
  now += std::chrono::seconds(1);
  Host& host = host_for(choices);
  host.sender.explains = (choices & explained) != 0;
  if (host.sent.empty() || choices & sends_before) make_host_send(host);
  const std::vector<std::uint8_t> packet = packet_of(host, choices, {data + 1, size - 1});
  const auto lowered_to = believable_mtu(host, packet);
  const auto sent = receive(host, packet, (choices & in_group_frame) != 0);
  if (lowered_to) require(host.path.at(now) == *lowered_to);
  check_answers(packet, choices, sent);
  keep_sent(host, sent);
  host.sender.explains = false;
  check_path_to_stranger(host);
  check_path_to_peer(host);
  return 0;
}
