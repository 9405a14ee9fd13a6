#include "tunstack/network/misdeeds.hpp"

#include <algorithm>

#include "protocols/base/checksum.hpp"
#include "protocols/wire/icmp_error.hpp"
#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "protocols/wire/ndp.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack::misdeeds {

namespace {

// ---- datagrams ----

struct Parts {
  bool is_ipv4 = true;
  std::size_t header = 0;  // octets; what follows is the message where `is_icmp`
  bool is_icmp = false;
};

/// Nothing of what is no datagram that a node could have sent. Behind extension headers no message is looked for.
std::optional<Parts> parts_of(Bytes datagram) {
  if (datagram.size() < ipv4_header_size) return std::nullopt;
  if (datagram[0] >> 4 == 4) {
    const std::size_t header = std::size_t{datagram[0] & 0xfU} * 4;
    const bool is_later_fragment = (load_be16(datagram, ipv4_offset::flags_and_fragment_offset) & 0x1fffU) != 0;
    if (header < ipv4_header_size || datagram.size() < header) return std::nullopt;
    return Parts{true, header,
                 datagram[ipv4_offset::protocol] == protocol_number::icmpv4 && !is_later_fragment &&
                     datagram.size() >= header + icmp_header_size};
  }
  if (datagram[0] >> 4 != 6 || datagram.size() < ipv6_header_size) return std::nullopt;
  return Parts{false, ipv6_header_size,
               datagram[ipv6_offset::next_header] == protocol_number::icmpv6 &&
                   datagram.size() >= ipv6_header_size + icmp_header_size};
}

IpAddress source_of(Bytes datagram, const Parts& parts) {
  if (parts.is_ipv4) return Ipv4Address::load(datagram, ipv4_offset::source);
  return Ipv6Address::load(datagram, ipv6_offset::source);
}
IpAddress destination_of(Bytes datagram, const Parts& parts) {
  if (parts.is_ipv4) return Ipv4Address::load(datagram, ipv4_offset::destination);
  return Ipv6Address::load(datagram, ipv6_offset::destination);
}
void put_address(MutableBytes datagram, const IpAddress& address, std::size_t at4, std::size_t at6) {
  copy_bytes(datagram.subspan(address.is_ipv4() ? at4 : at6), address.octets());
}

/// Lengths and checksums as they should be.
void mend(Octets& datagram, const Parts& parts) {
  const MutableBytes all(datagram);
  ChecksumSum pseudo = 0;
  if (parts.is_ipv4) {
    store_be16(all, ipv4_offset::total_length, static_cast<std::uint16_t>(datagram.size()));
    store_be16(all, ipv4_offset::checksum, 0);
    store_be16(all, ipv4_offset::checksum, internet_checksum(all.first(parts.header)));
  } else {
    store_be16(all, ipv6_offset::payload_length, static_cast<std::uint16_t>(datagram.size() - parts.header));
    pseudo =
        pseudo_header_sum(Ipv6Address::load(all, ipv6_offset::source), Ipv6Address::load(all, ipv6_offset::destination),
                          protocol_number::icmpv6, datagram.size() - parts.header);
  }
  if (!parts.is_icmp) return;
  const MutableBytes message = all.subspan(parts.header);
  store_be16(message, icmp_checksum_offset, 0);
  store_be16(message, icmp_checksum_offset, internet_checksum(message, pseudo));
}

// ---- messages ----

struct Message {
  std::uint8_t type = 0, code = 0;
  bool is_ipv4 = true;

