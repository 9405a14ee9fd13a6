#include "tunstack/firewall/case_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/verdict.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::firewall {

namespace {

constexpr unsigned most_repeats = 10000;

// ---- words ----

constexpr std::array flows{"none", "udp", "tcp", "echo"};  // in the order of the enumerators

std::optional<Flow> flow_of_name(std::string_view name) {
  const auto found = std::ranges::find(flows, name, [](const char* flow) { return std::string_view(flow); });
  if (found == flows.end()) return std::nullopt;
  return static_cast<Flow>(found - flows.begin());
}

/// Puts the enumerator of this name into `member`; else says which names there are, of `count`.
template <class Enum>
std::string take_word(Enum& member, std::string_view word, std::optional<Enum> found, const char* (*name_of)(Enum),
                      unsigned count) {
  if (found) {
    member = *found;
    return {};
  }
  std::vector<const char*> names;
  names.reserve(count);
  for (unsigned i = 0; i < count; ++i) names.push_back(name_of(static_cast<Enum>(i)));
  return fmt::format("'{}' is none of {}", word, fmt::join(names, ", "));
}

// ---- keys ----

template <std::string Case::* member>
std::string take_text(Case& a_case, const KeyValue& value) {
  a_case.*member = value.text;
  return {};
}

template <bool Case::* member>
std::string take_truth(Case& a_case, const KeyValue& value) {
  a_case.*member = value.truth;
  return {};
}

template <std::vector<std::string> Case::* member>
std::string take_texts(Case& a_case, const KeyValue& value) {
  a_case.*member = value.texts;
  return value.texts.empty() ? "it says nothing" : "";
}

std::string take_family(Case& a_case, const KeyValue& value) {
  a_case.family = value.number == 4 ? Family::ipv4 : Family::ipv6;
  return value.number == 4 || value.number == 6 ? "" : "a family is 4 or 6";
}

std::string take_repeat(Case& a_case, const KeyValue& value) {
  a_case.repeat = static_cast<unsigned>(value.number);
  return value.number >= 1 && value.number <= most_repeats
             ? ""
             : fmt::format("packets are sent 1 to {} times", most_repeats);
}

constexpr CaseKey keys[] = {
    {"id", ValueKind::text, false, take_text<&Case::id>, "what the case is called; without it user-1, user-2, ..."},
    {"title", ValueKind::text, false, take_text<&Case::title>, "what arrives, in words; without it the packet"},
    {"group", ValueKind::text, true, take_text<&Case::group>, "under which cases are reported together"},
    {"mode", ValueKind::text, true,
     [](Case& c, const KeyValue& v) { return take_word(c.mode, v.text, mode_of_name(v.text), mode_name, 2); },
     "`host`: the packet is for the machine; `router`: through it"},
    {"family", ValueKind::number, true, take_family,
     "4 or 6; may be left out where a packet tells it by an address, or by ICMP or ICMP6"},
    {"from", ValueKind::text, true,
     [](Case& c, const KeyValue& v) { return take_word(c.from, v.text, side_of_name(v.text), side_name, 3); },
     "on which side of a router it arrives: `outside` or `inside`; `host`: the machine itself sends it"},
    {"flow", ValueKind::text, true,
     [](Case& c, const KeyValue& v) { return take_word(c.flow, v.text, flow_of_name(v.text), flow_name, 4); },
     "the conversation that is open before: `udp`, `tcp`, `echo` or `none`"},
    {"packet", ValueKind::text, false,
     [](Case& c, const KeyValue& v) {
       c.packets = {v.text};
       return std::string();
     },
     "what arrives, as [packets](packets.md) are written, with the names above"},
    {"packets", ValueKind::texts, false, take_texts<&Case::packets>, "the same where there are several, in order"},
    {"fragments", ValueKind::texts, true, take_texts<&Case::fragments>,
     "which octets of the payload behind the IP header go into each fragment, in the order of sending: `0-1480`; "
     "`8-24 of 2` takes them from the second packet"},
    {"patches", ValueKind::texts, true, take_texts<&Case::patches>,
     "octets that are overwritten at last in each packet: `12: 44 00`; checksums stay as they are"},
    {"repeat", ValueKind::number, true, take_repeat, "how often all of it is sent"},
    {"level", ValueKind::text, true,
     [](Case& c, const KeyValue& v) { return take_word(c.level, v.text, level_of_name(v.text), level_name, 5); },
     "how much it matters: `must-pass`, `should-pass`, `must-drop`, `should-drop`, `informational`"},
    {"verdict", ValueKind::text, true, [](Case& c, const KeyValue& v) { return take_verdict(c, v.text); },
     "what is to become of it, such as `passed`, `dropped`, `rejected 3/13`; in place of a level"},
    {"as", ValueKind::text, false, take_text<&Case::wanted_packet>,
     "the packet that leaves, where the machine translates addresses, with the names above"},
    {"effect", ValueKind::text, true,
     [](Case& c, const KeyValue& v) { return take_word(c.effect, v.text, effect_of_name(v.text), effect_name, 6); },
     "what the machine may do besides answering: `socket-error`, `path-mtu`, `route`, `address`, `data`"},
    {"expected", ValueKind::text, true, take_text<&Case::expected>, "what a good ruleset does, in words"},
    {"reference", ValueKind::text, true, take_text<&Case::reference>, "who says so"},
    {"consequence", ValueKind::text, true, take_text<&Case::consequence>, "what hurts where it does not"},
    {"note", ValueKind::text, true, take_text<&Case::note>, "what else is to be known"},
    {"mend", ValueKind::text, true, take_text<&Case::mend>,
     "what a rule about it matches, in the language of nft, for `--suggest` where the packet does not say it: "
     "`ct state invalid`"},
    {"core", ValueKind::truth, true, take_truth<&Case::is_core>,
     "whether the case is one of the short run; it is without this"},
    {"needs-tap", ValueKind::truth, true, take_truth<&Case::needs_tap>, "whether only an Ethernet device can tell"},
    {"flood", ValueKind::truth, true, take_truth<&Case::is_flood>, "whether it is sent with `--yes` only"},
};

bool is_separator(char c) { return std::string_view(" \t,[]()>").contains(c); }

}  // namespace

