// The catalogue as a document.
#pragma once

#include <string>

namespace tunstack::firewall {

/// docs/firewall-cases.md: the keys of a case, and a table for each group.
std::string cases_as_markdown();

}  // namespace tunstack::firewall
