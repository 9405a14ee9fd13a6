// docs/labs.md: each of its examples is a lab, and its tables are those of the reader.
#include <fstream>
#include <iterator>

#include "tests/tunstack/lab/closed_lab.hpp"
#include "tunstack/lab/schema.hpp"

namespace tunstack::test::lab_docs_test {
namespace {

using testing::HasSubstr;

std::string text_of_docs() {
  std::ifstream file(TUNSTACK_SOURCE_DIR "/docs/labs.md");
  EXPECT_TRUE(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> examples_in(const std::string& text) {
  constexpr std::string_view begin = "```toml\n", end = "```";
  std::vector<std::string> examples;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    examples.push_back(text.substr(at, text.find(end, at) - at));
  }
  return examples;
}

TEST(LabDocs, nothing_is_wrong_with_any_example) {
  const auto examples = examples_in(text_of_docs());
  ASSERT_GT(examples.size(), 6U);
  read_good_lab(examples[0]);
  for (std::size_t i = 1; i < examples.size(); ++i) {
    const auto faults = lab::read_lab(examples[0] + examples[i]).faults;
    EXPECT_TRUE(faults.empty()) << examples[i] << lab::faults_text(faults, "example");
  }
}

TEST(LabDocs, what_the_examples_expect_comes_about) {
  const auto examples = examples_in(text_of_docs());
  std::size_t expected = 0;
  for (std::size_t i = 1; i < examples.size(); ++i)
    if (examples[i].find("[[expect]]") != std::string::npos)
      for (const auto& one : run_lab(examples[0] + examples[i]).expectations) {
        EXPECT_TRUE(one.holds) << one.what << " (" << one.found << ")";
        ++expected;
      }
  EXPECT_EQ(expected, 5U);
}

TEST(LabDocs, the_tables_of_keys_are_those_of_the_reader) {
  const std::string text = text_of_docs();
  EXPECT_EQ(text.substr(text.find("### A lab\n")), lab::keys_as_markdown());
}

}  // namespace
}  // namespace tunstack::test::lab_docs_test