std::span<const CaseKey> case_keys() { return keys; }

const CaseKey* find_case_key(std::string_view name) {
  const auto found = std::ranges::find(keys, name, &CaseKey::name);
  return found == std::end(keys) ? nullptr : &*found;
}

std::string take_verdict(Case& a_case, std::string_view text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  const std::size_t detail = std::min(text.find_first_not_of(' ', end), text.size());
  Fate fate{};
  std::string wrong = take_word(fate, word, fate_of_name(word), fate_name, 12);
  if (!wrong.empty()) return wrong;
  a_case.wanted = fate;
  a_case.wanted_detail = text.substr(detail);
  return {};
}

std::optional<Family> family_in(std::string_view line) {
  if (const auto octets = notation::parse_octets(line); octets && !octets->empty())
    return (*octets)[0] >> 4 == 6 ? Family::ipv6 : Family::ipv4;
  while (!line.empty()) {
    const auto end = std::ranges::find_if(line, is_separator);
    const std::string_view word = line.substr(0, static_cast<std::size_t>(end - line.begin()));
    if (const auto address = parse_address(word)) return address->family();
    if (word == "ICMP6") return Family::ipv6;
    if (word == "ICMP" || word == "IGMP") return Family::ipv4;
    line.remove_prefix(std::min(word.size() + 1, line.size()));
  }
  return std::nullopt;
}

const char* flow_name(Flow flow) { return flows.at(static_cast<std::size_t>(flow)); }

}  // namespace tunstack::firewall
