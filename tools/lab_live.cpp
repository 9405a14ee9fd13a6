#include "tools/lab_live.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/kernel_host.hpp"
#include "tools/lab_host.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/run_json.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

constexpr const char* longest = "900s";  // a program without an end is ended

std::vector<std::string> command_of(const LabArguments& arguments) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::vector<std::string> lab = lab_arguments(arguments);
  std::vector<std::string> command{self, "exec", "--play", "--duration", longest};
  command.insert(command.end(), lab.begin(), lab.end());
  command.insert(command.end(), {"--", self, "lab", "conduct"});
  command.insert(command.end(), lab.begin() + 1, lab.end());  // there the lab is an argument
  return command;
}

}  // namespace

lab::LabRun run_live(const LabArguments& arguments) {
  KernelProgram program(command_of(arguments));
  program.wait();
  const std::string& text = program.text();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (const auto json = text[at] == '{' ? parse_object(text.substr(at, end - at)) : std::nullopt)
      return lab::run_in(*json);
    at = end + 1;
  }
  throw SystemError(fmt::format("the lab {} did not run to its end", arguments.lab),
                    text.empty() ? "nothing was said" : text.substr(0, text.find_last_not_of('\n') + 1),
                    "try it by hand: tunstack exec --lab LAB; or without --live");
}

}  // namespace tunstack
