#include "protocols/base/outbox.hpp"

namespace tunstack {

Outbox::Outbox(std::size_t capacity_octets, std::size_t capacity_packets)
    : memory_(std::make_unique_for_overwrite<std::uint8_t[]>(aligned(capacity_octets))),
      capacity_(aligned(capacity_octets)),
      packets_(std::make_unique<OutgoingPacket[]>(capacity_packets)),
      capacity_packets_(capacity_packets) {}

}  // namespace tunstack
