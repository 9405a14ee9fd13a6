// Fragments as the fuzz target `reassembly` reads them from its input, and a plain model of what a host makes of them.
//
// Contents are chosen so that every mixture of them is a message with a right checksum: each unit of 8 octets sums
// to ffff, and octets behind the last whole unit are 0.
#pragma once

#include "tests/fuzz/reassembly_run.hpp"

namespace tunstack::fuzz {

constexpr std::size_t largest_quote = 576 - 20 - 8;

// ---- the fragments ----

struct Peer {
  Ipv4Address source, destination;
  bool is_answered;
};
constexpr std::array<Peer, 4> peers{{{{0xc0000201}, {0xc0000202}, true},
                                     {{0xc6336409}, {0xc0000202}, true},
                                     {{0xc0000201}, {0xc0000203}, true},
                                     {{0xc0000207}, {0xc00002ff}, false}}};  // to a broadcast address

struct Key {
  unsigned peer, identification;
  bool udp;
  friend bool operator==(const Key&, const Key&) = default;
};

constexpr unsigned tail_pattern = 4;  // what is behind the last whole unit
constexpr std::uint8_t not_there = 0xff;

struct Step {
  static constexpr std::size_t octets = 5;      // of input
  static constexpr unsigned first_long = 0xe0;  // lengths from here on count 264 units: up to the largest datagram
  explicit Step(Bytes in)
      : key{in[0] & 3U, in[0] >> 2 & 3U, (in[0] & 0x80) != 0},
        more((in[0] & 0x10) != 0),
        ecn(in[0] >> 5 & 3U),
        offset((in[2] & 0x1fU) * 256 + in[1]),
        pattern(in[4] >> 3 & 3U),
        header_size(in[4] & 0x20 ? 32 : 20),
        in_group_frame((in[4] & 0x40) != 0),
        dont_fragment((in[4] & 0x80) != 0),
        pause(pauses[in[2] >> 5]) {
    const std::size_t units = in[3] < first_long ? in[3] : (in[3] - first_long) * 264U;
    size = std::min<std::size_t>(units * 8 + (in[4] & 7U), 65535 - header_size);
  }
  std::size_t units() const { return (size + 7) / 8; }
  unsigned pattern_at(std::size_t unit) const { return unit < size / 8 ? pattern : tail_pattern; }

  Key key;
  bool more;
  unsigned ecn;
  std::size_t offset;  // units
  unsigned pattern;
  std::size_t header_size;
  bool in_group_frame, dont_fragment;
  Duration pause;
  std::size_t size;
};

/// All octets of a pattern, from the start of a datagram. Made once, as it is instrumented code.
inline const Octets& contents(bool udp, unsigned pattern) {
  static const auto made = [] {
    std::array<Octets, 2 * (tail_pattern + 1)> all;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].resize(65536);
      const std::uint64_t number = i / 2;
      for (std::uint64_t unit = 0; unit < 8192 && number != tail_pattern; ++unit) {
        const MutableBytes octets = MutableBytes(all[i]).subspan(unit * 8, 8);
        const bool is_udp = unit == 0 && i % 2 == 1;  // to a closed port; its length leaves out the rest; no checksum
        store_be64(octets, 0,
                   is_udp      ? 0x9c40829a00080000 + (number << 48)
                   : unit == 0 ? 0x0800000010000007 + (number << 16)  // an echo request
                               : unit * 0x0001000300050000 + number * 0x1111000000070000);
        if (!is_udp) store_be16(octets, unit == 0 ? 2 : 6, static_cast<std::uint16_t>(~plain_sum(octets)));
      }
    }
    return all;
  }();
  return made[pattern * 2 + udp];
}

/// Octets [begin, end) of a pattern.
inline void append_contents(Octets& to, bool udp, unsigned pattern, std::size_t begin, std::size_t end) {
  const Octets& all = contents(udp, pattern);
  to.insert(to.end(), all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end));
}

inline Octets packet_of(const Step& step) {
  Octets packet(step.header_size);
  packet.reserve(step.header_size + step.size);
  const Peer& peer = peers[step.key.peer];
  packet[0] = static_cast<std::uint8_t>(0x40 | step.header_size / 4);
  packet[1] = static_cast<std::uint8_t>(step.ecn);
  store_be16(packet, 2, static_cast<std::uint16_t>(step.header_size + step.size));
  store_be16(packet, 4, static_cast<std::uint16_t>(step.key.identification));
  store_be16(packet, 6,
             static_cast<std::uint16_t>(step.offset | (step.more ? 0x2000 : 0) | (step.dont_fragment ? 0x4000 : 0)));
  packet[8] = 64;
  packet[9] = step.key.udp ? 17 : 1;
  peer.source.store(packet, 12);
  peer.destination.store(packet, 16);
  if (step.header_size > 20) std::ranges::copy(std::array{7, 11, 4}, packet.begin() + 20);  // record route
  store_be16(packet, 10, static_cast<std::uint16_t>(~plain_sum(packet)));
  const std::size_t begin = step.offset * 8;
  append_contents(packet, step.key.udp, step.pattern, begin, std::min<std::size_t>(65536, begin + step.size / 8 * 8));
  packet.resize(step.header_size + step.size);
  return packet;
}

// ---- the model ----

