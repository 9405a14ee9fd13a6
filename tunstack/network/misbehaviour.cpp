#include "tunstack/network/misbehaviour.hpp"

#include <algorithm>

namespace tunstack {

namespace {

constexpr std::array<MisdeedRow, misdeed_count> rows{{
    {Misdeed::silent, "silent", 1, 1, Reason::misbehave_silent, "sends no ICMP error"},
    {Misdeed::pmtu_black_hole, "pmtu_black_hole", 1, 1, Reason::misbehave_pmtu_black_hole,
     "drops what is too big without a word"},
    {Misdeed::wrong_mtu, "wrong_mtu", 0, 65535, Reason::misbehave_wrong_mtu,
     "names this MTU in what it tells of packets that are too big"},
    {Misdeed::bad_checksum, "bad_checksum", 1, 1, Reason::misbehave_bad_checksum,
     "sends ICMP messages with a wrong checksum"},
    {Misdeed::truncated_quote, "truncated_quote", 0, 1280, Reason::misbehave_truncated_quote,
     "quotes no more octets than this"},
    {Misdeed::altered_quote, "altered_quote", 1, 1, Reason::misbehave_altered_quote,
     "alters the ports, or what stands in their place, of what it quotes"},
    {Misdeed::wrong_source, "wrong_source", 1, 1, Reason::misbehave_wrong_source,
     "sends its errors from an address that is not its own: the destination of what they are about"},
    {Misdeed::keeps_ttl, "keeps_ttl", 1, 1, Reason::misbehave_keeps_ttl, "forwards without taking a hop off"},
    {Misdeed::ttl_by_two, "ttl_by_two", 1, 1, Reason::misbehave_ttl_by_two, "takes two hops off instead of one"},
    {Misdeed::forwards_ttl_1, "forwards_ttl_1", 1, 1, Reason::misbehave_forwards_ttl_1,
     "forwards what has one hop left, and does not report it"},
    {Misdeed::error_about_error, "error_about_error", 1, 1, Reason::misbehave_error_about_error,
     "answers each ICMP error with another one"},
    {Misdeed::answers_broadcast, "answers_broadcast", 1, 1, Reason::misbehave_answers_broadcast,
     "answers what is sent to everybody as if it were for itself alone"},
    {Misdeed::duplicate_replies, "duplicate_replies", 1, 100, Reason::misbehave_duplicate_replies,
     "sends each reply so many times more"},
    {Misdeed::altered_replies, "altered_replies", 1, 1, Reason::misbehave_altered_replies,
     "alters the last octet of the data that it sends back"},
    {Misdeed::redirect_storm, "redirect_storm", 1, 100, Reason::misbehave_redirect_storm,
     "sends so many redirects about each packet that it forwards"},
    {Misdeed::wrong_redirects, "wrong_redirects", 1, 1, Reason::misbehave_wrong_redirects,
     "redirects to a neighbor that is not there"},
    {Misdeed::advertisement_hop_limit_64, "advertisement_hop_limit_64", 1, 1,
     Reason::misbehave_advertisement_hop_limit_64, "sends Neighbor Discovery with a hop limit of 64"},
    {Misdeed::rogue_advertisement, "rogue_advertisement", 1, 1, Reason::misbehave_rogue_advertisement,
     "advertises a prefix that is not there, 2001:db8:bad::/64, in place of its own"},
    {Misdeed::address_conflict, "address_conflict", 1, 1, Reason::misbehave_address_conflict,
     "claims every address that a neighbor asks whether it is free"},
    {Misdeed::filtered_icmp, "filtered_icmp", 1, 1, Reason::misbehave_filtered_icmp, "forwards no ICMP at all"},
    {Misdeed::rate_limit_lies, "rate_limit_lies", 1, 1000, Reason::misbehave_rate_limit_lies,
     "sends so many errors in a second and keeps the others, whatever its limits say"},
}};

}  // namespace

std::span<const MisdeedRow> misdeed_rows() { return rows; }

const MisdeedRow* find_misdeed(std::string_view name) {
  const auto* const found = std::ranges::find(rows, name, &MisdeedRow::name);
  return found == rows.end() ? nullptr : found;
}

void Misbehaviour::set(Misdeed misdeed, std::optional<std::uint32_t> number) {
  numbers_[static_cast<std::size_t>(misdeed)] = number;
  any_ = std::ranges::any_of(numbers_, [](const auto& one) { return one.has_value(); });
}

}  // namespace tunstack
