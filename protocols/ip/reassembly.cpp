#include "protocols/ip/reassembly.hpp"

namespace tunstack::ip {

namespace {

constexpr std::uint8_t not_ect = 1U << 0;
constexpr std::uint8_t congestion_experienced = 1U << 3;

}  // namespace

Reassembler::Reassembler(const ReassemblyLimits& limits, Random& random)
    : limits_(limits),
      pool_(std::size_t{limits.kibioctets} * 1024),
      table_(limits.datagrams, random),
      whole_(BlockPool::block_size + largest_fragmented_payload) {}

std::expected<std::optional<Reassembled>, Reason> Reassembler::add(const Fragment& fragment,
                                                                   const ReassemblyPolicy& policy, Instant now) {
  const Index index = find_or_make(fragment, policy, now);
  IncompleteDatagram& datagram = table_[index];
  if (datagram.refused) return std::unexpected(Reason::fragment_of_refused_datagram);
  const std::size_t needed = datagram.data.blocks_for(fragment);
  if (pool_.available() < needed) make_room(needed, index);
  if (pool_.available() < needed) {
    refuse(datagram);
    return std::unexpected(Reason::fragment_pool_exhausted);
  }
  if (const auto refused = datagram.data.add(fragment, policy.overlap, pool_)) {
    if (refused != Reason::fragment_duplicate) refuse(datagram);
    return std::unexpected(*refused);
  }
  datagram.ecn_seen |= static_cast<std::uint8_t>(1U << (fragment.ecn & 3));
  datagram.link_layer_group |= fragment.link_layer_group;
  if (!datagram.data.is_complete()) return std::nullopt;
  return complete(index, policy.largest);
}

/// One source cannot hold more than its share, and all not more than the table: the oldest datagram makes room.
Reassembler::Index Reassembler::find_or_make(const Fragment& fragment, const ReassemblyPolicy& policy, Instant now) {
  const Index known = table_.find(fragment.key);
  if (known != none) return known;
  if (table_.size_of(fragment.key.source) >= limits_.datagrams_of_source) evict(table_.oldest_of(fragment.key.source));
  if (table_.is_full()) evict(table_.oldest());
  const Index made = table_.add(fragment.key);
  IncompleteDatagram& datagram = table_[made];
  datagram.expires = now + std::chrono::seconds(policy.timeout);
  datagram.data.clear();
  datagram.interface = fragment.interface;
  datagram.link_layer_group = false;
  datagram.ecn_seen = 0;
  datagram.refused = false;
  return made;
}

void Reassembler::refuse_later_fragments(const Fragment& fragment, const ReassemblyPolicy& policy, Instant now) {
  refuse(table_[find_or_make(fragment, policy, now)]);
}

void Reassembler::make_room(std::size_t blocks, Index except) {
  for (Index at = table_.oldest(); at != none && pool_.available() < blocks;) {
    const Index newer = table_.newer_than(at);
    if (at != except && !table_[at].refused) evict(at);
    at = newer;
  }
}

std::expected<std::optional<Reassembled>, Reason> Reassembler::complete(Index index, std::size_t largest) {
  IncompleteDatagram& datagram = table_[index];
  const bool marked = (datagram.ecn_seen & congestion_experienced) != 0;
  const bool too_large = datagram.data.header_size() + datagram.data.size() > largest;
  if (too_large || (marked && (datagram.ecn_seen & not_ect) != 0)) {
    refuse(datagram);
    return std::unexpected(too_large ? Reason::fragment_beyond_largest_datagram : Reason::fragment_ecn_mixed);
  }
  Reassembled whole = read(datagram, datagram.data.size());
  whole.congestion_experienced = marked;
  remove(index);
  return whole;
}

std::optional<Reassembled> Reassembler::expire(Instant now) {
  while (next_deadline() <= now && table_[table_.oldest()].refused) remove(table_.oldest());
  if (next_deadline() > now) return std::nullopt;
  const IncompleteDatagram& datagram = table_[table_.oldest()];
  Reassembled first = {.interface = datagram.interface, .link_layer_group = datagram.link_layer_group};
  if (datagram.data.has_first()) first = read(datagram, datagram.data.first_size());
  remove(table_.oldest());
  return first;
}

Reassembled Reassembler::read(const IncompleteDatagram& datagram, std::size_t data_size) {
  const MutableBytes bytes(whole_.data(), datagram.data.header_size() + data_size);
  datagram.data.read(bytes, pool_);
  return {.bytes = bytes,
          .header_size = datagram.data.header_size(),
          .interface = datagram.interface,
          .link_layer_group = datagram.link_layer_group};
}

/// The data goes, but the key stays until its time is over, so that nothing more of it gets in.
void Reassembler::refuse(IncompleteDatagram& datagram) {
  datagram.data.release(pool_);
  datagram.data.clear();
  datagram.refused = true;
}

void Reassembler::evict(Index index) {
  ++evicted_;
  remove(index);
}

void Reassembler::remove(Index index) {
  table_[index].data.release(pool_);
  table_.remove(index);
}

}  // namespace tunstack::ip
