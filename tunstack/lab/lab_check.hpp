// What a lab file must fulfil beside its form: that names are known, addresses in their prefixes, ways lead somewhere.
#pragma once

#include "tunstack/lab/addressing.hpp"
#include "tunstack/options/options.hpp"

namespace tunstack::lab {

/// Adds all that is wrong; reads the matches of filters into rules.
void check_lab(LabFile& file, Faults& faults);

/// The options of a node, with what its services and advertisements set; what is wrong goes into `faults`.
NodeOptions options_of(const LabNode& node, Faults& faults);

// ---- parts of it ----

/// Names of nodes and doors, and where they stand.
using Names = std::unordered_map<std::string, Place>;

void check_links(const LabFile& file, const LabEnds& ends, Faults& faults);
void check_nodes(LabFile& file, const LabEnds& ends, Faults& faults);
void check_doors(const LabFile& file, const LabEnds& ends, Faults& faults);
void check_events(const LabFile& file, const Names& names, Faults& faults);
void check_expectations(const LabFile& file, const Names& names, Faults& faults);

std::vector<std::string> names_of_links(const LabFile& file);

std::vector<std::string> words_in(const std::string& text);

/// Whether there is a node or door of this name; if not, that is a fault.
bool check_name(const std::string& name, Place place, const Names& names, Faults& faults);

/// "did you mean r1? " and the rest.
std::string suggest(const std::string& word, const Names& names, const std::string& otherwise);

}  // namespace tunstack::lab
