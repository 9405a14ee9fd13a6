#include "tunstack/lab/misbehaviours.hpp"

namespace tunstack::lab {

namespace {

constexpr std::string_view names[] = {"silent",
                                      "pmtu_black_hole",
                                      "wrong_mtu",
                                      "bad_checksum",
                                      "truncated_quote",
                                      "altered_quote",
                                      "wrong_source",
                                      "keeps_ttl",
                                      "ttl_by_two",
                                      "forwards_ttl_1",
                                      "error_about_error",
                                      "answers_broadcast",
                                      "duplicate_replies",
                                      "altered_replies",
                                      "redirect_storm",
                                      "wrong_redirects",
                                      "rogue_advertisement",
                                      "advertisement_hop_limit_64",
                                      "address_conflict",
                                      "filtered_icmp",
                                      "rate_limit_lies"};

}  // namespace

std::span<const std::string_view> known_misbehaviours() { return names; }

}  // namespace tunstack::lab
