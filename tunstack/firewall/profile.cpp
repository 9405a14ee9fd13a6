#include "tunstack/firewall/profile.hpp"

#include <algorithm>
#include <array>

namespace tunstack::firewall {

namespace {

constexpr std::array names{"catalogue", "workstation", "server", "router", "strict"};

constexpr std::array rows{
    // A workstation offers nothing.
    ProfileRow{Profile::workstation, "H4-T-OPEN", Level::must_drop},
    ProfileRow{Profile::workstation, "H6-T-OPEN", Level::must_drop},
    // A server is looked for by echo (RFC 1122 3.2.2.6), and whoever runs it says where its routes lead.
    ProfileRow{Profile::server, "H4-Q-08", Level::must_pass},
    ProfileRow{Profile::server, "H4-Q-08R", Level::must_pass},
    ProfileRow{Profile::server, "H4-Q-05G", Level::must_drop},
    ProfileRow{Profile::server, "H6-ND-137", Level::should_drop},
    // A router knows better than its neighbors (RFC 1812 5.2.7.2, RFC 4861 8.2), and lets out what lives behind it
    // (RFC 2827).
    ProfileRow{Profile::router, "H4-Q-05G", Level::must_drop},
    ProfileRow{Profile::router, "H6-ND-137", Level::must_drop},
    ProfileRow{Profile::router, "H6-ND-134", Level::informational},
    ProfileRow{Profile::router, "R4-P-EGRESS", Level::must_drop},
    ProfileRow{Profile::router, "R6-P-EGRESS", Level::must_drop},
};

Level strict(Level level) {
  if (level == Level::should_pass) return Level::must_pass;
  return level == Level::should_drop ? Level::must_drop : level;
}

}  // namespace

Level level_in(const Case& a_case, Profile profile) {
  if (profile == Profile::strict) return strict(a_case.level);
  const auto row =
      std::ranges::find_if(rows, [&](const ProfileRow& r) { return r.profile == profile && r.id == a_case.id; });
  return row == rows.end() ? a_case.level : row->level;
}

const char* profile_name(Profile profile) { return names.at(static_cast<std::size_t>(profile)); }

std::optional<Profile> profile_of_name(std::string_view name) {
  const auto found = std::ranges::find(names, name, [](const char* n) { return std::string_view(n); });
  if (found == names.end()) return std::nullopt;
  return static_cast<Profile>(found - names.begin());
}

std::span<const ProfileRow> profile_rows() { return rows; }

}  // namespace tunstack::firewall
