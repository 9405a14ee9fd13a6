// Any ICMPv4 message with a right checksum, to hosts of several minds. Some are errors that quote a packet which the
// host really sent, so that the path MTU and whoever listens for errors are reached.
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
constexpr unsigned to_broadcast = 16;
constexpr unsigned from_nowhere = 32;  // 0.0.0.0 asks for an address mask
constexpr unsigned explained = 64;
constexpr unsigned sends_before = 128;  // something large, which is what is quoted then

unsigned read_so_far = 0;  // so that no reading is optimised away

void read(Bytes bytes) {
  for (const std::uint8_t octet : bytes) read_so_far += octet;
}

void read(const IcmpExtensionObject& object) {
  read(object.payload);
  for (std::size_t i = 0; const auto entry = mpls_entry(object, i); ++i) read_so_far += entry->label + entry->ttl;
  if (const auto information = interface_information(object)) {
    read_so_far += information->index.value_or(0) + information->mtu.value_or(0);
    for (const char letter : information->name) read_so_far += static_cast<unsigned char>(letter);
    if (information->address) read(information->address->octets());
  }
}

/// Whoever sent the packet reads all that it is told.
class Sender final : public Observer {
 public:
  void decided(const Decision& decision) override {
    if (explains_) require(is_told(decision));
  }
  void explain(bool explains) { explains_ = explains; }
  void error_reported(const icmp::ErrorReport& report) override {
    require(report.type == 3 || report.type == 11 || report.type == 12);
    require(report.source == IpAddress(host4));
    require(report.header_size >= 20 && report.header_size <= 60 && report.transport.size() >= 8);
    require(report.transport.data() == report.body.quote.data() + report.header_size);
    require(report.body.quote.size() == report.header_size + report.transport.size());
    require(report.mtu <= 65535 && report.pointer <= 255);
    read_so_far += 0U + report.code + report.protocol + report.identification;
    read_so_far += static_cast<unsigned>(report.total_length);
    read(report.reporter.octets());
    read(report.destination.octets());
    read(report.body.quote);
    read(report.body.extensions);
    if (report.body.extensions.empty()) return;
    require(!report.body.extensions_bad);
    auto reader = IcmpExtensionReader::open(report.body.extensions);
    require(reader.has_value());
    while (const auto object = reader->next()) read(*object);
    read_so_far += reader->is_well_formed();
  }

 private:
  bool explains_ = false;  // which takes longer than the rest
};

NodeConfig config(unsigned number) {
  switch (number) {
    case 0:
      return host_with(options_of(Profile::lab));
    case 1:
      return host_with(options_of(Profile::hardened));
    case 2:
      return host_with({"probe.enable=on", "icmp.extensions=on", "icmp4.info_reply=on", "icmp4.echo_broadcast=on",
                        "icmp4.timestamp_nonstd=on", "probe.zero_checksum=reject", "ip4.zero_broadcast=on"});
    default:
      return host_with({"probe.enable=on", "probe.reply_body=none", "probe.allow_kinds=name,address",
                        "probe.allow_sources=192.0.2.0/28", "icmp4.mask_agent=off", "icmp4.echo_code=drop",
                        "icmp4.echo_df=on", "ip4.pmtu.age=300"});
  }
}

/// A node and the last packet that it sent, as errors quote it.
struct Host {
  explicit Host(unsigned number) : node(config(number)) {}
  Node node;
  std::vector<std::uint8_t> sent;
};

Host& host_for(unsigned choices) {
  static std::array<std::unique_ptr<Host>, config_bits + 1> hosts;
  auto& host = hosts[choices & config_bits];
  if (!host) host = std::make_unique<Host>(choices & config_bits);
  return *host;
}

void receive(Host& host, Bytes packet, bool link_layer_group = false) {
  static Outbox out;
  out.clear();
  static Instant now;
  now += std::chrono::seconds(1);
  host.node.receive({.interface = InterfaceId{0}, .bytes = packet, .now = now, .link_layer_group = link_layer_group},
                    out);
  check_sent(out);
  if (!out.packets().empty()) host.sent.assign(out.packets()[0].bytes.begin(), out.packets()[0].bytes.end());
}

/// An echo request of the largest size makes the host send what a router may find too big.
void make_host_send(Host& host) {
  std::vector<std::uint8_t> echo(1480);
  echo[0] = 8;
  mend(echo, 2, 0);
  receive(host, ipv4_to_host(protocol_number::icmpv4, {}, echo));
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
  mend(message, 2, 0);
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choices = data[0];
  static Sender sender;
  sender.explain((choices & explained) != 0);
  Host& host = host_for(choices);
  host.node.observe(&sender);
  if (host.sent.empty() || choices & sends_before) make_host_send(host);
  std::vector<std::uint8_t> packet =
      ipv4_to_host(protocol_number::icmpv4, {}, message_of(host, choices, {data + 1, size - 1}));
  if (choices & to_broadcast) store_be32(packet, 16, 0xc00002ff);
  if (choices & from_nowhere) store_be32(packet, 12, 0);
  write_header_checksum(packet);
  receive(host, packet, (choices & in_group_frame) != 0);
  return 0;
}
