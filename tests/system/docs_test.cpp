// What the documentation promises is there.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "tests/system/network.hpp"

namespace tunstack::test::docs_test {
namespace {

std::vector<std::string> pages() {
  std::vector<std::string> all = {SOURCE_DIRECTORY "/README.md"};
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_DIRECTORY "/docs"))
    if (entry.path().extension() == ".md") all.push_back(entry.path());
  return all;
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Calls `each` with every command of tunstack and each option that stands behind it, up to another command.
template <class Each>
void for_each_option(const std::string& text, const Each& each) {
  const std::regex call(
      "tunstack (firewall test|firewall list|firewall "
      "diff|up|exec|replay|state|watch|get|set|send|why|doctor|rules|options|help)\\b([^\n`;|]*)");
  const std::regex option("(^| |\\[)(--[a-z][a-z-]*)");
  for (std::sregex_iterator at(text.begin(), text.end(), call), end; at != end; ++at) {
    const std::string rest = at->str(2).substr(0, at->str(2).find(" -- "));
    for (std::sregex_iterator found(rest.begin(), rest.end(), option); found != end; ++found)
      each(at->str(1), found->str(2));
  }
}

class Documentation : public SystemTest {};

TEST_F(Documentation, names_no_option_that_does_not_exist) {
  std::map<std::string, std::string> help;
  std::size_t options = 0;
  for (const std::string& page : pages())
    for_each_option(content(page), [&](const std::string& command, const std::string& option) {
      if (!help.contains(command)) help[command] = network.shell(program + " " + command + " --help").out;
      EXPECT_THAT(help[command], testing::ContainsRegex(option + "[^a-z-]")) << page << ": " << command;
      ++options;
    });
  EXPECT_GT(options, 40U);
}

TEST_F(Documentation, leads_nowhere_that_is_not_there) {
  const std::regex link("\\]\\(([^)#:]+)(#[^)]*)?\\)");
  for (const std::string& page : pages()) {
    const std::string text = content(page);
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at)
      EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(page).parent_path() / at->str(1)))
          << page << ": " << at->str(1);
  }
}

}  // namespace
}  // namespace tunstack::test::docs_test
