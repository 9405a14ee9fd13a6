#include "tools/lab_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "tools/text_file.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/lab_reader.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

bool is_path(const std::string& lab) { return lab.find('/') != std::string::npos || lab.ends_with(".toml"); }

}  // namespace

std::vector<std::string> names_of_labs() {
  std::vector<std::string> names;
  for (const lab::BuiltInLab& one : lab::built_in_labs()) names.emplace_back(one.name);
  return names;
}

LabText lab_text(const std::string& lab) {
  std::error_code unknown;
  if (const lab::BuiltInLab* const found = is_path(lab) ? nullptr : lab::find_built_in(lab))
    return {std::string(found->text), lab};
  if (is_path(lab) || std::filesystem::is_regular_file(lab, unknown)) return {read_text_file(lab), lab};
  throw UsageFault(fmt::format("there is no lab '{}'", lab.substr(0, 80)), "it is neither a built-in one nor a file",
                   did_you_mean(lab, names_of_labs()) + "tunstack lab list");
}

std::vector<std::string> labs_at(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code none;
  if (!fs::is_directory(name, none)) return {name};
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(name, none))
    if (entry.is_regular_file(none) && entry.path().extension() == ".toml") found.push_back(entry.path().string());
  std::ranges::sort(found);
  if (found.empty())
    throw UsageFault(fmt::format("there is no lab below {}", name), "labs are files that end in .toml",
                     "tunstack lab new my.toml    makes one");
  return found;
}

lab::LabFile load_lab(const LabArguments& arguments) {
  const LabText text = lab_text(arguments.lab);
  lab::LabReading reading = lab::read_lab(text.text, arguments.with);
  if (reading.faults.empty()) return std::move(reading.file);
  const lab::LabFault& first = reading.faults.front();
  const std::string where = first.place.line == 0
                                ? std::string("--with")
                                : fmt::format("{}:{}:{}", text.name, first.place.line, first.place.column);
  const std::size_t others = reading.faults.size() - 1;
  throw UsageFault(fmt::format("{} is wrong", where), first.what,
                   others == 0 ? first.remedy
                               : fmt::format("{}; and 'tunstack lab check {}' for the {} other fault{}", first.remedy,
                                             text.name, others, others == 1 ? "" : "s"));
}

void add_lab_argument(CLI::App& command, LabArguments& arguments) {
  command.add_option("LAB", arguments.lab, "A name of 'tunstack lab list', or a file")->required();
  add_with_option(command, arguments.with);
}

void add_with_option(CLI::App& command, std::vector<std::string>& with) {
  command
      .add_option("--with", with,
                  "As if it stood in the lab: link.core.mtu=1280, node.r1.options.icmp4.quote=8; repeatable")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

}  // namespace tunstack
