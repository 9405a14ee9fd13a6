#include "tests/firewall/shipped_rulesets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tunstack::test {

std::vector<std::string> shipped_rulesets(const std::string& ending) {
  std::vector<std::string> files;
  for (const char* directory : {"rulesets", "syntax", "syntax/included"})
    for (const auto& entry :
         std::filesystem::directory_iterator(TUNSTACK_SOURCE_DIR "/tests/firewall/" + std::string(directory)))
      if (entry.path().extension() == ending) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tunstack::test
