// Our texts beside those of Debian's ping and traceroute, line by line: what golden/record wrote down behind the same
// chain (iputils 20221126, traceroute 2.1.2).
#include <fmt/format.h>

#include <fstream>
#include <regex>

#include "tests/tunstack/clients/at_door.hpp"

namespace tunstack::test::golden_test {
namespace {

struct Golden {
  std::string words, text;
  int exit_status = 0;
};

std::vector<Golden> read_golden() {
  std::ifstream file(TUNSTACK_SOURCE_DIR "/tests/tunstack/clients/golden/texts.txt");
  std::vector<Golden> all;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("$ "))
      all.push_back({.words = line.substr(2), .text = ""});
    else if (line.starts_with("exit "))
      all.back().exit_status = std::stoi(line.substr(5));
    else if (line != "%")
      all.back().text += line + "\n";
  }
  return all;
}

/// As golden/record does.
std::string mask(std::string text) {
  const std::pair<const char*, const char*> masks[] = {
      {"time=[0-9.]+ ms", "time=T ms"},  {"time [0-9]+ms", "time Tms"},      {"= [0-9./]+ ms", "= T ms"},
      {"ewma [0-9./]+ ms", "ewma T ms"}, {"  [0-9]+\\.[0-9]+ ms", "  T ms"}, {"\t[0-9]+ absolute", "\tT absolute"}};
  for (const auto& [pattern, masked] : masks) text = std::regex_replace(text, std::regex(pattern), masked);
  return text;
}

TEST(Golden, PING_001_TRACE_001_texts_are_those_of_the_programs_of_that_name) {
  const auto all = read_golden();
  ASSERT_EQ(all.size(), 40U);
  for (const Golden& golden : all) {
    AtDoor door(chain_at_door(3, 1300));
    const ClientResult result = door.run(golden.words);
    EXPECT_EQ(mask(door.text), golden.text) << golden.words;
    // traceroute of Debian says 0 wherever it ends; ours says whether it got there.
    if (golden.words.starts_with("ping")) {
      EXPECT_EQ(result.exit_status, golden.exit_status) << golden.words;
    }
  }
}

}  // namespace
}  // namespace tunstack::test::golden_test