  bool is(std::uint8_t type4, std::uint8_t type6) const { return type == (is_ipv4 ? type4 : type6); }
  bool is_error() const { return is_ipv4 ? type == 3 || type == 4 || type == 11 || type == 12 : type < 128; }
  bool is_too_big() const { return is_ipv4 ? type == 3 && code == icmpv4_fragmentation_needed : type == 2; }
  bool is_reply() const { return is_ipv4 ? type == 0 || type == 14 || type == 16 || type == 18 : type == 129; }
  bool is_redirect() const { return is(5, 137); }
  bool is_discovery() const { return !is_ipv4 && type >= 133 && type <= 137; }
  bool is_router_advertisement() const { return !is_ipv4 && type == 134; }
};

constexpr std::uint8_t echo_request4 = 8, echo_request6 = 128;
const Ipv6Address rogue_prefix = parse_address("2001:db8:bad::")->ipv6();
const Ipv6Address nobody_link_local = parse_address("fe80::bad")->ipv6();

Octets octets_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// Of the first four octets behind the quoted header, ports in most cases.
void alter_quote(MutableBytes quote) {
  const std::size_t header = quote.empty()        ? 0
                             : quote[0] >> 4 == 4 ? std::size_t{quote[0] & 0xfU} * 4
                                                  : ipv6_header_size;
  for (std::size_t i = header; i < std::min(header + 4, quote.size()); ++i) quote[i] ^= 0xffU;
}

/// A neighbor that is not there, in the prefix of `of`.
Ipv4Address nobody_near(Ipv4Address of) {
  constexpr std::uint32_t unlikely = 250;
  const Ipv4Address near{(of.value & 0xffffff00U) | unlikely};
  return near == of ? Ipv4Address{near.value + 1} : near;
}

void change_prefixes(MutableBytes advertisement) {
  constexpr std::size_t first_option = 16, prefix_in_option = 16;
  for (std::size_t at = first_option; at + 8 <= advertisement.size();) {
    const std::size_t size = std::size_t{advertisement[at + 1]} * nd_option_unit;
    if (size == 0 || at + size > advertisement.size()) return;
    if (advertisement[at] == nd_option::prefix_information && size == 32)
      rogue_prefix.store(advertisement, at + prefix_in_option);
    at += size;
  }
}

// ---- what leaves ----

class Sending {
 public:
  Sending(const Misbehaviour& misbehaviour, Bytes datagram, const Parts& parts)
      : misbehaviour_(misbehaviour), parts_(parts), done_{.told = {}, .packet = octets_of(datagram), .copies = 1} {
    if (parts_.is_icmp) message_ = {at(0), at(1), parts_.is_ipv4};
  }

  Done own(Instant now, ErrorsOfSecond& errors) {
    if (!parts_.is_icmp) return std::move(done_);
    if (message_.is_error() && does(Misdeed::silent)) return drop();
    if (message_.is_too_big() && does(Misdeed::pmtu_black_hole)) return drop();
    if (message_.is_error() && is_one_too_many(now, errors) && does(Misdeed::rate_limit_lies)) return drop();
    if (message_.is_error()) change_error();
    if (message_.is_reply()) change_reply();
    if (message_.is_redirect() && does(Misdeed::wrong_redirects)) change_redirect();
    if (message_.is_router_advertisement() && does(Misdeed::rogue_advertisement)) change_prefixes(message());
    if (is_changed()) mend(done_.packet, parts_);
    if (message_.is_discovery() && does(Misdeed::advertisement_hop_limit_64)) done_.packet[ipv6_offset::hop_limit] = 64;
    if (does(Misdeed::bad_checksum)) done_.packet[parts_.header + icmp_checksum_offset] ^= 0x5aU;
    return std::move(done_);
  }

  Done forwarded() {
    if (parts_.is_icmp && does(Misdeed::filtered_icmp)) return drop();
    return std::move(done_);
  }

 private:
  std::uint8_t at(std::size_t octet) const { return done_.packet[parts_.header + octet]; }
  MutableBytes message() { return MutableBytes(done_.packet).subspan(parts_.header); }
  bool is_changed() const { return !done_.told.empty(); }
  /// Whether it is one of its misdeeds; then it is told.
  bool does(Misdeed misdeed) {
    if (!misbehaviour_.does(misdeed)) return false;
    done_.told.push_back(misdeed_rows()[static_cast<std::size_t>(misdeed)].reason);
    return true;
  }
  std::uint32_t number(Misdeed misdeed) const { return misbehaviour_.of(misdeed).value_or(0); }
  bool is_one_too_many(Instant now, ErrorsOfSecond& errors) const {
    const auto most = misbehaviour_.of(Misdeed::rate_limit_lies);
    return most && !errors.take(*most, now);
  }
  Done drop() {
    done_.copies = 0;
    return std::move(done_);
  }

