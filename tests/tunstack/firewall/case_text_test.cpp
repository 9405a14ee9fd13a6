// Cases as `firewall list` shows them.
#include "tunstack/firewall/case_text.hpp"

#include <gmock/gmock.h>

#include "tunstack/firewall/catalogue.hpp"

namespace tunstack::test::case_text_test {
namespace {

using firewall::Case;
using testing::HasSubstr;
using testing::Not;

const Case& of_catalogue(const std::string& id) { return *std::ranges::find(firewall::catalogue(), id, &Case::id); }

TEST(CaseText, a_line_has_what_a_case_is_chosen_by) {
  EXPECT_EQ(case_line(of_catalogue("H4-FR-OVL"), 12),
            "H4-FR-OVL     must-drop      overlapping fragments, differing content\n");
}

TEST(CaseText, a_whole_case_shows_its_packets_as_they_arrive) {
  const std::string text = case_text(of_catalogue("H4-FR-OVL"));
  EXPECT_THAT(text, HasSubstr("  packet        far > host ICMP echo request, id 5, seq 1, length 40\n"));
  EXPECT_THAT(text, HasSubstr("  in fragments  0-24, 16-40 of 2\n"));
  EXPECT_THAT(text, HasSubstr("  arrives       203.0.113.10 > 192.0.2.1  ICMP echo request, id 5, seq 1, length 24, "
                              "first fragment\n                203.0.113.10 > 192.0.2.1  fragment, "));
  EXPECT_THAT(text, HasSubstr("  reference     RFC 1858; RFC 3128; CVE-2018-5391\n"));
  EXPECT_THAT(text, HasSubstr("\n  what it costs "));
  EXPECT_THAT(text, Not(HasSubstr("open before"))) << "it has no conversation";
}

TEST(CaseText, a_router_s_case_says_from_where_and_about_what) {
  EXPECT_THAT(case_text(of_catalogue("R4-08O")), HasSubstr("  runs as       router, IPv4, from inside"));
  EXPECT_THAT(case_text(of_catalogue("R4-0304T")),
              HasSubstr("  open before   a conversation of the client inside, tcp\n"));
}

TEST(CaseText, as_json_each_case_has_packets_that_can_arrive) {
  const auto json = firewall::cases_json(firewall::catalogue());
  ASSERT_EQ(json.at("cases").size(), firewall::catalogue().size());
  for (const auto& one : json.at("cases")) EXPECT_FALSE(one.at("arrives").empty()) << one.at("id");
  EXPECT_EQ(json.at("cases")[0].at("level"), "should-pass");
}

}  // namespace
}  // namespace tunstack::test::case_text_test
