// README.md: what it shows that is printed, typed again, and the pictures of labs, which are of the labs that there
// are.
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/system/network.hpp"
#include "tests/system/typed_page.hpp"

namespace tunstack::test::readme_test {
namespace {

const std::filesystem::path pictures = SOURCE_DIRECTORY "/docs/pictures";
const std::string typed_program = "build/release/tunstack";

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Without spaces at the ends of lines, and with one time for all.
std::vector<std::string> without_times(const std::vector<std::string>& lines) {
  std::vector<std::string> masked;
  for (const std::string& line : lines)
    masked.push_back(
        std::regex_replace(std::regex_replace(line, std::regex(" *[0-9.]+ms"), " T ms"), std::regex(" +$"), ""));
  return masked;
}

class Readme : public SystemTest {};

TEST_F(Readme, shows_what_is_printed) {
  const std::vector<TypedStep> steps = typed_steps_of(SOURCE_DIRECTORY "/README.md");
  ASSERT_FALSE(steps.empty());
  for (const TypedStep& step : steps) {
    ASSERT_TRUE(step.typed.starts_with(typed_program)) << step.typed;
    const Outcome printed = network.shell(program + step.typed.substr(typed_program.size()));
    EXPECT_EQ(printed.status, 0) << printed;
    EXPECT_EQ(without_times(lines_of(printed.out)), without_times(step.printed)) << step.typed;
  }
}

/// The drawing itself is made by scripts/draw-labs.
TEST_F(Readme, pictures_are_of_the_labs_as_they_are) {
  std::size_t drawn = 0;
  for (const auto& entry : std::filesystem::directory_iterator(pictures)) {
    if (entry.path().extension() != ".dot") continue;
    ++drawn;
    const std::string dot = content(entry.path());
    const std::string lab = entry.path().stem();
    EXPECT_EQ(tunstack({"lab", "graph", lab}).out, dot) << "scripts/draw-labs " << lab;
    const std::string svg = content(pictures / (lab + ".svg"));
    EXPECT_THAT(svg, testing::HasSubstr("<title>" + lab + "</title>"));
    const std::regex labels(R"re(label="([^"]*)")re"), lines(R"(([^\\]+)(\\n)?)");
    for (std::sregex_iterator label(dot.begin(), dot.end(), labels), end; label != end; ++label) {
      const std::string text = label->str(1);
      for (std::sregex_iterator line(text.begin(), text.end(), lines); line != end; ++line)
        EXPECT_THAT(svg, testing::HasSubstr(">" + line->str(1) + "</text>"));
    }
  }
  EXPECT_GT(drawn, 0U);
}

}  // namespace
}  // namespace tunstack::test::readme_test