  void change_error() {
    if (message_.is_too_big() && does(Misdeed::wrong_mtu)) {
      const std::uint32_t mtu = number(Misdeed::wrong_mtu);
      if (parts_.is_ipv4)
        store_be16(message(), icmpv4_error_offset::mtu, static_cast<std::uint16_t>(mtu));
      else
        store_be32(message(), icmpv6_error_offset::mtu, mtu);
    }
    const Bytes quote = message().subspan(icmp_header_size);
    if (const auto header = parts_of(quote); header && does(Misdeed::wrong_source))
      put_address(done_.packet, destination_of(quote, *header), ipv4_offset::source, ipv6_offset::source);
    if (does(Misdeed::altered_quote)) alter_quote(message().subspan(icmp_header_size));
    if (quote.size() > number(Misdeed::truncated_quote) && does(Misdeed::truncated_quote)) {
      done_.packet.resize(parts_.header + icmp_header_size + number(Misdeed::truncated_quote));
      message()[parts_.is_ipv4 ? icmpv4_error_offset::length : icmpv6_error_offset::length] =
          message_.is_too_big() && !parts_.is_ipv4 ? at(icmpv6_error_offset::length) : 0;
    }
  }

  void change_reply() {
    if (message().size() > icmp_header_size && does(Misdeed::altered_replies)) done_.packet.back() ^= 0xffU;
    if (does(Misdeed::duplicate_replies)) done_.copies += number(Misdeed::duplicate_replies);
  }

  void change_redirect() {
    const IpAddress to = destination_of(done_.packet, parts_);
    if (parts_.is_ipv4)
      nobody_near(to.ipv4()).store(message(), icmp_offset::rest_of_header);
    else
      nobody_link_local.store(message(), nd_offset::target);
  }

  const Misbehaviour& misbehaviour_;
  const Parts parts_;
  Message message_;
  Done done_;
};

// ---- what the node makes of what arrives ----

/// A message of ICMP about a datagram, which is quoted as far as 576 octets allow, unless something else is behind the
/// header.
Octets message_about(Bytes datagram, const Parts& parts, const IpAddress& source, std::uint8_t type, std::uint8_t code,
                     Bytes behind_header = {}) {
  constexpr std::size_t most_quoted = 500;
  const Bytes quote = datagram.first(behind_header.empty() ? std::min(datagram.size(), most_quoted) : 0);
  const std::size_t header = parts.is_ipv4 ? ipv4_header_size : ipv6_header_size;
  Octets made(header + icmp_header_size + behind_header.size() + quote.size());
  const Parts made_parts{parts.is_ipv4, header, true};
  if (parts.is_ipv4) {
    made[0] = 0x45;
    made[ipv4_offset::ttl] = 64;
    made[ipv4_offset::protocol] = protocol_number::icmpv4;
  } else {
    made[0] = 0x60;
    made[ipv6_offset::next_header] = protocol_number::icmpv6;
    made[ipv6_offset::hop_limit] = type == 137 ? 255 : 64;
  }
  put_address(made, source, ipv4_offset::source, ipv6_offset::source);
  put_address(made, source_of(datagram, parts), ipv4_offset::destination, ipv6_offset::destination);
  made[header] = type;
  made[header + 1] = code;
  std::ranges::copy(behind_header, made.begin() + static_cast<std::ptrdiff_t>(header + icmp_header_size));
  std::ranges::copy(quote, made.end() - static_cast<std::ptrdiff_t>(quote.size()));
  mend(made, made_parts);
  return made;
}

/// For IPv6 a target and the destination; the redirected packet is left out, as it may be (RFC 4861 4.5).
Octets redirect_about(Bytes datagram, const Parts& parts, const IpAddress& source) {
  if (parts.is_ipv4) {
    Octets made = message_about(datagram, parts, source, 5, 1);
    nobody_near(source_of(datagram, parts).ipv4())
        .store(MutableBytes(made), ipv4_header_size + icmp_offset::rest_of_header);
    mend(made, {true, ipv4_header_size, true});
    return made;
  }
  std::array<std::uint8_t, 32> addresses{};
  nobody_link_local.store(addresses, 0);
  destination_of(datagram, parts).ipv6().store(addresses, 16);
  return message_about(datagram, parts, source, 137, 0, addresses);
}

/// "This address is mine", to everybody (RFC 4861 4.4, 7.2.4).
Octets claim_of(const Ipv6Address& target) {
  constexpr std::uint8_t override_flag = 0x20;
  Octets made(ipv6_header_size + 24);
  made[0] = 0x60;
  made[ipv6_offset::next_header] = protocol_number::icmpv6;
  made[ipv6_offset::hop_limit] = 255;
  target.store(MutableBytes(made), ipv6_offset::source);
  ipv6_all_nodes.store(MutableBytes(made), ipv6_offset::destination);
  made[ipv6_header_size] = 136;
  made[ipv6_header_size + 4] = override_flag;
  target.store(MutableBytes(made), ipv6_header_size + nd_offset::target);
  mend(made, {false, ipv6_header_size, true});
  return made;
}

std::size_t hops_at(const Parts& parts) { return parts.is_ipv4 ? ipv4_offset::ttl : ipv6_offset::hop_limit; }

class Arriving {
 public:
  Arriving(const Misbehaviour& misbehaviour, Bytes datagram, const Parts& parts, const Arrival& arrival)
      : misbehaviour_(misbehaviour), datagram_(datagram), parts_(parts), arrival_(arrival) {
    done_.packet = octets_of(datagram);
    if (parts_.is_icmp) message_ = {datagram[parts_.header], datagram[parts_.header + 1], parts_.is_ipv4};
  }

