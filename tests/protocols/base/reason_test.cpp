// The table of reasons as a whole, against the catalogue and the files that its rows stand in.
#include "protocols/base/reason.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace tunstack::test::reason_test {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(std::string(TUNSTACK_SOURCE_DIR "/") + path);
  EXPECT_TRUE(file) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::set<std::string> catalogue_ids() {
  std::set<std::string> ids;
  for (const std::string& line : lines_of("docs/spec/requirements.csv")) ids.insert(line.substr(0, line.find(',')));
  return ids;
}

std::vector<std::string> names_in_file(const std::string& area) {
  static const std::regex row(R"(^REASON\((\w+),)");
  std::vector<std::string> names;
  std::smatch match;
  for (const std::string& line : lines_of("protocols/base/reasons/" + area + ".def"))
    if (std::regex_search(line, match, row)) names.push_back(match[1]);
  return names;
}

bool matches(std::string_view text, const std::regex& pattern) { return std::regex_match(std::string(text), pattern); }

TEST(ReasonTable, is_indexed_by_the_enumeration) {
  ASSERT_EQ(all_reasons().size(), reason_count);
  for (std::size_t i = 0; i < reason_count; ++i) {
    EXPECT_EQ(index_of(all_reasons()[i].reason), i) << all_reasons()[i].name;
    EXPECT_EQ(&info(Reason{static_cast<std::uint16_t>(i)}), &all_reasons()[i]);
  }
  EXPECT_EQ(info(Reason::empty_read).name, "empty_read");
  EXPECT_EQ(info(Reason::icmp4_echo_off).name, "icmp4_echo_off");
  EXPECT_EQ(info(Reason::tcp_closed_ports_silent).name, "tcp_closed_ports_silent");
}

TEST(ReasonTable, names_are_unique_and_in_snake_case) {
  static const std::regex snake_case("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  std::set<std::string_view> names;
  for (const ReasonInfo& reason : all_reasons()) {
    EXPECT_TRUE(names.insert(reason.name).second) << reason.name << " stands there twice";
    EXPECT_TRUE(matches(reason.name, snake_case)) << reason.name;
  }
}

TEST(ReasonTable, requirements_stand_in_the_catalogue) {
  const std::set<std::string> ids = catalogue_ids();
  ASSERT_GT(ids.size(), 600U) << "the catalogue was not read";
  for (const ReasonInfo& reason : all_reasons()) {
    if (reason.requirement.empty()) continue;
    EXPECT_TRUE(ids.contains(std::string(reason.requirement))) << reason.name << " cites " << reason.requirement;
  }
}

// What people ask a node to do is no rule of an RFC; nor are RFC 862 and RFC 863: services that the catalogue does not
// ask for.
bool belongs_to_an_extra_service(const ReasonInfo& reason) {
  return reason.reason == Reason::udp_echo_for_us || reason.reason == Reason::udp_discard_for_us;
}

// A rule without a requirement is a gap that its sentence has to own up to.
TEST(ReasonTable, only_what_is_not_handled_yet_lacks_a_requirement) {
  for (const ReasonInfo& reason : all_reasons()) {
    if (!reason.requirement.empty() || belongs_to_an_extra_service(reason) || reason.area == "request") continue;
    EXPECT_THAT(std::string(reason.text), testing::HasSubstr("not handled yet")) << reason.name;
  }
}

TEST(ReasonTable, sources_are_an_rfc_or_design) {
  static const std::regex rfc("design|RFC [1-9][0-9]{1,3}");
  static const std::regex section(R"(|I|[1-9][0-9]*(\.[0-9]+)*(\([a-zA-Z](\.[0-9])?\))?)");
  for (const ReasonInfo& reason : all_reasons()) {
    EXPECT_TRUE(matches(reason.rfc, rfc)) << reason.name << ": " << reason.rfc;
    EXPECT_TRUE(matches(reason.section, section)) << reason.name << ": " << reason.section;
    EXPECT_TRUE(reason.rfc != "design" || reason.section.empty()) << reason.name;
  }
}

TEST(ReasonTable, texts_are_one_short_line_without_a_stop) {
  constexpr std::size_t longest = 110;
  static const std::regex line(R"([^\n\t"]*[A-Za-z0-9)])");
  for (const ReasonInfo& reason : all_reasons()) {
    EXPECT_LE(reason.text.size(), longest) << reason.name;
    EXPECT_TRUE(matches(reason.text, line)) << reason.name << ": " << reason.text;
  }
}

// Each line of the printed rules is read by itself, by people who know the RFCs and not this project.
TEST(ReasonTable, texts_stand_alone_and_speak_of_packets_not_of_persons) {
  static const std::regex hangs_on_another_line("(also|and|but|so|which)\\b.*");
  static const std::regex unsuitable(
      R"(.*\b(likewise|as it seems|nobody|somebody|whoever|told|tells?|hears?|heard|needless|takes leave)\b.*)");
  for (const ReasonInfo& reason : all_reasons()) {
    EXPECT_FALSE(matches(reason.text, hangs_on_another_line)) << reason.name << ": " << reason.text;
    EXPECT_FALSE(matches(reason.text, unsuitable)) << reason.name << ": " << reason.text;
  }
}

/// The name without what tells the families apart.
std::string without_family(std::string_view name) {
  return std::regex_replace(std::string(name), std::regex("^(icmp|ipv|udp|forward)[46]_"), "");
}

// One text for two rules would not tell which was broken, except for the same rule of both families.
TEST(ReasonTable, texts_are_unique_within_a_family) {
  std::map<std::string_view, std::string_view> names;
  for (const ReasonInfo& reason : all_reasons()) {
    const auto [known, is_new] = names.emplace(reason.text, reason.name);
    EXPECT_TRUE(is_new || without_family(known->second) == without_family(reason.name))
        << reason.name << " and " << known->second << " both say: " << reason.text;
  }
}

TEST(ReasonTable, areas_are_the_files_of_the_rows) {
  std::size_t next = 0;
  for (const std::string area :
       {"device", "link", "discovery", "router", "advertising", "irdp", "redirect", "address", "group", "ipv4", "ipv6",
        "forwarding", "fragment", "path_mtu", "icmp", "suppression", "transport", "request", "network"}) {
    for (const std::string& name : names_in_file(area)) {
      ASSERT_LT(next, reason_count);
      EXPECT_EQ(all_reasons()[next].name, name);
      EXPECT_EQ(all_reasons()[next].area, area) << name;
      ++next;
    }
  }
  EXPECT_EQ(next, reason_count);
}

TEST(MaybeReason, is_none_or_the_reason) {
  EXPECT_FALSE(MaybeReason{});
  const MaybeReason first = Reason::empty_read;
  EXPECT_TRUE(first) << "the reason with number 0 is a reason";
  EXPECT_EQ(*first, Reason::empty_read);
  EXPECT_EQ(first, MaybeReason(Reason::empty_read));
  EXPECT_NE(first, MaybeReason(Reason::outbox_full));
  EXPECT_NE(first, MaybeReason{});
}

}  // namespace
}  // namespace tunstack::test::reason_test
