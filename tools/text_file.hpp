// Files that users name, read and written whole.
#pragma once

#include <cstdint>
#include <string>

namespace tunstack {

/// 16 MiB at most. Throws UsageFault, with this remedy.
std::string read_text_file(const std::string& path, const std::string& remedy = "check its name and its permissions");

enum class WriteMode : std::uint8_t { replace, append };
/// Throws SystemError.
void write_text_file(const std::string& path, const std::string& text, WriteMode mode = WriteMode::replace);

}  // namespace tunstack