  DoneOnArrival done() {
    if (parts_.is_icmp && message_.is_error() && does(Misdeed::error_about_error))
      done_.sent.push_back(
          message_about(datagram_, parts_, arrival_.own, parts_.is_ipv4 ? 3 : 1, parts_.is_ipv4 ? 3 : 4));
    if (arrival_.is_for_everybody)
      for_everybody();
    else if (!arrival_.is_for_node)
      in_transit();
    return std::move(done_);
  }

 private:
  bool does(Misdeed misdeed) {
    if (!misbehaviour_.does(misdeed)) return false;
    done_.told.push_back(misdeed_rows()[static_cast<std::size_t>(misdeed)].reason);
    return true;
  }

  void for_everybody() {
    if (!parts_.is_icmp) return;
    if (message_.is(echo_request4, echo_request6) && does(Misdeed::answers_broadcast)) {
      put_address(done_.packet, arrival_.own, ipv4_offset::destination, ipv6_offset::destination);
      mend(done_.packet, parts_);
      done_.is_for_it_now = true;
    }
    const bool is_solicitation = !parts_.is_ipv4 && message_.type == 135 && datagram_.size() >= ipv6_header_size + 24;
    if (is_solicitation && source_of(datagram_, parts_) == IpAddress(Ipv6Address{}) && does(Misdeed::address_conflict))
      done_.sent.push_back(claim_of(Ipv6Address::load(datagram_, ipv6_header_size + nd_offset::target)));
  }

  void in_transit() {
    std::uint8_t& hops = done_.packet[hops_at(parts_)];
    const std::uint8_t before = hops;
    if (hops < 255 && does(Misdeed::keeps_ttl)) ++hops;
    if (hops > 1 && does(Misdeed::ttl_by_two)) --hops;
    if (hops == 1 && does(Misdeed::forwards_ttl_1)) hops = 2;
    if (hops != before && parts_.is_ipv4) mend_header();
    if (misbehaviour_.does(Misdeed::redirect_storm) && does(Misdeed::redirect_storm))
      done_.sent.assign(misbehaviour_.of(Misdeed::redirect_storm).value_or(1),
                        redirect_about(datagram_, parts_, arrival_.own));
  }

  void mend_header() {
    const MutableBytes header = MutableBytes(done_.packet).first(parts_.header);
    store_be16(header, ipv4_offset::checksum, 0);
    store_be16(header, ipv4_offset::checksum, internet_checksum(header));
  }

  const Misbehaviour& misbehaviour_;
  const Bytes datagram_;
  const Parts parts_;
  const Arrival& arrival_;
  Message message_;
  DoneOnArrival done_;
};

}  // namespace

bool ErrorsOfSecond::take(std::uint32_t most, Instant now) {
  if (!began_ || now - *began_ >= std::chrono::seconds(1)) began_ = now, sent_ = 0;
  if (sent_ >= most) return false;
  ++sent_;
  return true;
}

Done on_sending(const Misbehaviour& misbehaviour, Bytes datagram, const Departure& departure, ErrorsOfSecond& errors) {
  const auto parts = parts_of(datagram);
  if (!parts) return {.told = {}, .packet = octets_of(datagram), .copies = 1};
  Sending sending(misbehaviour, datagram, *parts);
  return departure.is_own ? sending.own(departure.now, errors) : sending.forwarded();
}

DoneOnArrival on_arrival(const Misbehaviour& misbehaviour, Bytes datagram, const Arrival& arrival) {
  const auto parts = parts_of(datagram);
  if (parts) return Arriving(misbehaviour, datagram, *parts, arrival).done();
  DoneOnArrival done;
  done.packet = octets_of(datagram);
  return done;
}

}  // namespace tunstack::misdeeds
