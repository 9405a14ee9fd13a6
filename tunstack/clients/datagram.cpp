#include "tunstack/clients/datagram.hpp"

#include "protocols/wire/emit.hpp"
#include "protocols/wire/udp.hpp"

namespace tunstack::clients {

namespace {

Ipv4Header ipv4_header(const Envelope& envelope) {
  return {.source = envelope.source.ipv4(),
          .destination = envelope.destination.ipv4(),
          .protocol = envelope.protocol,
          .type_of_service = envelope.type_of_service,
          .ttl = envelope.hop_limit,
          .identification = static_cast<std::uint16_t>(envelope.identification),
          .dont_fragment = envelope.dont_fragment,
          .options = envelope.options,
          .first_hop = envelope.first_hop};
}

Ipv6Header ipv6_header(const Envelope& envelope) {
  return {.source = envelope.source.ipv6(),
          .destination = envelope.destination.ipv6(),
          .next_header = envelope.protocol,
          .traffic_class = envelope.type_of_service,
          .flow_label = envelope.flow_label,
          .hop_limit = envelope.hop_limit,
          .dont_fragment = envelope.dont_fragment,
          .identification = envelope.identification};
}

template <class Header>
std::vector<std::uint8_t> whole(const Header& header, MutableBytes payload, std::optional<std::size_t> checksum_at) {
  if (checksum_at) {
    store_be16(payload, *checksum_at, 0);
    const std::uint16_t sum = internet_checksum(payload, pseudo_header_sum(header, payload.size()));
    const bool is_udp = *checksum_at == udp_offset::checksum;  // there zero is none (RFC 768)
    store_be16(payload, *checksum_at, sum == 0 && is_udp ? 0xffff : sum);
  }
  std::vector<std::uint8_t> packet(header_size(header) + payload.size());
  write_header(packet, packet.size(), header);
  copy_bytes(MutableBytes(packet).subspan(header_size(header)), payload);
  return packet;
}

template <class Header>
void add(const Header& header, MutableBytes payload, std::optional<std::size_t> checksum_at, std::size_t mtu,
         ToSend& out) {
  std::vector<std::uint8_t> packet = whole(header, payload, checksum_at);
  if (packet.size() <= mtu || !may_be_cut(header)) {
    out.push_back(std::move(packet));
    return;
  }
  Outbox fragments;
  const Bytes all(packet);
  if (!cut(header, {all.first(header_size(header)), all.subspan(header_size(header))}, {InterfaceId{}, mtu}, fragments))
    return;
  for (const OutgoingPacket& fragment : fragments.packets())
    out.emplace_back(fragment.bytes.begin(), fragment.bytes.end());
}

}  // namespace

std::size_t datagram_size(const Envelope& envelope, std::size_t payload) {
  return (envelope.source.is_ipv4() ? ipv4_header_size + envelope.options.size() : ipv6_header_size) + payload;
}

std::uint16_t checksum_of(const Envelope& envelope, Bytes payload) {
  return internet_checksum(payload, envelope.source.is_ipv4()
                                        ? pseudo_header_sum(ipv4_header(envelope), payload.size())
                                        : pseudo_header_sum(ipv6_header(envelope), payload.size()));
}

void add_datagram(const Envelope& envelope, MutableBytes payload, std::optional<std::size_t> checksum_at,
                  std::size_t mtu, ToSend& out) {
  if (!envelope.source.is_ipv4()) return add(ipv6_header(envelope), payload, checksum_at, mtu, out);
  Ipv4Header header = ipv4_header(envelope);
  const bool is_whole = envelope.dont_fragment || datagram_size(envelope, payload.size()) <= mtu;
  if (is_whole && !envelope.keeps_identification) header.identification = 0;
  add(header, payload, checksum_at, mtu, out);
}

}  // namespace tunstack::clients
