// Fragments of IPv6 packets as the fuzz target `ipv6_reassembly` reads them from its input, and a plain model of what
// a host makes of them (RFC 8200 4.5, RFC 7112 5).
#pragma once

#include <optional>

#include "tests/fuzz/reassembly_run.hpp"

namespace tunstack::fuzz {

constexpr std::size_t largest_quote = 1280 - 40 - 8;

// ---- the fragments ----

struct Peer {
  Ipv6Address source, destination;
  bool is_answered;
};
inline const std::array<Peer, 4> peers = [] {
  const auto address = [](const char* text) { return parse_address(text)->ipv6(); };
  return std::array<Peer, 4>{{{address("2001:db8::1"), address("2001:db8::2"), true},
                              {address("fe80::1"), address("fe80::2"), true},
                              {address("2001:db8::1"), address("2001:db8::3"), true},
                              {address("2001:db8::7"), ipv6_all_nodes, false}}};
}();

struct Key {
  unsigned peer, identification;
  friend bool operator==(const Key&, const Key&) = default;
};

/// What the fragment header announces; only that of the first fragment counts.
enum class Content : std::uint8_t { echo, udp, options_and_echo, unknown };

struct Step {
  static constexpr std::size_t octets = 5;      // of input
  static constexpr unsigned first_long = 0xe0;  // lengths from here on count 264 units: up to the largest packet
  explicit Step(Bytes in)
      : key{in[0] & 3U, in[0] >> 2 & 3U},
        more((in[0] & 0x10) != 0),
        ecn(in[0] >> 5 & 3U),
        offset((in[2] & 0x1fU) * 256U + in[1]),
        pattern(in[4] >> 3 & 3U),
        content(static_cast<Content>((in[4] >> 7 & 1U) * 2 + (in[0] >> 7 & 1U))),
        options_before((in[4] & 0x20) != 0),
        in_group_frame((in[4] & 0x40) != 0),
        pause(pauses[in[2] >> 5]) {
    const std::size_t units = in[3] < first_long ? in[3] : (in[3] - first_long) * 264U;
    size = std::min<std::size_t>(units * 8 + (in[4] & 7U), 65535 - 16);
  }
  std::size_t past() const { return offset * 8 + size; }
  /// Where the fragment header stands, behind the fixed header and perhaps destination options of 8 octets.
  std::size_t fragment_header() const { return options_before ? 48 : 40; }
  std::size_t header_size() const { return fragment_header() + 8; }

