#include "tools/text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

constexpr std::uintmax_t largest_text_file = std::uintmax_t{16} << 20U;

}  // namespace

std::string read_text_file(const std::string& path, const std::string& remedy) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown))
    throw UsageFault(fmt::format("cannot read {}", path), "it is a directory", remedy);
  if (std::filesystem::file_size(path, unknown) > largest_text_file && !unknown)
    throw UsageFault(fmt::format("cannot read {}", path), "it is larger than 16 MiB", "name a smaller file");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    throw UsageFault(fmt::format("cannot read {}", path), std::strerror(errno), remedy);
  return text;
}

void write_text_file(const std::string& path, const std::string& text, WriteMode mode) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | (mode == WriteMode::append ? std::ios::app : std::ios::trunc));
  file << text << std::flush;
  if (!file) throw SystemError(fmt::format("cannot write {}", path), std::strerror(errno), "name another file");
}

}  // namespace tunstack
