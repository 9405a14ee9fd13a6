// The catalogue says what was measured and written in docs/spec, and what RFC 4890 says.
#include "tunstack/firewall/catalogue.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/tunstack/firewall/case_table.hpp"
#include "tunstack/firewall/case_keys.hpp"
#include "tunstack/firewall/case_list.hpp"
#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/verdict.hpp"

namespace tunstack::test::catalogue_test {
namespace {

using firewall::Case;
using firewall::catalogue;
using firewall::Flow;
using firewall::Level;
using firewall::Mode;

std::string flow_of(const Case& a_case) {
  constexpr const char* names[] = {"", "udp", "tcp", "echo"};
  return names[static_cast<std::size_t>(a_case.flow)];
}

bool passes(const Case& a_case) { return a_case.level == Level::must_pass || a_case.level == Level::should_pass; }

TEST(Catalogue, ids_are_there_once) {
  std::set<std::string> ids;
  for (const Case& a_case : catalogue()) EXPECT_TRUE(ids.insert(a_case.id).second) << a_case.id;
  EXPECT_GT(ids.size(), 360U);
}

TEST(Catalogue, all_cases_of_the_specification_as_they_stand_there) {
  std::size_t count = 0;
  const std::size_t core = csv_rows("firewall-cases.csv").size();
  for (const CsvRow& row : measured_cases()) {
    const Case& found = case_named(row.at("id"));
    EXPECT_EQ(found.title, row.at("title")) << found.id;
    EXPECT_EQ(found.group, row.at("group")) << found.id;
    EXPECT_EQ(mode_name(found.mode), row.at("mode")) << found.id;
    EXPECT_EQ(found.family == Family::ipv4 ? "4" : "6", row.at("family")) << found.id;
    EXPECT_EQ(flow_of(found), row.at("flow")) << found.id;
    EXPECT_EQ(level_name(found.level), row.at("level")) << found.id;
    EXPECT_EQ(found.expected, row.at("expected")) << found.id;
    EXPECT_EQ(found.reference, row.at("reference")) << found.id;
    EXPECT_EQ(found.note, row.at("note")) << found.id;
    EXPECT_EQ(found.is_core, count++ < core) << found.id;
  }
  EXPECT_EQ(count, 333U);
}

TEST(Catalogue, what_hurts_is_said_wherever_something_can) {
  for (const Case& a_case : catalogue()) {
    EXPECT_FALSE(a_case.title.empty() || a_case.expected.empty() || a_case.reference.empty()) << a_case.id;
    EXPECT_EQ(a_case.consequence.empty(), a_case.level == Level::informational) << a_case.id;
    EXPECT_FALSE(a_case.consequence.ends_with('.')) << a_case.id;
  }
}

TEST(Catalogue, FW_009_errors_about_a_conversation_have_one_and_those_about_none_do_not) {
  for (const Case& a_case : catalogue()) {
    const bool quotes = std::ranges::any_of(a_case.packets, [](const auto& line) { return line.contains("[flow"); });
    EXPECT_FALSE(quotes && a_case.flow == Flow::none) << a_case.id;
    EXPECT_FALSE(a_case.group.ends_with("error-related") && !quotes) << a_case.id;
  }
}

TEST(Catalogue, FW_013_more_than_fifty_packets_are_a_flood) {
  std::size_t floods = 0;
  for (const Case& a_case : catalogue()) {
    EXPECT_EQ(a_case.is_flood, example_packets(a_case).size() * a_case.repeat > 50) << a_case.id;
    floods += a_case.is_flood ? 1 : 0;
  }
  EXPECT_GE(floods, 3U);
}

// ---- RFC 4890 ----

/// What the catalogue says otherwise than the RFC, and why.
const std::map<std::string, const char*> differences{
    {"H6-ND-141", "inverse discovery: links that need it are rare, and connection tracking takes it for invalid"},
    {"H6-ND-142", "inverse discovery: links that need it are rare, and connection tracking takes it for invalid"},
    {"H6-SEND-148", "secure discovery is hardly used, and connection tracking takes it for invalid"},
    {"H6-SEND-149", "secure discovery is hardly used, and connection tracking takes it for invalid"},
    {"H6-MRD-151", "router discovery for multicast is for switches"},
    {"H6-MRD-152", "router discovery for multicast is for switches"},
    {"H6-MRD-153", "router discovery for multicast is for switches, and connection tracking takes it for invalid"},
    {"H6-Q-128M", "an echo request to a group: hosts may stay silent (RFC 4443 4.2)"},
    {"H6-Q-129", "a reply without a request: a firewall that knows requests may drop it"},
    {"H6-E-0200S", "a path MTU below 1280 is to have no effect (RFC 8201 4)"},
    {"H6-E-0200Q", "a quote of 64 octets: less than RFC 4443 2.4(c) wants"},
    {"H6-Q-138", "RFC 4890 4.4.3 needs no rule: hosts drop it anyway"},
    {"H6-Q-144", "RFC 4890 4.4.3 needs no rule: hosts drop it anyway"},
    {"H6-Q-150", "RFC 4890 4.4.3 needs no rule: hosts drop it anyway"},
    {"R6-0200N", "about no flow: RFC 4890 lets a firewall check errors against what they quote"},
    {"R6-0104N", "about no flow: RFC 4890 lets a firewall check errors against what they quote"},
    {"R6-0200D", "to somebody else than who sent the packet that is quoted"},
    {"R6-0200Q", "a quote of 64 octets: less than RFC 4443 2.4(c) wants"},
    {"R6-LL", "a source of the link may not cross a router (RFC 4291 2.5.6)"},
    {"R6-MC", "to a group: policy"},
    {"R6-144", "RFC 4890 4.3.2 wants it where Mobile IPv6 is used alone"},
    {"R6-145", "RFC 4890 4.3.2 wants it where Mobile IPv6 is used alone"},
    {"R6-146", "RFC 4890 4.3.2 wants it where Mobile IPv6 is used alone"},
    {"R6-147", "RFC 4890 4.3.2 wants it where Mobile IPv6 is used alone"},
};

/// "must pass" and so on of FW-003, FW-004 and FW-005 (RFC 4890 4.4): what arrives at a host.
Level local_level(unsigned type, unsigned code) {
  const auto within = [type](unsigned first, unsigned last) { return type >= first && type <= last; };
  if (type == 1 || type == 2 || (type == 3 && code == 0) || (type == 4 && (code == 1 || code == 2)) ||
      within(128, 136) || within(141, 143) || within(148, 149) || within(151, 153))
    return Level::must_pass;
  if ((type == 3 && code == 1) || (type == 4 && code == 0)) return Level::should_pass;
  if (type == 4 || type == 137 || within(139, 140) || within(5, 99) || within(102, 126) || within(160, 161) ||
      type == 138 || within(144, 147) || type == 150)
    return Level::informational;
  return Level::should_drop;
}

/// FW-006 (RFC 4890 4.3): what crosses a router. 4.3.3 needs no rule; the catalogue drops it, since Linux forwards it.
Level transit_level(unsigned type, unsigned code) {
  const auto within = [type](unsigned first, unsigned last) { return type >= first && type <= last; };
  if (type == 1 || type == 2 || (type == 3 && code == 0) || (type == 4 && (code == 1 || code == 2)) || within(128, 129))
    return Level::must_pass;
  if ((type == 3 && code == 1) || (type == 4 && code == 0) || within(144, 147)) return Level::should_pass;
  if (type == 150 || within(5, 99) || within(102, 126) || within(154, 199) || within(202, 254))
    return Level::informational;
  return Level::should_drop;
}

void expect_levels(const std::set<std::string>& groups, Level (*level_of)(unsigned, unsigned)) {
  std::size_t count = 0;
  for (const Case& a_case : catalogue()) {
    if (!groups.contains(a_case.group)) continue;
    const Packet packet = example_packets(a_case).at(0);
    const UpperPart upper = upper_part(packet);
    ASSERT_EQ(upper.protocol, 58U) << a_case.id;
    const Level level = level_of(packet.at(upper.at), packet.at(upper.at + 1));
    EXPECT_EQ(a_case.level != level, differences.contains(a_case.id))
        << a_case.id << ": " << level_name(a_case.level) << ", RFC 4890 says " << level_name(level);
    ++count;
  }
  EXPECT_GT(count, 40U);
}

TEST(Catalogue, FW_003_FW_004_FW_005_levels_of_a_host_are_those_of_RFC_4890) {
  expect_levels({"icmp6-host", "icmp6-error-related"}, local_level);
}

TEST(Catalogue, FW_006_levels_of_a_router_are_those_of_RFC_4890) { expect_levels({"router-icmp6"}, transit_level); }

TEST(Catalogue, FW_003_FW_006_every_type_that_must_pass_is_there) {
  std::set<unsigned> local, transit;
  for (const Case& a_case : catalogue()) {
    const Packet packet = example_packets(a_case).at(0);
    if (a_case.family == Family::ipv4 || !passes(a_case) || upper_part(packet).protocol != 58) continue;
    (a_case.mode == Mode::host ? local : transit).insert(packet.at(upper_part(packet).at));
  }
  for (const unsigned type : std::initializer_list<unsigned>{1,   2,   3,   4,   128, 130, 131, 132, 133, 134,
                                                             135, 136, 141, 142, 143, 148, 149, 151, 152, 153})
    EXPECT_TRUE(local.contains(type)) << type;
  for (const unsigned type : std::initializer_list<unsigned>{1, 2, 3, 4, 128, 129})
    EXPECT_TRUE(transit.contains(type)) << type;
}

TEST(Catalogue, FW_008_what_ICMP_must_pass_and_must_not) {
  for (const char* id :
       {"H4-E-0300", "H4-E-0301", "H4-E-0303", "H4-E-0304", "H4-E-0304T", "H4-E-1100", "R4-00", "R4-0304", "R4-1100"})
    EXPECT_EQ(case_named(id).level, Level::must_pass) << id;
  for (const char* id : {"H4-Q-04", "H4-Q-05", "H4-Q-05G", "H4-Q-09", "H4-Q-10", "H4-Q-13", "H4-Q-14", "H4-Q-15",
                         "H4-Q-17", "H4-Q-18", "H4-Q-30"})
    EXPECT_FALSE(passes(case_named(id)) || case_named(id).level == Level::informational) << id;
}

// ---- the document ----

TEST(Catalogue, the_document_is_what_is_printed) {
  std::ifstream file(std::string(TUNSTACK_SOURCE_DIR) + "/docs/firewall-cases.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const bool is_same = text == firewall::cases_as_markdown();
  EXPECT_TRUE(is_same) << "tunstack firewall list --markdown > docs/firewall-cases.md";
}

TEST(Catalogue, the_document_has_every_name_and_key) {
  const std::string text = firewall::cases_as_markdown();
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const firewall::Names names = firewall::example_names(family, 0);
    for (const auto& [name, address] : names.addresses) EXPECT_THAT(text, testing::HasSubstr("`" + name + "`"));
    for (const auto& [name, port] : names.ports) EXPECT_THAT(text, testing::HasSubstr("`" + name + "`"));
    for (const auto& [name, packet] : names.packets) EXPECT_THAT(text, testing::HasSubstr("`[" + name + "]`"));
  }
  for (const firewall::CaseKey& key : firewall::case_keys())
    EXPECT_THAT(text, testing::HasSubstr("| `" + std::string(key.name) + "` |"));
}

// ---- rows of the tester that are answered by cases; their verdicts are frozen in tests/firewall/verdicts ----

const Case* find_case(std::string_view id) {
  const auto found = std::ranges::find(catalogue(), id, &Case::id);
  return found == catalogue().end() ? nullptr : &*found;
}

/// Cases that may have no effect on the host.
void expect_to_be_dropped(std::initializer_list<std::string_view> ids, firewall::Effect effect) {
  for (const std::string_view id : ids) {
    const Case* const one = find_case(id);
    ASSERT_NE(one, nullptr) << id;
    EXPECT_TRUE(one->level == Level::must_drop || one->level == Level::should_drop) << id;
    EXPECT_TRUE(effect == firewall::Effect::none || one->effect == effect) << id;
  }
}

TEST(Catalogue, FW_007_discovery_that_is_not_valid_may_have_no_effect) {
  expect_to_be_dropped({"H6-NDV-RA64", "H6-NDV-RAG", "H6-NDV-FRAG", "H6-NDV-DST"}, firewall::Effect::address);
  expect_to_be_dropped({"H6-NDV-RD64", "H6-NDV-RDG"}, firewall::Effect::route);
  expect_to_be_dropped({"H6-NDV-NS64", "H6-NDV-NA64"}, firewall::Effect::none);
}

TEST(Catalogue, FW_010_errors_about_live_conversations_change_the_path_MTU_that_is_read_back) {
  for (const std::string_view id :
       {"H4-E-0304", "H4-E-0304T", "H4-E-0304Z", "H4-E-0304S", "H6-E-0200", "H6-E-0200T", "H6-E-0200S"}) {
    const Case* const one = find_case(id);
    ASSERT_NE(one, nullptr) << id;
    EXPECT_EQ(one->effect, firewall::Effect::path_mtu) << id;
    EXPECT_NE(one->flow, Flow::none) << id;
  }
  expect_to_be_dropped({"H4-F-0304", "H6-F-0200"}, firewall::Effect::path_mtu);
}

TEST(Catalogue, FW_011_each_header_and_each_treatment_of_unknown_options_has_a_case) {
  for (const std::string_view id :
       {"H6-EH-HBH", "H6-EH-DST", "H6-EH-RH0", "H6-EH-RH0L", "H6-EH-RH2", "H6-EH-RH4", "H6-EH-UOPT00", "H6-EH-UOPT01",
        "H6-EH-UOPT10", "H6-EH-253", "H6-FR-OK", "H6-FR-ATOM", "H6-FR-OVL", "H6-FR-NONFIRST", "H6-FR-NOHDR"})
    EXPECT_NE(find_case(id), nullptr) << id;
}

TEST(Catalogue, FW_014_extended_echo_has_a_case_in_both_families) {
  for (const std::string_view id : {"H4-Q-42", "H6-Q-160"}) {
    const Case* const one = find_case(id);
    ASSERT_NE(one, nullptr) << id;
    EXPECT_EQ(one->level, Level::informational) << "whether it is on is for the host to say";
  }
}

TEST(Catalogue, far_is_a_fresh_one_for_each_case) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto far = [family](unsigned index) { return firewall::example_names(family, index).addresses.at("far"); };
    EXPECT_NE(far(0), far(1));
    EXPECT_EQ(far(7), far(7));
  }
}

}  // namespace
}  // namespace tunstack::test::catalogue_test