  Key key;
  bool more;
  unsigned ecn;
  std::size_t offset;  // units
  unsigned pattern;
  Content content;
  bool options_before, in_group_frame;
  Duration pause;
  std::size_t size;
};

inline std::uint32_t pseudo_header_words(const Peer& peer, std::size_t length, std::uint8_t protocol) {
  return std::uint32_t{plain_sum(peer.source.octets)} + plain_sum(peer.destination.octets) +
         static_cast<std::uint32_t>(length) + protocol;
}

/// All octets of a pattern: each unit of 8 sums to ffff, so that it changes no checksum. Made once.
inline const Octets& filling(unsigned pattern) {
  static const auto made = [] {
    std::array<Octets, 4> all;
    for (std::uint64_t number = 0; number < all.size(); ++number) {
      all[number].resize(std::size_t{2} * 65536);
      for (std::uint64_t unit = 0; unit < all[number].size() / 8; ++unit) {
        const MutableBytes octets = MutableBytes(all[number]).subspan(unit * 8, 8);
        store_be64(octets, 0, unit % 8192 * 0x0001000300050000 + number * 0x1111000000070000);
        store_be16(octets, 6, static_cast<std::uint16_t>(~plain_sum(octets)));
      }
    }
    return all;
  }();
  return made[pattern];
}

constexpr std::array<std::uint8_t, 8> padding_options{58, 0, 1, 4};

/// The header of an echo request, or a whole datagram to a closed UDP port: right for an upper layer of no octets.
inline std::array<std::uint8_t, 8> upper_header(const Step& step) {
  std::array<std::uint8_t, 8> unit{};
  const bool is_udp = step.content == Content::udp;
  store_be64(unit, 0,
             is_udp ? 0x9c40829a00080000 + (std::uint64_t{step.pattern} << 48)
                    : 0x8000000010000007 + (std::uint64_t{step.pattern} << 16));
  const std::uint32_t pseudo = pseudo_header_words(peers[step.key.peer], is_udp ? 8 : 0, is_udp ? 17 : 58);
  store_be16(unit, is_udp ? 6 : 2, static_cast<std::uint16_t>(~plain_sum(unit, pseudo)));
  return unit;
}

/// Writes what of a unit of the packet lies in the data of a step.
inline void place(Octets& data, const Step& step, std::size_t unit, Bytes octets) {
  if (unit < step.offset) return;
  const std::size_t at = (unit - step.offset) * 8;
  if (at < data.size())
    copy_bytes(MutableBytes(data).subspan(at), octets.first(std::min<std::size_t>(8, data.size() - at)));
}

/// A last fragment knows how long the message is, which the checksum covers: its last whole word makes up for that.
inline void settle_length(Octets& data, const Step& step) {
  if (step.more || data.size() < 2) return;
  const std::size_t length = step.past() - (step.content == Content::options_and_echo ? 8 : 0);
  const MutableBytes word = MutableBytes(data).subspan((data.size() / 2 - 1) * 2, 2);
  store_be16(word, 0, plain_sum(word, 0xffffU ^ (length & 0xffff)));
}

inline Octets data_of(const Step& step) {
  const auto from = filling(step.pattern).begin() + static_cast<std::ptrdiff_t>(step.offset * 8);
  Octets data(from, from + static_cast<std::ptrdiff_t>(step.size));
  std::fill(data.begin() + static_cast<std::ptrdiff_t>(step.size / 8 * 8), data.end(), std::uint8_t{0});
  const bool has_options = step.content == Content::options_and_echo;
  if (has_options) place(data, step, 0, padding_options);
  if (step.content != Content::unknown) place(data, step, has_options ? 1 : 0, upper_header(step));
  if (step.content == Content::echo || has_options) settle_length(data, step);
  return data;
}

inline Octets packet_of(const Step& step) {
  constexpr std::array<std::uint8_t, 4> next_headers{58, 17, 60, 253};
  const Octets data = data_of(step);
  Octets packet(step.header_size());
  const Peer& peer = peers[step.key.peer];
  packet[0] = 0x60;
  packet[1] = static_cast<std::uint8_t>(step.ecn << 4);
  store_be16(packet, 4, static_cast<std::uint16_t>(step.header_size() - 40 + data.size()));
  packet[6] = 44;
  packet[7] = 64;
  peer.source.store(packet, 8);
  peer.destination.store(packet, 24);
  if (step.options_before) {
    packet[6] = 60;
    copy_bytes(MutableBytes(packet).subspan(40), padding_options);
    packet[40] = 44;
  }
  const MutableBytes fragment_header = MutableBytes(packet).subspan(step.fragment_header());
  fragment_header[0] = next_headers[static_cast<std::size_t>(step.content)];
  fragment_header[1] = static_cast<std::uint8_t>(step.pattern);  // reserved
  store_be16(fragment_header, 2, static_cast<std::uint16_t>(step.offset * 8 + (step.ecn << 1) + (step.more ? 1 : 0)));
  store_be32(fragment_header, 4, 0x10203040 + step.key.identification);
  packet.insert(packet.end(), data.begin(), data.end());
  return packet;
}

// ---- the model ----

struct Answer {
  unsigned type, code, peer;
  std::size_t pointer;
  Octets body;  // of an echo reply what follows the checksum, of an error the quote
  friend bool operator==(const Answer&, const Answer&) = default;
};

struct Partial {
  Key key{};
  Instant deadline{};
  Octets data = {};
  Octets units = {};                                             // 1 for each that is there
  std::vector<std::pair<std::size_t, std::size_t>> pieces = {};  // offset in units and size of each fragment
  std::size_t reached = 0, end = 0;                              // octets; 0 is not known
  Octets first = {};                                             // the fragment with offset 0
  std::size_t first_header = 0;                                  // octets up to its data
  unsigned ecn_seen = 0;
  bool in_group_frame = false;
  std::size_t blocks = 0;
  bool refused = false;
};

/// What a host must do, in the plainest way.
class Model : public Waiting<Partial> {
 public:
  using Step = fuzz::Step;
  using Answer = fuzz::Answer;
  using Answers = std::vector<Answer>;

