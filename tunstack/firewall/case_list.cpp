#include "tunstack/firewall/case_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

#include "tunstack/firewall/case_keys.hpp"
#include "tunstack/firewall/catalogue.hpp"
#include "tunstack/firewall/verdict.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::string_view introduction = R"(# Cases of the firewall tester

Made by `tunstack firewall list --markdown` of the files in `tunstack/firewall/catalogue/`. Packets are written as
[packets](packets.md) says; names stand for who is who:

| name | is |
|---|---|
| `host`, `router` | the machine under test, on its outside |
| `peer`, `other-peer` | its neighbor and gateway; another neighbor |
| `far`, `other` | somebody far away, a fresh one for each case; somebody else |
| `client`, `server` | behind a router; `server` publishes what is open |
| `inside-router`, `inside-broadcast`, `broadcast` | the router on its inside; to all of the inside, of the outside |
| `host-link`, `peer-link`, `host-group` | link-local addresses; where neighbors ask for the host (IPv6) |
| `open`, `blocked`, `closed` | ports: that the rules must allow, that listens and must be blocked, where nobody listens |
| `flow-source`, `local`, `remote` | of the live conversation with `far`, as it is seen on the wire outside |
| `[flow]`, `[flow first 28]` | a packet of it; its first octets |

## Files of your own

    [[case]]
    packet = "198.51.100.7 > host TCP 22 [S]"
    verdict = "dropped"

A table `[defaults]` says what holds for all cases of a file; `consequence-of-dropping` and `consequence-of-passing` there
are for cases that must pass or be dropped.

)";

std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string what_arrives(const Case& a_case) {
  std::string text = cell(a_case.title);
  for (const std::string& packet : a_case.packets) text += fmt::format("<br>`{}`", cell(packet));
  if (!a_case.fragments.empty()) text += fmt::format("<br>in fragments {}", fmt::join(a_case.fragments, ", "));
  for (const std::string& patch : a_case.patches) text += fmt::format("<br>octets at {}", patch);
  if (a_case.repeat > 1) text += fmt::format("<br>{} times", a_case.repeat);
  if (a_case.flow != Flow::none) text += fmt::format("<br>open before: {}", flow_name(a_case.flow));
  return text;
}

void list_keys(std::string& text) {
  text += "| key | |\n|---|---|\n";
  for (const CaseKey& key : case_keys()) text += fmt::format("| `{}` | {} |\n", key.name, cell(key.help));
}

void list_group(std::string& text, const std::string& group) {
  text +=
      fmt::format("\n## {}\n\n| id | what arrives | level | expected | reference |\n|---|---|---|---|---|\n", group);
  for (const Case& a_case : catalogue())
    if (a_case.group == group)
      text += fmt::format("| {} | {} | {} | {} | {} |\n", a_case.id, what_arrives(a_case), level_name(a_case.level),
                          cell(a_case.expected), cell(a_case.reference));
}

}  // namespace

std::string cases_as_markdown() {
  std::string text(introduction);
  list_keys(text);
  std::string group;
  for (const Case& a_case : catalogue()) {
    if (a_case.group == group) continue;
    group = a_case.group;
    list_group(text, group);
  }
  return text;
}

}  // namespace tunstack::firewall
