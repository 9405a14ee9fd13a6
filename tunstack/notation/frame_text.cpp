#include "tunstack/notation/frame_text.hpp"

#include "protocols/wire/arp.hpp"
#include "protocols/wire/ethernet.hpp"
#include "tunstack/notation/form_reader.hpp"

namespace tunstack::notation {

namespace {

constexpr std::size_t largest_frame = 65535;

void add_octets(Octets& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }

MacAddress expect_mac(TextReader& reader) {
  const auto mac = parse_mac_address(reader.token());
  if (!mac) reader.fail("an Ethernet address is expected");
  if (mac) reader.take_token();
  return mac.value_or(MacAddress{});
}

Ipv4Address expect_ipv4(TextReader& reader) {
  const IpAddress address = reader.expect_address();
  if (!reader.fault() && !address.is_ipv4()) reader.fail("ARP is about IPv4 addresses");
  return !reader.fault() ? address.ipv4() : Ipv4Address{};
}

// ---- ARP ----

void read_request(TextReader& reader, ArpPacket& packet) {
  if (reader.take("probe for")) {
    packet.target = expect_ipv4(reader);
  } else if (reader.take("announcement of")) {
    packet.sender = packet.target = expect_ipv4(reader);
  } else if (reader.take("who has")) {
    packet.target = expect_ipv4(reader);
    reader.expect(",");
    reader.expect("tell");
    packet.sender = expect_ipv4(reader);
  } else {
    packet.operation = ArpOperation{static_cast<std::uint16_t>(reader.number(0xffff))};
    reader.expect(",");
    reader.expect("sender");
    packet.sender = expect_ipv4(reader);
    reader.expect(",");
    reader.expect("target");
    packet.target = expect_ipv4(reader);
  }
}

void read_reply(TextReader& reader, ArpPacket& packet, EthernetHeader& header, bool has_ends) {
  packet.operation = ArpOperation::reply;
  packet.sender = packet.target = expect_ipv4(reader);
  reader.expect("is at");
  packet.sender_mac = expect_mac(reader);
  if (!has_ends) header.source = packet.sender_mac;
  packet.target_mac = header.destination;
}

void read_arp_attribute(TextReader& reader, ArpPacket& packet, EthernetHeader& header, bool has_ends,
                        Octets& trailing) {
  if (reader.take("to")) {
    packet.target = expect_ipv4(reader);
  } else if (reader.take("sender mac")) {
    packet.sender_mac = expect_mac(reader);
    if (!has_ends) header.source = packet.sender_mac;
  } else if (reader.take("target mac")) {
    packet.target_mac = expect_mac(reader);
  } else if (reader.take("trailing")) {
    trailing = octets_in(reader);
  } else {
    reader.fail("'" + std::string(reader.token()) + "' says nothing about ARP");
  }
}

Octets frame_of(const EthernetHeader& header, Bytes payload) {
  Octets frame(ethernet_header_size);
  header.write(frame);
  add_octets(frame, payload);
  return frame;
}

Octets read_arp(TextReader& reader, EthernetHeader header, bool has_ends) {
  ArpPacket packet;
  packet.sender_mac = header.source;
  Octets trailing;
  if (reader.take("operation") || reader.comes("who has") || reader.comes("probe for") ||
      reader.comes("announcement of"))
    read_request(reader, packet);
  else
    read_reply(reader, packet, header, has_ends);
  while (!reader.fault() && !reader.at_end()) {
    reader.expect(",");
    if (!reader.fault()) read_arp_attribute(reader, packet, header, has_ends, trailing);
  }
  header.type = ethertype::arp;
  Octets payload(arp_size);
  packet.write(payload);
  add_octets(payload, trailing);
  return frame_of(header, payload);
}

// ---- others ----

Octets read_other(TextReader& reader, EthernetHeader header) {
  header.type = static_cast<std::uint16_t>(reader.number(0xffff));
  std::size_t length = 0;
  Octets payload;
  while (!reader.fault() && !reader.at_end()) {
    reader.expect(",");
    if (reader.take("length"))
      length = reader.number(largest_frame);
    else if (reader.take("body"))
      payload = octets_in(reader);
    else
      reader.fail("length or body is expected");
  }
  Octets frame = frame_of(header, payload);
  if (length > frame.size()) frame.resize(length);
  return frame;
}

Octets read_carried_packet(TextReader& reader, EthernetHeader header) {
  const auto packet = parse_packet(reader.rest());
  if (!packet) {
    reader.advance(std::min(packet.error().at, reader.rest().size()));
    reader.fail(packet.error().what);
    return {};
  }
  if (packet->empty()) reader.fail("a packet is expected");
  if (reader.fault()) return {};
  header.type = ip_version(*packet) == 4 ? ethertype::ipv4 : ethertype::ipv6;
  return frame_of(header, *packet);
}

Octets read_frame(TextReader& reader) {
  if (reader.take("frame")) {
    Octets octets = octets_in(reader);
    if (!reader.at_end()) reader.fail("hexadecimal digits are expected");
    return octets;
  }
  EthernetHeader header{mac_broadcast, {}, 0};
  if (reader.take("ARP")) return read_arp(reader, header, false);
  header.source = expect_mac(reader);
  reader.expect(">");
  header.destination = expect_mac(reader);
  reader.take(",");
  if (reader.fault()) return {};
  if (reader.take("ARP")) return read_arp(reader, header, true);
  if (reader.take("Ethernet type")) return read_other(reader, header);
  return read_carried_packet(reader, header);
}

}  // namespace

bool is_frame_line(std::string_view text) {
  const TextReader reader(text);
  const bool has_mac = parse_mac_address(reader.token()).has_value() && text.contains('>');
  return has_mac || reader.comes("ARP") || reader.comes("frame");
}

std::expected<Octets, TextFault> parse_frame(std::string_view text) {
  TextReader reader(text);
  Octets frame = read_frame(reader);
  if (const auto& fault = reader.fault()) return std::unexpected(*fault);
  return frame;
}

}  // namespace tunstack::notation
