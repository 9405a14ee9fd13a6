// The form of lab files as a JSON Schema, for editors: from the rows that the reader reads by.
#pragma once

#include <nlohmann/json.hpp>

namespace tunstack::lab {

nlohmann::ordered_json lab_schema();

/// The keys of each table as a document: for docs/labs.md.
std::string keys_as_markdown();

}  // namespace tunstack::lab
