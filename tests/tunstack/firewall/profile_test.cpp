#include "tunstack/firewall/profile.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace tunstack::firewall::profile_test {
namespace {

Case with(std::string id, Level level) {
  Case a_case;
  a_case.id = std::move(id);
  a_case.level = level;
  return a_case;
}

TEST(Profile, changes_what_is_asked_of_a_machine) {
  EXPECT_EQ(level_in(with("H4-Q-08", Level::should_pass), Profile::server), Level::must_pass);
  EXPECT_EQ(level_in(with("H4-Q-08", Level::should_pass), Profile::catalogue), Level::should_pass);
  EXPECT_EQ(level_in(with("H4-T-OPEN", Level::must_pass), Profile::workstation), Level::must_drop);
  EXPECT_EQ(level_in(with("R4-P-EGRESS", Level::should_drop), Profile::router), Level::must_drop);
  EXPECT_EQ(level_in(with("R4-P-EGRESS", Level::should_drop), Profile::server), Level::should_drop);
}

TEST(Profile, strict_takes_should_for_must) {
  EXPECT_EQ(level_in(with("x", Level::should_pass), Profile::strict), Level::must_pass);
  EXPECT_EQ(level_in(with("x", Level::should_drop), Profile::strict), Level::must_drop);
  EXPECT_EQ(level_in(with("x", Level::informational), Profile::strict), Level::informational);
  EXPECT_EQ(level_in(with("x", Level::must_drop), Profile::strict), Level::must_drop);
}

TEST(Profile, its_table_names_cases_of_the_catalogue) {
  std::set<std::string, std::less<>> ids;
  for (const char* name : {"firewall-cases.csv", "firewall-cases-extended.csv"}) {
    std::ifstream file(std::string(TUNSTACK_SOURCE_DIR "/docs/spec/") + name);
    for (std::string line; std::getline(file, line);) ids.insert(line.substr(0, line.find(',')));
  }
  EXPECT_GT(ids.size(), 300U);
  for (const ProfileRow& row : profile_rows()) EXPECT_TRUE(ids.contains(row.id)) << row.id;
}

TEST(Profile, names_lead_back) {
  for (int i = 0; i <= static_cast<int>(Profile::strict); ++i)
    EXPECT_EQ(profile_of_name(profile_name(static_cast<Profile>(i))), static_cast<Profile>(i));
  EXPECT_FALSE(profile_of_name("toaster"));
}

}  // namespace
}  // namespace tunstack::firewall::profile_test
