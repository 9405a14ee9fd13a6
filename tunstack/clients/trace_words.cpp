#include <fmt/format.h>

#include "protocols/wire/icmp_extensions.hpp"
#include "tunstack/clients/trace_output.hpp"

namespace tunstack::clients {

namespace {

constexpr unsigned usual_limits[] = {64, 128, 255};

std::string mark4(unsigned code, const ReportedError& error) {
  if (const auto mtu = error.mtu()) return fmt::format("!F-{}", *mtu);
  constexpr std::array marks = {"!N", "!H", "!P", "",   "",   "!S", "!N", "!H",
                                "!N", "!X", "!X", "!N", "!H", "!X", "!V", "!C"};
  return code < marks.size() ? marks[code] : fmt::format("!<{}>", code);
}

std::string mark6(unsigned code) {
  constexpr std::array marks = {"!N", "!X", "!H", "!A", ""};
  return code < marks.size() ? marks[code] : fmt::format("!<{}>", code);
}

std::string mpls_words(const IcmpExtensionObject& object) {
  std::string words;
  for (std::size_t i = 0; const auto entry = mpls_entry(object, i); ++i)
    words += fmt::format("{}L={},E={},S={},T={}", i == 0 ? "MPLS:" : "/", entry->label, entry->traffic_class,
                         entry->bottom ? 1 : 0, entry->ttl);
  return words;
}

std::string interface_words(const InterfaceInformation& interface) {
  constexpr std::array roles = {"arriving", "sub-ip", "outgoing", "next-hop"};
  std::string words = std::string("INF:") + roles[static_cast<std::size_t>(interface.role)];
  if (interface.index) words += fmt::format(",index={}", *interface.index);
  if (interface.address) words += ",address=" + to_text(*interface.address);
  if (!interface.name.empty()) words += ",name=";
  for (const char letter : interface.name)
    words += std::isgraph(static_cast<unsigned char>(letter)) != 0 ? letter : '?';
  if (interface.mtu) words += fmt::format(",mtu={}", *interface.mtu);
  return words;
}

/// Class, type and the words of any other object.
std::string other_words(const IcmpExtensionObject& object) {
  std::string words = fmt::format("{}/{}:", object.class_number, object.c_type);
  for (std::size_t at = 0; at + 4 <= object.payload.size(); at += 4)
    words += fmt::format("{}{:08x}", at == 0 ? "" : ",", load_be32(object.payload, at));
  return words;
}

std::string object_words(const IcmpExtensionObject& object) {
  if (mpls_entry(object, 0)) return mpls_words(object);
  const auto interface = interface_information(object);
  return interface ? interface_words(*interface) : other_words(object);
}

}  // namespace

std::string trace_mark(const ReportedError& error) {
  const unsigned unreachable = error.is_ipv4() ? 3 : 1, exceeded = error.is_ipv4() ? 11 : 3;
  if (error.type == unreachable) return error.is_ipv4() ? mark4(error.code, error) : mark6(error.code);
  if (error.type == exceeded && error.code == 0) return {};
  if (const auto mtu = error.mtu()) return fmt::format("!F-{}", *mtu);
  return fmt::format("!<{}-{}>", error.type, error.code);
}

std::string extension_words(Bytes structure) {
  std::string words;
  auto reader = IcmpExtensionReader::open(structure);
  if (!reader) return words;
  while (const auto object = reader->next()) words += (words.empty() ? "" : ";") + object_words(*object);
  return words;
}

unsigned hops_back(unsigned hop_limit) {
  for (const unsigned limit : usual_limits)
    if (hop_limit <= limit) return limit + 1 - hop_limit;
  return 0;
}

}  // namespace tunstack::clients