  void expire(Instant now, Answers& answers) {
    for (; next_deadline() <= now; partials_.erase(partials_.begin())) {
      const Partial& gone = partials_.front();
      if (!gone.refused && !gone.first.empty())
        report(3, 1, 0, gone.first, gone.key.peer, gone.in_group_frame, answers);
    }
  }

  void receive(const Step& step, const Octets& packet, Instant now, Answers& answers) {
    memory_may_be_short = false;
    if (step.offset == 0 && !step.more) return answer(packet, step.key.peer, step.in_group_frame, answers);
    if (step.size == 0 && step.offset != 0) return;
    if (const auto problem = problem_of(step)) {
      if (problem->code == 3) refuse(*find_or_make(step.key, now));
      return report(4, problem->code, problem->pointer, packet, step.key.peer, step.in_group_frame, answers);
    }
    const auto partial = find_or_make(step.key, now);
    if (partial->refused) return;
    const std::size_t needed = blocks_for(step.size);
    note_memory(needed);
    if (!join(*partial, step, packet)) return;
    take_blocks(*partial, needed);
    if (!is_complete(*partial)) return;
    const bool is_too_large = partial->first_header - 48 + partial->end > 65535;
    if (is_too_large) report(4, 0, step.fragment_header() + 2, packet, step.key.peer, step.in_group_frame, answers);
    if (is_too_large || (partial->ecn_seen & 0b1001) == 0b1001) return refuse(*partial);
    answer(whole_of(*partial), partial->key.peer, partial->in_group_frame, answers);
    partials_.erase(partial);
  }

 private:
  struct Problem {
    unsigned code;
    std::size_t pointer;
  };
  static std::optional<Problem> problem_of(const Step& step) {
    if (step.more && step.size % 8 != 0) return Problem{0, 4};
    if (step.fragment_header() - 40 + step.past() > 65535) return Problem{0, step.fragment_header() + 2};
    const std::size_t least = step.content == Content::unknown ? 1 : step.content == Content::options_and_echo ? 16 : 8;
    if (step.offset == 0 && step.size < least) return Problem{3, 0};
    return std::nullopt;
  }

  /// The upper layer of one of our packets, whose extension headers all have 8 octets.
  struct Upper {
    std::size_t at = 40, announced_at = 6;
  };
  static Upper upper_of(const Octets& packet) {
    Upper upper;
    while (packet[upper.announced_at] == 60 || packet[upper.announced_at] == 44) {
      upper.announced_at = upper.at;
      upper.at += 8;
      if (upper.announced_at >= packet.size()) break;
    }
    return upper;
  }

  static void report(unsigned type, unsigned code, std::size_t pointer, const Octets& packet, unsigned peer,
                     bool in_group_frame, Answers& answers) {
    if (!peers[peer].is_answered || in_group_frame || is_message_without_type(packet)) return;
    answers.push_back({type, code, peer, pointer, first_octets(packet, largest_quote)});
  }
  /// It might be an error, about which there is none. (That of a later fragment is not looked for.)
  static bool is_message_without_type(const Octets& packet) {
    const std::size_t fragment_header = packet[6] == 60 ? 48 : 40;
    const std::size_t announced_at = packet[6] == 60 ? 40 : 6;
    if (packet[announced_at] == 44 && (load_be16(packet, fragment_header + 2) & 0xfff8) != 0) return false;
    const Upper upper = upper_of(packet);
    return upper.at == packet.size() && packet[upper.announced_at] == 58;
  }