struct Answer {
  unsigned type, peer;
  Octets body;  // of an echo reply what follows the checksum, of an error the quote
  friend bool operator==(const Answer&, const Answer&) = default;
};

struct Partial {
  Key key{};
  Instant deadline{};
  std::vector<std::uint8_t> units = {};  // the pattern of each, or not_there
  std::size_t reached = 0, end = 0;      // octets; 0 is not known
  Octets first = {};                     // the fragment with offset 0
  unsigned ecn_seen = 0;
  std::size_t blocks = 0;  // at most so many are in use for it
  bool refused = false;
  bool is_mixed = false;  // some octets came twice and differed
};

/// What a host must do, in the plainest way. Where the rules leave something open it gives up comparing.
class Model : public Waiting<Partial> {
 public:
  using Step = fuzz::Step;
  using Answer = fuzz::Answer;
  explicit Model(ip::Overlap policy) : policy_(policy) {}

  void expire(Instant now, std::vector<Answer>& answers) {
    for (; next_deadline() <= now; partials_.erase(partials_.begin())) {
      const Partial& gone = partials_.front();
      if (gone.is_mixed) compares = false;  // whose octets the quote of a first fragment then has is nowhere said
      if (!gone.refused && !gone.first.empty() && peers[gone.key.peer].is_answered)
        answers.push_back({11, gone.key.peer, first_octets(gone.first, largest_quote)});
    }
  }

  void receive(const Step& step, const Octets& packet, Instant now, std::vector<Answer>& answers) {
    memory_may_be_short = false;
    if (step.in_group_frame && peers[step.key.peer].is_answered) return;  // unicast in a group frame
    const Octets payload(packet.begin() + static_cast<std::ptrdiff_t>(step.header_size), packet.end());
    if (step.offset == 0 && !step.more) return answer(step.key, packet, step.header_size, payload, answers);
    if (step.size == 0 || (step.more && step.size % 8 != 0)) return;
    if (step.offset * 8 + packet.size() > 65535) return;
    const auto partial = find_or_make(step.key, now);
    if (partial->refused) return;
    const std::size_t needed = blocks_for(step.size);
    note_memory(needed);
    if (!join(*partial, step, packet)) return;
    take_blocks(*partial, needed);
    if (!is_complete(*partial)) return;
    const std::size_t header = (partial->first[0] & 0x0fU) * 4;
    if (header + partial->end > 65535 || (partial->ecn_seen & 0b1001) == 0b1001) return refuse(*partial);
    answer(partial->key, partial->first, header, message_of(*partial), answers);
    partials_.erase(partial);
  }

 private:
  /// About a datagram whose first fragment is `first`.
  static void answer(const Key& key, const Octets& first, std::size_t header, const Octets& payload,
                     std::vector<Answer>& answers) {
    if (!peers[key.peer].is_answered || payload.size() < 8) return;
    if (!key.udp) return answers.push_back({0, key.peer, {payload.begin() + 4, payload.end()}});
    Octets quote = first_octets(first, header);
    quote.insert(quote.end(), payload.begin(), payload.end());
    answers.push_back({3, key.peer, first_octets(quote, largest_quote)});
  }

  /// Whether the fragment was taken.
  bool join(Partial& partial, const Step& step, const Octets& packet) {
    const std::size_t past = step.offset * 8 + step.size;
    // One says that something follows, another that ends in the same place says no: nobody wrote down what then.
    if (partial.end != 0 ? step.more && past == partial.end : !step.more && past == partial.reached) compares = false;
    const bool contradicts = partial.end != 0 ? past > partial.end || (!step.more && past != partial.end)
                                              : !step.more && past < partial.reached;
    if (contradicts) return refuse(partial), false;
    const std::size_t units_past = step.offset + step.units();
    if (partial.units.size() < units_past) partial.units.resize(units_past, not_there);
    std::size_t present = 0, equal = 0;
    for (std::size_t i = 0; i < step.units(); ++i) {
      const std::uint8_t before = partial.units[step.offset + i];
      present += before != not_there;
      equal += before == step.pattern_at(i);
    }
    if (equal == step.units()) return false;  // a duplicate
    if (present > equal && policy_ == ip::Overlap::drop) return refuse(partial), false;
    for (std::size_t i = 0; i < step.units(); ++i)
      if (std::uint8_t& unit = partial.units[step.offset + i]; unit == not_there || policy_ == ip::Overlap::last)
        unit = static_cast<std::uint8_t>(step.pattern_at(i));
    partial.is_mixed |= present > equal;
    if (step.offset == 0 && partial.first.empty()) partial.first = packet;
    partial.reached = std::max(partial.reached, past);
    if (!step.more) partial.end = past;
    partial.ecn_seen |= 1U << step.ecn;
    return true;
  }

  static bool is_complete(const Partial& partial) {
    return partial.end != 0 && std::ranges::find(partial.units, not_there) == partial.units.end();
  }
  static Octets message_of(const Partial& partial) {
    Octets message;
    message.reserve(partial.end + 8);
    for (std::size_t i = 0; i < partial.units.size(); ++i)
      append_contents(message, partial.key.udp, partial.units[i], i * 8, i * 8 + 8);
    message.resize(partial.end);
    return message;
  }

  ip::Overlap policy_;
};

}  // namespace tunstack::fuzz
