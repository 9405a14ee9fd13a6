#include "tunstack/firewall/catalogue.hpp"

#include <fmt/format.h>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/case_keys.hpp"
#include "tunstack/firewall/case_reader.hpp"
#include "tunstack/firewall/catalogue_texts.hpp"

namespace tunstack::firewall {

namespace {

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const CatalogueText& file : catalogue_texts())
    for (Case& a_case : cases_in(file.text, std::string(file.name))) all.push_back(std::move(a_case));
  return all;
}

/// What is wrong with a packet, and where.
std::string words_of(const CaseFault& fault, const Case& a_case) {
  return fault.packet ? fmt::format("{}, at '{}'", fault.what, a_case.packets[0].substr(fault.at, 30)) : fault.what;
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return std::string(text.substr(begin, text.find_last_not_of(" \t") + 1 - begin));
}

/// The names at both ends of a packet tell who sends it, and whether it passes through a router.
void put_sender(Case& a_case) {
  const std::string& line = a_case.packets.front();
  const std::string_view sender = std::string_view(line).substr(0, line.find_first_of(" >"));
  const bool is_inside = sender == "client" || sender == "server";
  if (is_inside || sender.starts_with("inside-") || line.contains("> client") || line.contains("> server") ||
      line.contains("> inside-"))
    a_case.mode = Mode::router;
  if (is_inside) a_case.from = Side::inside;
  if (sender == "host" || sender == "router" || sender == "host-link" || sender == "inside-router")
    a_case.from = Side::host;
}

}  // namespace

const std::vector<Case>& catalogue() {
  static const std::vector<Case> all = all_cases();
  return all;
}

std::vector<Case> read_cases(std::string_view text, const std::string& name) { return cases_in(text, name); }

Case case_of_expectation(const std::string& text, unsigned number) {
  const auto fail = [&](const std::string& why) {
    throw UsageFault(fmt::format("'{}' is no expectation", text.substr(0, 120)), why,
                     "write a packet and what is to become of it: '198.51.100.7 > host TCP 22 [S] => passed'");
  };
  const std::size_t arrow = text.rfind("=>");
  if (arrow == std::string::npos) fail("there is no '=>'");
  Case a_case;
  a_case.group = "user";
  a_case.packets = {trimmed(std::string_view(text).substr(0, arrow))};
  a_case.expected = trimmed(std::string_view(text).substr(arrow + 2));
  if (const std::string wrong = take_verdict(a_case, a_case.expected); !wrong.empty()) fail(wrong);
  put_sender(a_case);
  const std::string& line = a_case.packets.front();
  const bool has_family = !line.empty() && !family_in(line);  // names alone: IPv4, as a case has it by itself
  if (const auto fault = complete_case(a_case, has_family, number)) fail(words_of(*fault, a_case));
  return a_case;
}

Case case_of_packet(const std::string& text) {
  Case a_case;
  a_case.id = "packet";
  a_case.group = "user";
  a_case.packets = {trimmed(text)};
  a_case.family = family_in(a_case.packets[0]).value_or(Family::ipv4);
  put_sender(a_case);
  if (const auto fault = complete_case(a_case, true, 1))
    throw UsageFault(
        fmt::format("'{}' is no packet", text.substr(0, 120)), words_of(*fault, a_case),
        "write one as docs/packets.md says, with names of docs/firewall-cases.md: 'far > host TCP 22 [S]'");
  return a_case;
}

}  // namespace tunstack::firewall