  /// To a whole packet, put together or with a fragment header although it is whole.
  static void answer(const Octets& packet, unsigned peer, bool in_group_frame, Answers& answers) {
    const auto report_here = [&](unsigned type, unsigned code, std::size_t pointer) {
      report(type, code, pointer, packet, peer, in_group_frame, answers);
    };
    const Upper upper = upper_of(packet);
    if (upper.at > packet.size()) {  // it ends in the destination options
      if (upper.announced_at + 1 < packet.size()) report_here(4, 0, upper.announced_at + 1);
      return;
    }
    const std::uint8_t protocol = packet[upper.announced_at];
    if (protocol == 253) return report_here(4, 1, upper.announced_at);
    const Bytes message = Bytes(packet).subspan(upper.at);
    if (message.size() < 8 || !peers[peer].is_answered) return;
    const Bytes summed = protocol == 17 ? message.first(8) : message;
    if (plain_sum(summed, pseudo_header_words(peers[peer], summed.size(), protocol)) != 0xffff) return;
    if (protocol == 17) return report_here(1, 4, 0);
    answers.push_back({129, 0, peer, 0, {message.begin() + 4, message.end()}});
  }

  /// Whether the fragment was taken.
  static bool join(Partial& partial, const Step& step, const Octets& packet) {
    const bool contradicts = partial.end != 0 ? (step.more ? step.past() >= partial.end : step.past() != partial.end)
                                              : !step.more && step.past() <= partial.reached;
    if (contradicts) return refuse(partial), false;
    const std::size_t units_past = (step.past() + 7) / 8;
    if (partial.units.size() < units_past) partial.units.resize(units_past);
    if (partial.data.size() < step.past()) partial.data.resize(step.past());
    const auto first_unit = partial.units.begin() + static_cast<std::ptrdiff_t>(step.offset);
    const auto past_unit = partial.units.begin() + static_cast<std::ptrdiff_t>(units_past);
    const auto present = std::count(first_unit, past_unit, 1);
    const auto data = packet.begin() + static_cast<std::ptrdiff_t>(step.header_size());
    const auto place = partial.data.begin() + static_cast<std::ptrdiff_t>(step.offset * 8);
    const std::pair piece(step.offset, step.size);
    const bool came_before = std::ranges::find(partial.pieces, piece) != partial.pieces.end();
    if (came_before && std::equal(data, packet.end(), place)) return false;  // a duplicate
    if (present > 0) return refuse(partial), false;
    partial.pieces.push_back(piece);
    std::copy(data, packet.end(), place);
    std::fill(first_unit, past_unit, std::uint8_t{1});
    if (step.offset == 0) partial.first = packet;
    if (step.offset == 0) partial.first_header = step.header_size();
    partial.reached = std::max(partial.reached, step.past());
    if (!step.more) partial.end = step.past();
    partial.ecn_seen |= 1U << step.ecn;
    partial.in_group_frame |= step.in_group_frame;
    return true;
  }

  static bool is_complete(const Partial& partial) {
    return partial.end != 0 && std::ranges::find(partial.units, 0) == partial.units.end();
  }

  /// Without the fragment header; what that announced is announced before it.
  static Octets whole_of(const Partial& partial) {
    const std::size_t fragment_header = partial.first_header - 8;
    Octets whole = first_octets(partial.first, fragment_header);
    whole[fragment_header == 48 ? 40 : 6] = partial.first[fragment_header];
    store_be16(whole, 4, static_cast<std::uint16_t>(fragment_header - 40 + partial.end));
    if (partial.ecn_seen & 0b1000) whole[1] |= 0x30;  // RFC 3168 5.3
    whole.insert(whole.end(), partial.data.begin(), partial.data.end());
    return whole;
  }
};

}  // namespace tunstack::fuzz
