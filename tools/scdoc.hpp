// Text as scdoc(5) takes it.
#pragma once

#include <string>
#include <string_view>

namespace tunstack::scdoc {

/// Without a meaning for scdoc, whatever stands in it.
std::string plain(std::string_view text);
std::string bold(std::string_view text);
/// A heading with what stands below it; nothing where that is nothing.
std::string section(std::string_view heading, const std::string& body);
/// A term, and below it, indented, what is said about it.
std::string entry(std::string_view term, std::string_view text);

}  // namespace tunstack::scdoc
