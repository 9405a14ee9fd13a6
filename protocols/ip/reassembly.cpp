#include "protocols/ip/reassembly.hpp"

namespace tunstack::ip {

namespace {

constexpr std::uint8_t not_ect = 1U << 0;
constexpr std::uint8_t congestion_experienced = 1U << 3;

}  // namespace

Reassembler::Reassembler(const ReassemblyLimits& limits, Random& random)
    : limits_(limits), key_(SipHashKey::draw(random)) {}

namespace {

std::unique_ptr<std::uint8_t[]> room_for_whole() {
  return std::make_unique_for_overwrite<std::uint8_t[]>(BlockPool::block_size + largest_fragmented_payload);
}

}  // namespace

Reassembler::Memory::Memory(const ReassemblyLimits& limits, const SipHashKey& key)
    : pool(std::size_t{limits.kibioctets} * 1024), table(limits.datagrams, key), whole(room_for_whole()) {}

/// What was handed out is nobody's any more.
Reassembler::Memory::Memory(const Memory& other) : pool(other.pool), table(other.table), whole(room_for_whole()) {}

std::expected<std::optional<Reassembled>, FragmentRefusal> Reassembler::add(const Fragment& fragment,
                                                                            const ReassemblyPolicy& policy,
                                                                            Instant now) {
  const Index index = find_or_make(fragment, policy, now);
  IncompleteDatagram& datagram = table()[index];
  if (datagram.refused) return std::unexpected(FragmentRefusal{Reason::fragment_of_refused_datagram});
  const std::size_t needed = datagram.data.blocks_for(fragment);
  if (pool().available() < needed && datagram.data.fills_its_blocks_with(fragment)) make_room(needed, index);
  if (pool().available() < needed) {
    refuse(index);
    return std::unexpected(FragmentRefusal{Reason::fragment_pool_exhausted});
  }
  if (const auto misfit = datagram.data.add(fragment, policy.overlap, pool())) {
    if (misfit->spoils_datagram) refuse(index);
    return std::unexpected(FragmentRefusal{misfit->reason});
  }
  datagram.ecn_seen |= static_cast<std::uint8_t>(1U << (fragment.ecn & 3));
  datagram.link_layer_group |= fragment.link_layer_group;
  datagram.is_looped_back |= fragment.is_looped_back;
  if (!datagram.data.is_complete()) return std::nullopt;
  return complete(index, policy.largest);
}

/// One source cannot hold more than its share, and all not more than the table: the oldest datagram makes room.
Reassembler::Index Reassembler::find_or_make(const Fragment& fragment, const ReassemblyPolicy& policy, Instant now) {
  if (!memory_) memory_.make(limits_, key_);
  const auto bucket = table().bucket_of(fragment.key);
  const Index known = table().find(fragment.key, bucket);
  if (known != none) return known;
  const IpAddress& source = fragment.key.source;
  const auto of_source = table().bucket_of(source);
  if (table().size_of(source, of_source) >= limits_.datagrams_of_source) evict(table().oldest_of(source, of_source));
  if (table().is_full()) evict(table().oldest());
  const Index made = table().add(fragment.key, bucket, of_source);
  IncompleteDatagram& datagram = table()[made];
  datagram.expires = now + std::chrono::seconds(policy.timeout);
  datagram.data.clear();
  datagram.interface = fragment.interface;
  datagram.link_layer_group = false;
  datagram.is_looped_back = false;
  datagram.ecn_seen = 0;
  return made;
}

void Reassembler::refuse_later_fragments(const Fragment& fragment, const ReassemblyPolicy& policy, Instant now) {
  const Index index = find_or_make(fragment, policy, now);
  if (!table()[index].refused) refuse(index);
}

/// Each that goes gives a block at least.
void Reassembler::make_room(std::size_t blocks, Index except) {
  for (Index at = table().oldest_held(); at != none && pool().available() < blocks;) {
    const Index newer = table().newer_held(at);
    if (at != except) evict(at);
    at = newer;
  }
}

std::expected<std::optional<Reassembled>, FragmentRefusal> Reassembler::complete(Index index, std::size_t largest) {
  const IncompleteDatagram& datagram = table()[index];
  const bool marked = (datagram.ecn_seen & congestion_experienced) != 0;
  const bool too_large = datagram.data.header_size() + datagram.data.size() > largest;
  if (too_large || (marked && (datagram.ecn_seen & not_ect) != 0)) {
    refuse(index);
    return std::unexpected(too_large ? FragmentRefusal{Reason::fragment_beyond_largest_datagram, true}
                                     : FragmentRefusal{Reason::fragment_ecn_mixed});
  }
  const auto in_place = datagram.data.in_one_piece(pool());
  Reassembled whole = hand_out(datagram, in_place ? *in_place : copy(datagram.data, datagram.data.size()));
  whole.congestion_experienced = marked;
  remove(index);
  return whole;
}

std::optional<Reassembled> Reassembler::expire(Instant now) {
  while (next_deadline() <= now && oldest().refused) remove(table().oldest());
  if (next_deadline() > now) return std::nullopt;
  const IncompleteDatagram& datagram = oldest();
  MutableBytes bytes;
  if (datagram.data.has_first()) bytes = copy(datagram.data, datagram.data.first_size());
  const Reassembled first = hand_out(datagram, bytes);
  remove(table().oldest());
  return first;
}

MutableBytes Reassembler::copy(const PartialDatagram& data, std::size_t size) {
  const MutableBytes bytes(memory_->whole.get(), data.header_size() + size);
  data.read(bytes, pool());
  return bytes;
}

Reassembled Reassembler::hand_out(const IncompleteDatagram& datagram, MutableBytes bytes) {
  return {.bytes = bytes,
          .header_size = datagram.data.header_size(),
          .interface = datagram.interface,
          .link_layer_group = datagram.link_layer_group,
          .is_looped_back = datagram.is_looped_back};
}

/// The data goes, but the key stays until its time is over, so that nothing more of it gets in.
void Reassembler::refuse(Index index) {
  PartialDatagram& data = table()[index].data;
  data.release(pool());
  data.clear();
  table().refuse(index);
}

void Reassembler::evict(Index index) {
  ++evicted_;
  remove(index);
}

void Reassembler::remove(Index index) {
  table()[index].data.release(pool());
  table().remove(index);
}

}  // namespace tunstack::ip
