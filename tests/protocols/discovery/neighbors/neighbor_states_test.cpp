// The transitions of a neighbor against a second table of them, written down from RFC 4861 appendix C and 7.2.5.
#include "protocols/discovery/neighbors/neighbor_states.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace tunstack::test::neighbor_states_test {
namespace {

using namespace discovery;

// Letters: A the address in the message is recorded, Q a solicitation is sent, W what waits is sent, X what waits is
// given up. "-": nothing changes. What 7.2.5 and appendix C tell differently is as in 7.2.5.
struct Row {
  std::string_view event;
  std::array<std::string_view, 7> outcome;
};
// clang-format off
constexpr Row rows[] = {
  // event                  none            incomplete      reachable      stale          delay          probe          failed
  {"packet_sent",          {"Q incomplete", "-",            "-",           "delay",       "-",           "-",           "Q incomplete"}},
  {"timeout",              {"-",            "Q incomplete", "stale",       "-",           "Q probe",     "Q probe",     "-"}},
  {"last_timeout",         {"-",            "X failed",     "-",           "-",           "-",           "X failed",    "-"}},
  {"confirmed",            {"-",            "-",            "reachable",   "reachable",   "reachable",   "reachable",   "-"}},
  {"mentioned_same",       {"-",            "-",            "-",           "-",           "-",           "-",           "-"}},
  {"mentioned_other",      {"A stale",      "AW stale",     "A stale",     "A stale",     "A stale",     "A stale",     "A stale"}},
  {"solicited_same",       {"-",            "-",            "reachable",   "reachable",   "reachable",   "reachable",   "-"}},
  {"solicited_other",      {"-",            "AW reachable", "stale",       "-",           "-",           "-",           "-"}},
  {"solicited_override",   {"-",            "AW reachable", "A reachable", "A reachable", "A reachable", "A reachable", "-"}},
  {"unsolicited_same",     {"-",            "-",            "-",           "-",           "-",           "-",           "-"}},
  {"unsolicited_other",    {"-",            "AW stale",     "stale",       "-",           "-",           "-",           "-"}},
  {"unsolicited_override", {"-",            "AW stale",     "A stale",     "A stale",     "A stale",     "A stale",     "-"}},
};
// clang-format on

std::string text_of(const NeighborTransition* transition) {
  if (transition == nullptr) return "-";
  std::string text;
  if (transition->actions & neighbor_action::record) text += 'A';
  if (transition->actions & neighbor_action::solicit) text += 'Q';
  if (transition->actions & neighbor_action::release) text += 'W';
  if (transition->actions & neighbor_action::give_up) text += 'X';
  if (!text.empty()) text += ' ';
  return text + std::string(name_of(transition->to));
}

TEST(NeighborStates, ND_NUD_003_every_state_and_event) {
  for (std::size_t event = 0; event < std::size(rows); ++event) {
    EXPECT_EQ(name_of(NeighborEvent(event)), rows[event].event);
    for (std::size_t state = 0; state < 7; ++state)
      EXPECT_EQ(text_of(find_transition(NeighborState(state), NeighborEvent(event))), rows[event].outcome[state])
          << rows[event].event << " in " << name_of(NeighborState(state));
  }
}

TEST(NeighborStates, ND_NUD_003_one_row_for_each) {
  std::set<std::pair<NeighborState, NeighborEvent>> seen;
  std::size_t expected = 0;
  for (const Row& row : rows)
    for (const std::string_view outcome : row.outcome) expected += outcome == "-" ? 0U : 1U;
  for (const NeighborTransition& transition : neighbor_transitions())
    EXPECT_TRUE(seen.emplace(transition.from, transition.event).second);
  EXPECT_EQ(seen.size(), expected);
}

// What an answer to a probe of RFC 8335 tells.
TEST(NeighborStates, PROBE_010_numbers) {
  constexpr std::array names{"none", "incomplete", "reachable", "stale", "delay", "probe", "failed"};
  for (std::size_t state = 0; state < names.size(); ++state) EXPECT_EQ(name_of(NeighborState(state)), names[state]);
}

}  // namespace
}  // namespace tunstack::test::neighbor_states_test
