// What is asked of a ruleset depends on what the machine is for: profiles change the levels of cases.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

enum class Profile : std::uint8_t {
  catalogue,    // levels as they stand there
  workstation,  // offers nothing
  server,       // offers services, answers echo, has its routes configured
  router,       // is told nothing about routes by its neighbors, lets no foreign source out
  strict,       // what should be, must be
};

/// The level of a case that is asked of such a machine; judge() is given a case that has it.
Level level_in(const Case& a_case, Profile profile);

const char* profile_name(Profile profile);  // "workstation"
std::optional<Profile> profile_of_name(std::string_view name);

/// A row of the table: the level of one case where a machine is of this profile.
struct ProfileRow {
  Profile profile;
  std::string_view id;
  Level level;
};
std::span<const ProfileRow> profile_rows();

}  // namespace tunstack::firewall
