// Texts that came from files and packets, inside what others read: terminals, XML and HTML, lines of workflows.
#pragma once

#include <string>
#include <string_view>

namespace tunstack {

/// Without what is no UTF-8, and without control characters, which terminals obey and XML forbids; line ends stay.
std::string harmless(std::string_view text);

/// Harmless, with entities for what would be markup, also within quotes.
std::string escaped(std::string_view text);

/// Harmless, in an annotation of a workflow ("::error file=FILE,line=N,title=PROPERTY::MESSAGE") as GitHub's runner
/// reads it back: a property ends at a comma or colon, a message at its line.
std::string annotation_message(std::string_view text);
std::string annotation_property(std::string_view text);

}  // namespace tunstack
